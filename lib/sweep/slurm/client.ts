/**
 * Calls SLURM's programs.
 *
 * @module
 */
import { ExpyrunError } from "../../errors.ts";
import { join } from "../../path.ts";
import type { World } from "../../world.ts";
import type { QueuePhase } from "../states.ts";
import {
  jobForgotten,
  jobOf,
  parseMaxArraySize,
  parseQueue,
  type QueuedTask,
  queueFormat,
} from "./queue.ts";

/** What a program of SLURM answered. */
export interface Answer {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a user has chosen to see or to cancel by default is not what is asked for here. */
const defaultsOf: Readonly<Record<string, string>> = { squeue: "SQUEUE_", scancel: "SCANCEL_" };

function withoutDefaults(program: string, env: World["env"]): Record<string, string> {
  const prefix = defaultsOf[program];
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => prefix === undefined || !name.startsWith(prefix)),
  );
}

/**
 * Runs one of SLURM's programs.
 *
 * @throws {ExpyrunError} `slurm` when it is not there
 */
export async function callSlurm(
  program: "sbatch" | "squeue" | "scancel" | "scontrol",
  args: readonly string[],
  world: World,
): Promise<Answer> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      // A job begins where it is submitted; what is asked about one needs no folder, which may be gone.
      cwd: program === "sbatch" ? world.cwd : "/",
      env: withoutDefaults(program, world.env),
      clearEnv: true,
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { success, stdout: out!, stderr: err! };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw notInstalled(program);
  }
}

/**
 * Looks for sbatch before anything is made.
 *
 * @throws {ExpyrunError} `slurm` when it is not there
 */
export async function requireSbatch({ env }: World): Promise<void> {
  for (const folder of (env.PATH ?? "").split(":")) {
    const file = await Deno.stat(join(folder || ".", "sbatch")).catch(() => undefined);
    if (file?.isFile) return;
  }
  throw notInstalled("sbatch");
}

function notInstalled(program: string): ExpyrunError {
  return new ExpyrunError({
    code: "slurm",
    message: `Cannot run "${program}": there is no such program on the PATH`,
    hint: "Submit from a machine of the cluster; to run here leave out --on slurm",
  });
}

/**
 * The highest number of tasks that an array may have.
 *
 * @throws {ExpyrunError} `slurm` when SLURM cannot be reached
 */
export async function maxArraySize(world: World): Promise<number> {
  const { success, stdout, stderr } = await callSlurm("scontrol", ["show", "config"], world);
  const size = success ? parseMaxArraySize(stdout) : undefined;
  if (size !== undefined) return size;
  throw slurmError("Cannot ask SLURM how many tasks an array may have", stderr);
}

/** An error with SLURM's own words. */
export function slurmError(message: string, stderr: string): ExpyrunError {
  const words = stderr.trim().split("\n").map((line) => line.replace(/^\w+: (error: )?/, ""))
    .filter((line) => line !== "");
  const [first = "nothing", ...rest] = words;
  const notes = rest.slice(0, 8).map((message) => ({ message }));
  return new ExpyrunError({ code: "slurm", message: `${message}: SLURM says "${first}"`, notes });
}

/** Which tasks SLURM still knows. */
export interface QueueView {
  /** @param id `JOB` or `JOB_TASK` */
  phaseOf(id: string): QueuePhase;
  /** How often a task that is there was begun anew. */
  restartsOf(id: string): number;
}

/**
 * Asks SLURM about some tasks. A controller that does not answer is no error: it is not known then.
 *
 * @param ids each `JOB` or `JOB_TASK`
 */
export async function viewQueue(ids: readonly string[], world: World): Promise<QueueView> {
  const tasks = new Map<string, QueuedTask>();
  let otherwise: QueuePhase = "absent";
  try {
    const jobs = new Set(ids.map(jobOf));
    const query = [...queueFormat, `--jobs=${[...jobs].join(",")}`];
    const { success, stdout, stderr } = await callSlurm("squeue", query, world);
    for (const task of parseQueue(stdout)) tasks.set(task.id, task);
    if (!success && !jobForgotten(stderr)) otherwise = "unreachable";
  } catch (error) {
    if (!(error instanceof ExpyrunError)) throw error;
    otherwise = "unreachable";
  }
  return {
    phaseOf: (id) => tasks.get(id)?.phase ?? otherwise,
    restartsOf: (id) => tasks.get(id)?.restarts ?? 0,
  };
}
