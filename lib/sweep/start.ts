/**
 * Runs that are ready, started: on this machine or on SLURM.
 *
 * @module
 */
import { shellWord } from "../errors.ts";
import { basename } from "../path.ts";
import type { World } from "../world.ts";
import { prepareAgain } from "./again.ts";
import type { ExecutionOptions } from "./command.ts";
import { appendLine, type FolderEntry, type SweepFolder } from "./folder.ts";
import { executeLocally } from "./local.ts";
import type { FolderOfRun } from "./make.ts";
import { shownPath } from "../shown_path.ts";
import type { Runs } from "./plan.ts";
import type { SlurmOption } from "./slurm/options.ts";
import { submit } from "./slurm/submit.ts";
import { countOf, readStates, statusTable } from "./status.ts";

/** What the verb answers: the text for stdout, and the exit code. */
export interface SweepAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** Runs that are to be started. */
export interface Start {
  readonly folder: SweepFolder;
  readonly runs: readonly FolderOfRun[];
  /** The values of every run of the sweep. */
  readonly values: Runs;
  readonly debug: boolean;
  readonly execution: ExecutionOptions;
}

/** How the runs of this machine are told of. */
export interface LocalStart extends Start {
  /** Whether this very command prepared them. */
  readonly fresh: boolean;
  /** `--quiet`. */
  readonly quiet: boolean;
}

/**
 * Executes the runs here, to their ends.
 *
 * @returns the table of all runs of the sweep; 0 only when all have succeeded
 */
export async function startHere(start: LocalStart, world: World): Promise<SweepAnswer> {
  const { folder, values, debug, quiet } = start;
  const again = async ({ run, folder: before }: FolderOfRun) => {
    const { folder: next } = await prepareAgain(before, debug, world);
    const entry: FolderEntry = { run, folder: next.path };
    await appendLine(folder.folders, entry);
    return entry;
  };
  const path = shellWord(shownPath(folder.path, world));
  const sayGoOn = (failed = 0) => {
    const retry = failed > 0 ? " (--retry repeats what failed, too)" : "";
    world.say(`expyrun: go on with: expyrun sweep --resume ${path}${retry}`);
  };
  const stopped = await executeLocally({ ...start, again }, world).catch((error) => {
    sayGoOn();
    throw error;
  });
  const states = await readStates(folder, values.length, world);
  if (stopped !== undefined) sayGoOn(states.filter(({ status }) => status === "failed").length);
  const allSucceeded = states.every(({ status }) => status === "succeeded");
  return {
    text: quiet ? "" : statusTable(values, states, world),
    exitCode: stopped ?? (allSucceeded ? 0 : 1),
  };
}

/** What SLURM is to be told besides. */
export interface SlurmStart extends Start {
  readonly options: readonly SlurmOption[];
  readonly maxArraySize: number;
  readonly json: boolean;
}

/**
 * Submits the runs, and returns.
 *
 * @returns the jobs' numbers and how to follow them
 * @throws {ExpyrunError} `slurm`, at the line of the script; nothing stays submitted then
 */
export async function startOnSlurm(start: SlurmStart, world: World): Promise<SweepAnswer> {
  const { folder, runs, options, execution, maxArraySize, json } = start;
  const name = basename(folder.path);
  const request = { folder, name, runs, options, throttle: execution.jobs, maxArraySize };
  const jobs = await submit(request, world);
  if (json) return { text: `${JSON.stringify({ sweep: folder.path, jobs })}\n`, exitCode: 0 };
  const path = shownPath(folder.path, world);
  const what = `${countOf(runs.length)} of ${path}`;
  const named = jobs.length === 1 ? "job" : "jobs";
  return {
    text: `Submitted ${what} as ${named} ${jobs.join(", ")}\nFollow: expyrun status ${
      shellWord(path)
    }\n`,
    exitCode: 0,
  };
}
