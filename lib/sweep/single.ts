/**
 * A single run on SLURM: `expyrun run --on slurm`.
 *
 * @module
 */
import type { GivenOptions, PrepareCommand } from "../command.ts";
import { shellWord } from "../errors.ts";
import { basename, join } from "../path.ts";
import { checkRun } from "../check.ts";
import { prepareRun } from "../prepare.ts";
import { readConfiguration } from "../configuration.ts";
import {
  discardFolder,
  type ExperimentFolder,
  openFolder,
  writeFile,
} from "../snapshotter/folder.ts";
import { timestamp } from "../time.ts";
import type { World } from "../world.ts";
import { checkLauncher, parseExecution } from "./command.ts";
import { requireSbatch, viewQueue } from "./slurm/client.ts";
import { readSlurmSection, submittedOptions } from "./slurm/options.ts";
import { callSbatch, singleScript, submitting } from "./slurm/submit.ts";
import { runningTask, type SubmittedTask } from "./states.ts";
import { shownPath } from "../shown_path.ts";

/** Where a folder keeps what SLURM was told of it. */
function slurmFiles({ hidden }: ExperimentFolder) {
  return {
    script: join(hidden, "job.sh"),
    log: join(hidden, "slurm.log"),
    job: join(hidden, "job.json"),
  };
}

/** The contents of job.json. */
interface SingleJob {
  readonly job: string;
  readonly submittedAt: string;
  readonly cancelled?: boolean | undefined;
}

/**
 * Prepares a run and submits it.
 *
 * @returns the job's number and how to follow it
 * @throws {ExpyrunError} `slurm`, at the line of the script; nothing is left behind then
 */
export async function runOnSlurm(
  command: PrepareCommand,
  options: GivenOptions,
  world: World,
): Promise<string> {
  const execution = parseExecution(options);
  checkLauncher(execution, execution.on ?? "local");
  const run = await checkRun(await readConfiguration(command, world), command.config, world);
  const section = readSlurmSection(run.resolved);
  const slurm = submittedOptions(section, execution.sbatch, run.raw, world);
  await requireSbatch(world);
  const { folder, record } = await prepareRun(run, command, world);
  const { script, log, job } = slurmFiles(folder);
  const name = `${record.name}-${basename(folder.path)}`;
  const submit = async (jobs: string[]) => {
    const text = singleScript(
      { name, program: world.program, output: log, options: slurm },
      folder.path,
    );
    const number = await callSbatch(script, text, slurm, world);
    jobs.push(number);
    const entry: SingleJob = { job: number, submittedAt: timestamp() };
    await writeFile(job, `${JSON.stringify(entry)}\n`);
    const path = shellWord(shownPath(folder.path, world));
    return `Submitted ${path} as job ${number}\nFollow: expyrun status ${path}\n`;
  };
  try {
    return await submitting("the run", world, submit);
  } catch (error) {
    await discardFolder(folder, error);
    throw error;
  }
}

/** The task that a folder was submitted as by itself, looked up in SLURM's queue. */
export async function singleTask(path: string, world: World): Promise<SubmittedTask | undefined> {
  const entry = await readJob(path);
  if (!entry) return undefined;
  // Somebody may have submitted the script once more.
  const id = await runningTask(path) ?? entry.job;
  const view = await viewQueue([id], world);
  const cancelled = entry.cancelled === true && id === entry.job;
  return { id, phase: view.phaseOf(id), restarts: view.restartsOf(id), cancelled };
}

/** Where a task of a single run says what is expyrun's own. */
export function singleLog(path: string): string {
  return slurmFiles(openFolder(path)).log;
}

/** Notes that a folder's job was taken back. */
export async function noteCancelled(path: string): Promise<void> {
  const entry = await readJob(path);
  if (!entry) return;
  const { job } = slurmFiles(openFolder(path));
  await writeFile(job, `${JSON.stringify({ ...entry, cancelled: true })}\n`);
}

async function readJob(path: string): Promise<SingleJob | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(slurmFiles(openFolder(path)).job));
  } catch {
    return undefined;
  }
}
