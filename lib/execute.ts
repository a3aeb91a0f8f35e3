/**
 * A prepared folder becomes a process, and its record tells how that ended.
 *
 * @module
 */
import { basename, isAbsolute, join, relative } from "node:path";
import { ExpyrunError, type Place } from "./errors.ts";
import { deliverable } from "./resolver/deliver.ts";
import { readDocument } from "./resolver/document.ts";
import { resolveConfig } from "./resolver/resolve.ts";
import { importHint, permissionHint } from "./runner/hints.ts";
import { type Outcome, runProcess } from "./runner/process.ts";
import { type Run, runners } from "./runner/runner.ts";
import { canWatch } from "./runner/watchdog.ts";
import { type ExperimentFolder, openFolder, writeFile } from "./snapshotter/folder.ts";
import { readRecord, type RunRecord, type Status, writeRecord } from "./snapshotter/record.ts";
import type { World } from "./world.ts";

/**
 * Runs a prepared folder to its end.
 *
 * @param path the folder, absolute or relative to the working directory
 * @param place where the folder was named, if it was
 * @returns the exit code of the experiment
 * @throws {ExpyrunError} when the folder is not `prepared`, or its process cannot be started
 */
export async function execute(path: string, world: World, place?: Place): Promise<number> {
  const folder = await realFolder(path, world, place);
  const record = await readRecord(folder, place);
  const delivery = await readDelivery(folder, world);
  const run: Run = {
    record,
    folder,
    lock: await lockText(record, folder),
    env: world.env,
    program: world.deno,
    parent: canWatch() ? undefined : Deno.pid,
  };
  await takeFolder(run, place);
  world.say(`expyrun: ${record.name} in ${shownPath(record.folder, world)}`);
  const start = performance.now();
  const running = { ...record, status: "running", startedAt: new Date().toISOString() } as const;
  await writeRecord(folder, running);
  const outcome = await launch(run, delivery, world);
  const durationMs = Math.round(performance.now() - start);
  await writeRecord(folder, ended(running, outcome, durationMs));
  await Deno.remove(folder.temporary, { recursive: true }).catch(() => {});
  sayEnd(run, outcome, durationMs, world);
  return outcome.exitCode;
}

/** By its real path: a way through symbolic links is refused by the scope of the experiment. */
async function realFolder(path: string, world: World, place?: Place): Promise<ExperimentFolder> {
  const absolute = isAbsolute(path) ? path : join(world.cwd, path);
  try {
    return openFolder(await Deno.realPath(absolute));
  } catch {
    const hint = "`expyrun prepare CONFIG` makes a folder and prints its path";
    const message = `Cannot execute "${path}": no such folder`;
    throw new ExpyrunError({ code: "unreadable", message, place, hint });
  }
}

/** config.yml is read again: between preparing and executing there is only the folder. */
async function readDelivery(folder: ExperimentFolder, world: World): Promise<string> {
  const config = await readDocument(folder.config, shownPath(folder.config, world), world);
  return deliverable(resolveConfig(config, world));
}

/** In a copy the lock is the folder's own: the folder may have been moved since it was recorded. */
async function lockText(
  { code }: RunRecord,
  folder: ExperimentFolder,
): Promise<string | undefined> {
  if (code.lock === undefined) return undefined;
  return await Deno.readTextFile(code.mode === "copy" ? folder.lock : code.lock);
}

/** Of many that try to run the same folder, one gets it: the one that makes the file. */
async function takeFolder({ folder, record }: Run, place?: Place): Promise<void> {
  const taken = record.status !== "prepared" || !(await isFirst(folder.started));
  if (!taken) return;
  const status = record.status === "prepared" ? "running" : record.status;
  throw new ExpyrunError({
    code: "status",
    message: `Cannot execute "${record.folder}": it is ${status}, not prepared`,
    place,
    hint: `To repeat the run: expyrun ${folder.config}`,
  });
}

async function isFirst(path: string): Promise<boolean> {
  try {
    (await Deno.open(path, { write: true, createNew: true })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** A process that cannot even be started is a run that failed: nothing may stay `running`. */
async function launch(run: Run, delivery: string, world: World): Promise<Outcome> {
  const runner = runners[run.record.runtime];
  try {
    for (const { path, text } of runner.handOver(run, delivery)) await writeFile(path, text);
    return await runProcess(runner.plan(run), run.folder.log, world);
  } catch (error) {
    await writeRecord(run.folder, { ...run.record, status: "failed", exitCode: 125 });
    throw error;
  }
}

function ended(record: RunRecord, outcome: Outcome, durationMs: number): RunRecord {
  const { exitCode, signal } = outcome;
  const endedAt = new Date().toISOString();
  return { ...record, status: statusOf(outcome), endedAt, durationMs, exitCode, signal };
}

function statusOf({ exitCode, interrupted }: Outcome): Status {
  return exitCode === 0 ? "succeeded" : interrupted ? "interrupted" : "failed";
}

function sayEnd(run: Run, outcome: Outcome, durationMs: number, world: World): void {
  const how = outcome.exitCode === 0
    ? ""
    : ` (${outcome.signal ?? `exit code ${outcome.exitCode}`})`;
  world.say(`expyrun: ${statusOf(outcome)}${how} in ${shownDuration(durationMs)}`);
  if (outcome.exitCode === 0) return;
  const hint = permissionHint(outcome.stderrTail, run.record) ??
    importHint(outcome.stderrTail, run.record);
  if (hint !== undefined) world.hint(hint);
}

/** Relative when it lies below the working directory: as the user would type it. */
function shownPath(path: string, { cwd }: World): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside || basename(path);
}

function shownDuration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.floor(ms / 1000) % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
