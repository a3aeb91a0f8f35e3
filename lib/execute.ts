/**
 * A prepared folder becomes a process, and its record tells how that ended.
 *
 * @module
 */
import { ExpyrunError, type Place, type Problem } from "./errors.ts";
import { basename, isAbsolute, join, relative } from "./path.ts";
import { foldersOf } from "./runner/call.ts";
import { endedRecord, sayEnd, warnOfDoubts } from "./runner/ending.ts";
import { gatherRun, readDelivery, restarted } from "./runner/gather.ts";
import { refuseBlindness } from "./runner/own_reading.ts";
import { type Handling, type Outcome, runProcess } from "./runner/process.ts";
import { type Run, runners } from "./runner/runner.ts";
import { type SlurmTask, slurmTask } from "./runner/slurm_task.ts";
import { takeFolder } from "./runner/take.ts";
import { refuseChanges, requireSecrets } from "./runs/trust.ts";
import { type ExperimentFolder, folderError, openFolder } from "./snapshotter/folder.ts";
import { identityOf, machineFacts } from "./snapshotter/machine.ts";
import {
  type Changes,
  readRecord,
  type RunRecord,
  writeLastRecord,
  writeRunningRecord,
} from "./snapshotter/record.ts";
import { timestamp } from "./time.ts";
import type { World } from "./world.ts";

/** What differs from a single run in the foreground. */
export interface Execution extends Omit<Handling, "append" | "ended"> {
  /** Variables that the experiment gets besides those of the command. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether the folder must be what was prepared: always, but when it was only just prepared. */
  readonly verify?: boolean | undefined;
  /** `--force`: a folder that is not is run all the same, and its record says so. */
  readonly force?: boolean | undefined;
  /**
   * Waits for its turn to start a process: what it does before and after takes none. Answers with
   * what gives the turn back, or with nothing when the run is not to start any more.
   */
  readonly turn?: (() => Promise<(() => void) | undefined>) | undefined;
}

/**
 * Runs a prepared folder to its end.
 *
 * @param path the folder, absolute or relative to the working directory
 * @param place where the folder was named, if it was
 * @returns the record of the run that has ended; as it was prepared, when it got no turn
 * @throws {ExpyrunError} when the folder is not `prepared`, or its process cannot be started
 */
export async function execute(
  path: string,
  world: World,
  place?: Place,
  execution: Execution = {},
): Promise<RunRecord> {
  const folder = await realFolder(path, world, place);
  const prepared = await readRecord(folder, place);
  refuseBlindness(prepared.permissions, [folder.path, ...originalCode(prepared)], place);
  const forced = await checkTrust({ folder, record: prepared, place }, execution, world);
  const delivery = await readDelivery(folder, shownPath(folder.config, world), world);
  const gathered = await gatherRun(folder, prepared, delivery, execution.env ?? {}, world);
  const giveBack = execution.turn ? await execution.turn() : () => {};
  if (!giveBack) return prepared;
  const ready = { gathered, delivery: delivery.text, forced, place };
  const { running, outcome, durationMs, folders } = await run(ready, execution, giveBack, world)
    .finally(giveBack);
  const record = await endedRecord(folder, running, outcome, durationMs, world);
  // Temporary files may have filled the disk: with them gone there is room for the record.
  await removeTemporary(folder);
  const unwritten = await lastRecord(folder, record);
  sayEnd(record, outcome, folders, world);
  if (unwritten) world.warn(unwritten);
  warnOfDoubts(record, world);
  return record;
}

