/**
 * record.json on the disk.
 *
 * @module
 */
import { isFile, isThere } from "../files.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import { type ExperimentFolder, openFolder, writeFile } from "./folder.ts";
import { noRecord } from "./no_record.ts";
import type { RunRecord } from "./record.ts";
import { missingKey, parseObject, recordJson } from "./record_text.ts";

/**
 * Reads the record of an experiment folder.
 *
 * @param place where the folder was named
 * @throws {ExpyrunError} "status" when the folder was never ready, "unreadable" when there is no
 * such folder, or its record cannot be read, or is of a newer format
 */
// deno-lint-ignore require-await -- touches the disk
export async function readRecord(folder: ExperimentFolder, place?: Place): Promise<RunRecord> {
  const text = recordText(folder, place);
  const unreadable = (because: string, hint?: string) =>
    new ExpyrunError({
      code: "unreadable",
      message: `Cannot read "${folder.record}": ${because}`,
      place,
      hint,
    });
  const record = parseObject(text);
  if (record === undefined) {
    throw unreadable("it is not a JSON object", "Put it back as it was: it vouches for all else");
  }
  if (typeof record.format === "number" && record.format > 1) {
    throw unreadable(`its format is ${record.format}, newer than 1`, "Use a newer expyrun");
  }
  const missing = record.format === 1 ? missingKey(record) : "format";
  if (missing !== undefined) throw unreadable(`"${missing}" is missing or malformed`);
  return record as unknown as RunRecord;
}

/** The record of the folder at a path; undefined where there is none that can be read. */
export async function recordAt(path: string): Promise<RunRecord | undefined> {
  try {
    return await readRecord(openFolder(path));
  } catch (error) {
    if (error instanceof ExpyrunError) return undefined;
    throw error;
  }
}

/**
 * The record of a folder; nothing for one that holds a configuration and no record: the Python tool
 * made such folders, and they are read with what they have.
 *
 * @throws {ExpyrunError} as {@linkcode readRecord}, for anything else
 */
export async function findRecord(
  folder: ExperimentFolder,
  place?: Place,
): Promise<RunRecord | undefined> {
  return await isOlder(folder) ? undefined : await readRecord(folder, place);
}

/**
 * Whether a folder is one that was prepared. What is hidden in it may have been lost on the way, and
 * code of another kind may hold a record.json of its own.
 */
// deno-lint-ignore require-await -- touches the disk
export async function isPrepared(folder: ExperimentFolder): Promise<boolean> {
  if (!isFile(folder.record)) return false;
  if (isThere(folder.hidden)) return true;
  const record = parseObject(recordText(folder, undefined));
  return record?.format === 1 && missingKey(record) === undefined;
}

/** Whether a folder is one of the Python tool: it holds a configuration and no record. */
// deno-lint-ignore require-await -- touches the disk
export async function isOlder(folder: ExperimentFolder): Promise<boolean> {
  return isFile(folder.config) && !isThere(folder.record) && !isThere(folder.hidden);
}

/**
 * Writes the record of an experiment folder by write-and-rename.
 *
 * @throws {ExpyrunError} "folder" when the file system refuses it
 */
export async function writeRecord(
  folder: ExperimentFolder,
  record: RunRecord,
  place?: Place,
): Promise<void> {
  await writeFile(folder.record, recordJson(record), place);
}

/** So much is kept free in the record of a run that goes on, for what its end adds to it. */
const room = 16 * 1024;

/**
 * Writes the record of a run that starts, in a file that has room for how it ends: the run may fill
 * the disk.
 *
 * @throws {ExpyrunError} as {@linkcode writeRecord}
 */
export async function writeRunningRecord(
  folder: ExperimentFolder,
  record: RunRecord,
): Promise<void> {
  await writeFile(folder.record, `${recordJson(record)}${" ".repeat(room)}\n`);
}

/**
 * Writes the record of a run that has ended; into the room that was kept where there is no other.
 *
 * @throws {ExpyrunError} as {@linkcode writeRecord}
 */
export async function writeLastRecord(folder: ExperimentFolder, record: RunRecord): Promise<void> {
  try {
    await writeRecord(folder, record);
  } catch (error) {
    if (!fillRoom(folder.record, recordJson(record))) throw error;
  }
}

/** Only where it fits. What is overwritten in one call is not seen half by readers. */
function fillRoom(path: string, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  try {
    using file = Deno.openSync(path, { read: true, write: true });
    const { size } = file.statSync();
    if (bytes.length > size) return false;
    const all = new Uint8Array(size).fill(" ".charCodeAt(0));
    all.set(bytes);
    for (let at = 0; at < size;) at += file.writeSync(all.subarray(at));
    file.truncateSync(bytes.length);
    return true;
  } catch {
    return false;
  }
}

function recordText(folder: ExperimentFolder, place: Place | undefined): string {
  try {
    return Deno.readTextFileSync(folder.record);
  } catch (error) {
    throw noRecord(folder, place, error);
  }
}
