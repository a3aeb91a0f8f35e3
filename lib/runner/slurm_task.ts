/**
 * The task of SLURM that expyrun runs in.
 *
 * @module
 */

/** A task, and how often SLURM has started it again. */
export interface SlurmTask {
  /** `JOB`, or in an array `ARRAY_INDEX`. */
  readonly id: string;
  readonly restarts: number;
}

/**
 * Reads the task from the environment.
 *
 * An array's task goes by the array's number and its index: its own job number is that of the whole
 * array for the last task that is split off.
 */
export function slurmTask(env: Readonly<Record<string, string>>): SlurmTask | undefined {
  const { SLURM_JOB_ID: job, SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: index } = env;
  const id = array && index ? `${array}_${index}` : job;
  // Unset until the first restart.
  return id ? { id, restarts: Number(env.SLURM_RESTART_COUNT ?? 0) } : undefined;
}
