/**
 * What SLURM's programs print, read: the queue, the answer of sbatch, the configuration.
 *
 * @module
 */

/** A task that SLURM still knows. */
export interface QueuedTask {
  /** `JOB` or, in an array, `JOB_TASK`. */
  readonly id: string;
  /** Whether it holds resources now, or waits for them. */
  readonly phase: "waiting" | "running";
  /** How often it was begun anew, as long as it does not end. */
  readonly restarts: number;
}

/** The options of squeue whose output {@linkcode parseQueue} reads: one task a line. */
export const queueFormat: readonly string[] = [
  "--noheader",
  "--array",
  "--Format=JobArrayID:64,State:32,RestartCnt:16",
];

/** States in which a task waits, or will run again. */
const waiting = new Set([
  "PENDING",
  "REQUEUED",
  "REQUEUE_HOLD",
  "REQUEUE_FED",
  "SPECIAL_EXIT",
  "RESV_DEL_HOLD",
]);

/** States of tasks that are over, in case squeue was told to show them. */
const over = new Set([
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "REVOKED",
  "TIMEOUT",
]);

/**
 * Reads squeue's lines.
 *
 * @param text what `squeue` printed with {@linkcode queueFormat}
 */
export function parseQueue(text: string): QueuedTask[] {
  return text.split("\n").flatMap((line) => {
    const [id = "", state = "", count] = line.trim().split(/\s+/);
    if (!/^\d+(_\d+)?$/.test(id) || over.has(state)) return [];
    const restarts = state === "COMPLETING" ? 0 : Number(count) || 0;
    return [{ id, phase: waiting.has(state) ? "waiting" : "running", restarts }];
  });
}

/** Whether squeue failed only because SLURM has forgotten the job, which means: it is over. */
export function jobForgotten(stderr: string): boolean {
  return /invalid job id/i.test(stderr);
}

/** The job of a task. */
export function jobOf(task: string): string {
  return task.split("_")[0]!;
}

/** The job's id in what `sbatch --parsable` printed: `JOB` or `JOB;CLUSTER`. */
export function parseJobId(stdout: string): string | undefined {
  return /^(\d+)(?:;\S*)?\s*$/m.exec(stdout)?.[1];
}

/** MaxArraySize in what `scontrol show config` printed. */
export function parseMaxArraySize(text: string): number | undefined {
  const size = /^MaxArraySize\s*=\s*(\d+)/m.exec(text)?.[1];
  return size === undefined ? undefined : Number(size);
}
