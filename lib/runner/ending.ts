/**
 * How a run ended: what its record says of it, and what the user is told.
 *
 * @module
 */
import { changesText, isUnchanged, verifyFolder } from "../runs/verify.ts";
import { isThere } from "../files.ts";
import { secretNames } from "../runs/trust.ts";
import { ExpyrunError, type Problem } from "../errors.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { loadedModules, warnOutside } from "../snapshotter/loaded.ts";
import { keepsToItsFolder } from "../snapshotter/share.ts";
import type { Changes, RunRecord, Status } from "../snapshotter/record.ts";
import { writeLastRecord } from "../snapshotter/record_file.ts";
import { timestamp } from "../time.ts";
import type { World } from "../world.ts";
import { errorMessage, keptMessage, withoutSecrets } from "./failure.ts";
import { entryPointHint } from "./entry_point_hint.ts";
import { importHint } from "./import_hint.ts";
import { permissionHint } from "./permission_hint.ts";
import type { Outcome } from "./process.ts";
import type { Ran } from "./start.ts";

/**
 * Writes how a run ended, and says so.
 *
 * @returns its last record
 * @throws {ExpyrunError} under `--strict`, for what would be warned about
 */
export async function endRun(
  ran: Ran,
  world: World,
): Promise<RunRecord> {
  const { run: { folder, record }, outcome, durationMs } = ran;
  const last = await endedRecord(folder, record, outcome, durationMs, world);
  // Temporary files may have filled the disk: with them gone there is room for the record.
  await removeTemporary(folder);
  const unwritten = await lastRecord(folder, last);
  await sayEnd(last, ran, world);
  if (unwritten) world.warn(unwritten);
  if (outcome.refusal !== undefined) throw outcome.refusal;
  warnOfDoubts(last, world);
  return last;
}

/** Most often it is empty. */
async function removeTemporary({ temporary }: ExperimentFolder): Promise<void> {
  try {
    Deno.removeSync(temporary);
  } catch {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
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
    if (isThere(folder.path)) return error.problem;
    const because = "its folder was moved or removed while the run went on";
    return { code: "folder", message: `Cannot write "${folder.record}": ${because}` };
  }
}

/**
 * The last record of a run.
 *
 * @param running the record that was written when it started
 */
async function endedRecord(
  folder: ExperimentFolder,
  running: RunRecord,
  outcome: Outcome,
  durationMs: number,
  world: World,
): Promise<RunRecord> {
  const { watched, packages = [] } = running.code;
  const modules = watched || packages.length > 0 ? await loadedModules(folder) : {};
  const altered = await alteredFiles(folder, running);
  return {
    ...ended(running, outcome, durationMs, world),
    ...modules,
    ...(altered ? { altered } : {}),
  };
}

/** Says how the run ended, and the way out of what ended it. */
async function sayEnd(
  record: RunRecord,
  { run: { folder }, outcome, folders }: Ran,
  world: World,
): Promise<void> {
  const { status, exitCode, durationMs = 0 } = record;
  const how = exitCode === 0 ? "" : ` (${outcome.signal ?? `exit code ${exitCode}`})`;
  world.say(`expyrun: ${status}${how} in ${shownDuration(durationMs)}`);
  // What is missing then is no fault of the code.
  if (exitCode === 0 || !isThere(folder.path)) return;
  const { stderrTail } = outcome;
  const hint = permissionHint(stderrTail, record, folders) ??
    importHint(stderrTail, record, folders) ?? await entryPointHint(folder, outcome);
  if (hint !== undefined) world.hint(hint);
}

/** Warns of what keeps the run from being repeated: code from outside the copy, a changed copy. */
function warnOfDoubts({ outside, altered, scope }: RunRecord, world: World): void {
  // Under --strict the child has refused them.
  if (outside && !world.strict) warnOutside(outside, world);
  if (altered) warnAltered(altered, scope, world);
}

/**
 * What a run may do to its folder and is not prevented from is found out: a Worker may write to all of
 * it; under `deno run` programs may, and who may rename a folder above it. What had been changed before
 * is not its doing.
 */
async function alteredFiles(
  folder: ExperimentFolder,
  record: RunRecord,
): Promise<Changes | undefined> {
  if (record.scope !== "detect" && keepsToItsFolder(record.permissions)) return undefined;
  // That the whole folder is gone shows when the record is written.
  if (!await Deno.stat(folder.path).then(() => true, () => false)) return undefined;
  const now = await verifyFolder(folder, record);
  const rest = (kind: keyof Changes) =>
    now[kind].filter((path) => !record.forced?.[kind].includes(path));
  const changes = { changed: rest("changed"), missing: rest("missing"), added: rest("added") };
  return isUnchanged(changes) ? undefined : changes;
}

function warnAltered(altered: Changes, scope: RunRecord["scope"], world: World): void {
  world.warn({
    code: "snapshot",
    message: `The experiment changed the copy of its code, or expyrun's own files (${
      changesText(altered)
    })`,
    hint: "The run can no longer be repeated from its folder; " +
      (scope === "detect"
        ? "--runtime deno denies such writes"
        : "fewer __permissions__ (run, ffi, write) deny such writes"),
  });
}

function ended(
  record: RunRecord,
  outcome: Outcome,
  durationMs: number,
  world: World,
): RunRecord {
  const { exitCode, signal, usage } = outcome;
  const status = statusOf(outcome);
  const endedAt = timestamp();
  const timedOut = outcome.timedOut || undefined;
  const logIncomplete = record.logIncomplete || !outcome.isLogged || undefined;
  const error = status === "failed" ? errorOf(record, outcome, world) : undefined;
  const ending = { endedAt, durationMs, exitCode, signal, timedOut, error, logIncomplete, usage };
  return { ...record, status, ...ending };
}

/** An error may tell a secret that the experiment got; the record must not. */
function errorOf(record: RunRecord, outcome: Outcome, world: World): string | undefined {
  const message = errorMessage(outcome.stderrTail);
  const names = secretNames(record).filter((name) => name in world.env);
  const secrets = Object.fromEntries(names.map((name) => [name, world.env[name]!]));
  return message && keptMessage(withoutSecrets(message, secrets));
}

function statusOf({ exitCode, interrupted, timedOut }: Outcome): Status {
  // However it took the signal: it has not done what it was to do.
  if (timedOut) return "failed";
  return exitCode === 0 ? "succeeded" : interrupted ? "interrupted" : "failed";
}

/** A duration for people, in the two units that matter, as `0.1 s`, `12 s`, `1 min 5 s`. */
export function shownDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
