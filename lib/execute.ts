/**
 * A prepared folder becomes a process, and its record tells how that ended.
 *
 * @module
 */
import { basename, isAbsolute, join, relative } from "./path.ts";
import { ExpyrunError, type Place } from "./errors.ts";
import { deliverable } from "./resolver/deliver.ts";
import { readDocument } from "./resolver/document.ts";
import { holdsSecret } from "./resolver/masked.ts";
import { resolveConfig } from "./resolver/resolve.ts";
import { errorMessage, withoutSecrets } from "./runner/failure.ts";
import { importHint, permissionHint } from "./runner/hints.ts";
import { type Handling, type Outcome, runProcess } from "./runner/process.ts";
import { type Run, runners } from "./runner/runner.ts";
import { seal, type Sealed } from "./runner/seal.ts";
import { type SlurmTask, slurmTask } from "./runner/slurm_task.ts";
import { canWatch } from "./runner/watchdog.ts";
import { type ShownStatus, statusOf as shownStatus } from "./runs/status.ts";
import { changesText, isUnchanged, verifyFolder } from "./runs/verify.ts";
import { refuseChanges, requireSecrets, secretNames } from "./runs/trust.ts";
import { cacheVariables } from "./snapshotter/carried_cache.ts";
import { type ExperimentFolder, folderError, openFolder, writeFile } from "./snapshotter/folder.ts";
import {
  dependencyFolders,
  loadedFromOutside,
  warnOutside,
  withRealPaths,
} from "./snapshotter/loaded.ts";
import { identityOf, machineFacts } from "./snapshotter/machine.ts";
import {
  type Changes,
  readRecord,
  type RunRecord,
  type Status,
  writeRecord,
} from "./snapshotter/record.ts";
import type { World } from "./world.ts";

/** What the entry point gets; with a key when it is sealed. */
type Delivery = Pick<Sealed, "text"> & Partial<Sealed>;

/** What differs from a single run in the foreground. */
export interface Execution extends Omit<Handling, "append"> {
  /** Variables that the experiment gets besides those of the command. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether the folder must be what was prepared: always, but when it was only just prepared. */
  readonly verify?: boolean | undefined;
  /** `--force`: a folder that is not is run all the same, and its record says so. */
  readonly force?: boolean | undefined;
}

/**
 * Runs a prepared folder to its end.
 *
 * @param path the folder, absolute or relative to the working directory
 * @param place where the folder was named, if it was
 * @returns the record of the run that has ended
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
  const use = { folder, record: prepared, purpose: "execute", place } as const;
  requireSecrets({ ...use, force: false }, world);
  const forced = execution.verify === false
    ? undefined
    : await refuseChanges({ ...use, force: execution.force === true });
  const delivery = await readDelivery(folder, world);
  const task = slurmTask(world.env);
  const again = await takeFolder(folder, prepared, task, place);
  const scope = prepared.runtime === "embedded" ? "detect" as const : "deny" as const;
  const running = { ...started(prepared, task, again), ...await startFacts(world, forced), scope };
  const env = {
    ...world.env,
    ...await cacheVariables(folder),
    ...restartVariable(running),
    ...execution.env,
  };
  const run: Run = {
    record: running,
    folder,
    lock: await lockText(running, folder),
    config: await configText(running, folder),
    env,
    caches: await dependencyFolders(env),
    inputs: await withRealPaths(running.inputs?.map(({ path }) => path) ?? []),
    strict: world.strict,
    program: world.deno,
    self: world.child,
    parent: canWatch() ? undefined : Deno.pid,
    key: delivery.key,
  };
  world.say(`expyrun: ${running.name} in ${shownPath(running.folder, world)}`);
  const start = performance.now();
  await handOver(run, delivery.text, again);
  const outcome = await launch(run, world, { ...execution, append: again });
  const durationMs = Math.round(performance.now() - start);
  const outside = running.code.watched && await loadedFromOutside(folder);
  const altered = await alteredFiles(folder, running);
  const record = {
    ...ended(running, outcome, durationMs, world),
    ...(outside ? { outside } : {}),
    ...(altered ? { altered } : {}),
  };
  // Temporary files may have filled the disk: with them gone there is room for the record.
  await Deno.remove(folder.temporary, { recursive: true }).catch(() => {});
  try {
    await writeRecord(folder, record);
  } finally {
    sayEnd(run, outcome, durationMs, world);
  }
  // Under --strict the child has refused them.
  if (outside && !world.strict) warnOutside(outside, world);
  if (altered) warnAltered(altered, world);
  return record;
}

/**
 * A Worker that may write to the folder may write to all of it: that is found out, not prevented. What
 * had been changed before is not its doing.
 */
async function alteredFiles(
  folder: ExperimentFolder,
  record: RunRecord,
): Promise<Changes | undefined> {
  if (record.scope !== "detect") return undefined;
  const now = await verifyFolder(folder, record);
  const rest = (kind: keyof Changes) =>
    now[kind].filter((path) => !record.forced?.[kind].includes(path));
  const changes = { changed: rest("changed"), missing: rest("missing"), added: rest("added") };
  return isUnchanged(changes) ? undefined : changes;
}

function warnAltered(altered: Changes, world: World): void {
  world.warn({
    code: "snapshot",
    message: `The experiment changed the copy of its code, or expyrun's own files (${
      changesText(altered)
    })`,
    hint: "The run can no longer be repeated from its folder; --runtime deno denies such writes",
  });
}

/** The record of a run that starts, or that starts again in the folder of its last start. */
function started(prepared: RunRecord, task: SlurmTask | undefined, again: boolean) {
  const { endedAt: _, durationMs: __, exitCode: ___, signal: ____, error: _____, ...rest } =
    prepared;
  return {
    ...rest,
    status: "running" as const,
    startedAt: new Date().toISOString(),
    ...(task ? { slurmTask: task.id } : {}),
    ...(again ? { restarts: (prepared.restarts ?? 0) + 1 } : {}),
  };
}