/** Most often it is empty. */
async function removeTemporary({ temporary }: ExperimentFolder): Promise<void> {
  try {
    Deno.removeSync(temporary);
  } catch {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

function originalCode({ code }: RunRecord): string[] {
  return code.mode === "original" ? [code.root] : [];
}

/** A run that has ended is over, whatever the disk says: what it says is only told. */
async function lastRecord(
  folder: ExperimentFolder,
  record: RunRecord,
): Promise<Problem | undefined> {
  try {
    await writeLastRecord(folder, record);
    return undefined;
  } catch (error) {
    if (!(error instanceof ExpyrunError)) throw error;
    return error.problem;
  }
}

/** A folder that was found to be as it must be. */
interface Ready {
  /** With the record as it was prepared. */
  readonly gathered: Run;
  /** The text of what the entry point gets. */
  readonly delivery: string;
  readonly forced: Changes | undefined;
  readonly place: Place | undefined;
}

/** Takes the folder, and runs its process to the end. */
async function run(
  { gathered, delivery, forced, place }: Ready,
  execution: Execution,
  ended: () => void,
  world: World,
) {
  const { folder, record: prepared } = gathered;
  const task = slurmTask(world.env);
  const again = await takeFolder(folder, prepared, task, place);
  const running = { ...started(prepared, task, again), ...await startFacts(world, forced) };
  const run = restarted(gathered, running);
  world.say(`expyrun: ${running.name} in ${shownPath(run.named ?? folder.path, world)}`);
  const start = performance.now();
  await handOver(run, delivery, again);
  const outcome = await launch(run, world, { ...execution, append: again, ended });
  const durationMs = Math.round(performance.now() - start);
  return { running, outcome, durationMs, folders: foldersOf(run) };
}

/** Whether the folder is what was prepared, and what it needs is there. */
async function checkTrust(
  { folder, record, place }: {
    folder: ExperimentFolder;
    record: RunRecord;
    place?: Place | undefined;
  },
  { verify, force = false }: Execution,
  world: World,
): Promise<Changes | undefined> {
  const use = { folder, record, purpose: "execute", place } as const;
  requireSecrets({ ...use, force: false }, world);
  return verify === false ? undefined : await refuseChanges({ ...use, force });
}

/** By its real path: a way through symbolic links is refused by the scope of the experiment. */
// deno-lint-ignore require-await -- touches the disk
async function realFolder(path: string, world: World, place?: Place): Promise<ExperimentFolder> {
  const absolute = isAbsolute(path) ? path : join(world.cwd, path);
  try {
    return openFolder(Deno.realPathSync(absolute));
  } catch {
    const hint = "`expyrun prepare CONFIG` makes a folder and prints its path";
    const message = `Cannot execute "${path}": no such folder`;
    throw new ExpyrunError({ code: "unreadable", message, place, hint });
  }
}

/** The record of a run that starts, or that starts again in the folder of its last start. */
function started(prepared: RunRecord, task: SlurmTask | undefined, again: boolean) {
  const { endedAt: _, durationMs: __, exitCode: ___, signal: ____, error: _____, ...rest } =
    prepared;
  return {
    ...rest,
    status: "running" as const,
    scope: prepared.runtime === "embedded" ? "detect" as const : "deny" as const,
    startedAt: timestamp(),
    ...(task ? { slurmTask: task.id } : {}),
    ...(again ? { restarts: (prepared.restarts ?? 0) + 1 } : {}),
  };
}

/** Where it runs, and who will write how it ended. */
async function startFacts(world: World, forced: Changes | undefined) {
  const process = await identityOf(Deno.pid);
  return { machine: machineFacts(world.env), process, ...(forced ? { forced } : {}) };
}

/**
 * Writes what the process reads, and that it runs. A folder that has no room for it stays prepared,
 * and can be run when there is.
 */
async function handOver(run: Run, delivery: string, again: boolean): Promise<void> {
  const { folder, record } = run;
  try {
    const files = runners[record.runtime].handOver(run, delivery);
    // Nobody reads them but the process that starts next: no need to rename them into place.
    for (const { path, text } of files) writeAtOnce(path, text);
    await writeRunningRecord(folder, record);
  } catch (error) {
    if (!again) await Deno.remove(folder.started);
    throw error;
  }
}

function writeAtOnce(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text);
  } catch (error) {
    throw folderError(`Cannot write "${path}"`, error);
  }
}

/** A process that cannot even be started is a run that failed: nothing may stay `running`. */
async function launch(run: Run, world: World, handling: Handling): Promise<Outcome> {
  const { record, folder } = run;
  try {
    return await runProcess(runners[record.runtime].plan(run), folder.log, world, handling);
  } catch (error) {
    const message = error instanceof ExpyrunError ? { error: error.problem.message } : {};
    await writeLastRecord(folder, { ...record, status: "failed", exitCode: 125, ...message });
    throw error;
  }
}

/** Relative when it lies below the working directory: as the user would type it. */
function shownPath(path: string, { cwd }: World): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside || basename(path);
}