/** An experiment that keeps checkpoints asks by it whether to look for one. */
function restartVariable({ restarts }: RunRecord): Record<string, string> {
  return restarts === undefined ? {} : { EXPYRUN_RESTART: String(restarts) };
}

/** Where it runs, and who will write how it ended. */
async function startFacts(world: World, forced: Changes | undefined) {
  const process = await identityOf(Deno.pid);
  return { machine: machineFacts(world.env), process, ...(forced ? { forced } : {}) };
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
async function readDelivery(folder: ExperimentFolder, world: World): Promise<Delivery> {
  const config = await readDocument(folder.config, shownPath(folder.config, world), world);
  const resolved = resolveConfig(config, world);
  const text = deliverable(resolved);
  return holdsSecret(resolved) ? await seal(text) : { text };
}

/** In a copy the lock is the folder's own: the folder may have been moved since it was recorded. */
async function lockText(
  { code }: RunRecord,
  folder: ExperimentFolder,
): Promise<string | undefined> {
  if (code.lock === undefined) return undefined;
  return await Deno.readTextFile(code.mode === "copy" ? folder.lock : code.lock);
}

/** What Deno would be told by a flag; only for code that imports more than its own files. */
async function configText(
  { runtime, code }: RunRecord,
  folder: ExperimentFolder,
): Promise<string | undefined> {
  if (runtime !== "embedded" || code.lock === undefined) return undefined;
  return await Deno.readTextFile(code.mode === "copy" ? folder.denoConfig : folder.originalConfig);
}

/**
 * Of many that try to run the same folder, one gets it: the one that makes the file. A task that
 * SLURM has started again gets it again.
 *
 * @returns whether it was started before
 */
async function takeFolder(
  folder: ExperimentFolder,
  record: RunRecord,
  task: SlurmTask | undefined,
  place?: Place,
): Promise<boolean> {
  const owner = JSON.stringify({ ...task, process: await identityOf(Deno.pid) });
  if (record.status === "prepared" && await isFirst(folder.started, owner)) return false;
  if (task !== undefined && await isRestart(folder.started, task)) {
    await writeFile(folder.started, owner);
    await Deno.mkdir(folder.temporary, { recursive: true });
    return true;
  }
  const status = await statusNow(folder, record);
  throw new ExpyrunError({
    code: "status",
    message: `Cannot execute "${record.folder}": it is ${status}, not prepared`,
    place,
    hint: `To repeat the run: expyrun rerun ${folder.path}`,
  });
}

/** A process that has taken the folder may have been killed before it could write so. */
async function statusNow(folder: ExperimentFolder, record: RunRecord): Promise<ShownStatus> {
  if (record.status !== "prepared") return await shownStatus(record);
  const text = await Deno.readTextFile(folder.started).catch(() => "{}");
  try {
    return await shownStatus({ status: "running", process: JSON.parse(text).process });
  } catch {
    return "running"; // It is being written.
  }
}

async function isRestart(path: string, task: SlurmTask): Promise<boolean> {
  try {
    const before: Partial<SlurmTask> = JSON.parse(await Deno.readTextFile(path));
    return before.id === task.id && task.restarts > (before.restarts ?? 0);
  } catch {
    return false;
  }
}

// deno-lint-ignore require-await -- touches the disk; the asynchronous call loads Deno's streams
async function isFirst(path: string, owner: string): Promise<boolean> {
  let isMade = false;
  try {
    using file = Deno.openSync(path, { write: true, createNew: true });
    isMade = true;
    file.writeSync(new TextEncoder().encode(owner));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    if (isMade) Deno.removeSync(path);
    throw folderError(`Cannot write "${path}"`, error);
  }
}

/**
 * Writes what the process reads, and that it runs. A folder that has no room for it stays prepared,
 * and can be run when there is.
 */
async function handOver(run: Run, delivery: string, again: boolean): Promise<void> {
  const { folder, record } = run;
  try {
    const files = runners[record.runtime].handOver(run, delivery);
    for (const { path, text } of files) await writeFile(path, text);
    await writeRecord(folder, record);
  } catch (error) {
    if (!again) await Deno.remove(folder.started);
    throw error;
  }
}

/** A process that cannot even be started is a run that failed: nothing may stay `running`. */
async function launch(run: Run, world: World, handling: Handling): Promise<Outcome> {
  const { record, folder } = run;
  try {
    return await runProcess(runners[record.runtime].plan(run), folder.log, world, handling);
  } catch (error) {
    const message = error instanceof ExpyrunError ? { error: error.problem.message } : {};
    await writeRecord(folder, { ...record, status: "failed", exitCode: 125, ...message });
    throw error;
  }
}

function ended(
  record: RunRecord,
  outcome: Outcome,
  durationMs: number,
  world: World,
): RunRecord {
  const { exitCode, signal, usage } = outcome;
  const status = statusOf(outcome);
  const endedAt = new Date().toISOString();
  const timedOut = outcome.timedOut || undefined;
  const error = status === "failed" ? errorOf(record, outcome, world) : undefined;
  return { ...record, status, endedAt, durationMs, exitCode, signal, timedOut, error, usage };
}

/** An error may tell a secret that the experiment got; the record must not. */
function errorOf(record: RunRecord, outcome: Outcome, world: World): string | undefined {
  const message = errorMessage(outcome.stderrTail);
  const names = secretNames(record).filter((name) => name in world.env);
  const secrets = Object.fromEntries(names.map((name) => [name, world.env[name]!]));
  return message && withoutSecrets(message, secrets);
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
