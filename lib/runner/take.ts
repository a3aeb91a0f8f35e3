/**
 * Taking a prepared folder: of many that want to run it, one may.
 *
 * @module
 */
import { ExpyrunError, type Place, shellWord } from "../errors.ts";
import { isThere } from "../files.ts";
import { dirname } from "../path.ts";
import { type ShownStatus, statusOf } from "../runs/status.ts";
import {
  type ExperimentFolder,
  folderError,
  openFolder,
  writeFile,
} from "../snapshotter/folder.ts";
import { identityOf } from "../snapshotter/machine.ts";
import { noRecord } from "../snapshotter/no_record.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import { readRecord } from "../snapshotter/record_file.ts";
import type { SlurmTask } from "./slurm_task.ts";

/**
 * Of many that try to run the same folder, one gets it: the one that makes the file. A task that
 * SLURM has started again gets it again.
 *
 * @returns whether it was started before
 * @throws {ExpyrunError} "status" when it is not, or no longer, prepared
 */
export async function takeFolder(
  folder: ExperimentFolder,
  record: RunRecord,
  task: SlurmTask | undefined,
  place?: Place,
): Promise<boolean> {
  const owner = JSON.stringify({ ...task, process: await identityOf(Deno.pid) });
  if (record.status === "prepared" && await isFirst(folder.started, owner, place)) {
    return false;
  }
  if (task !== undefined && await isRestart(folder.started, task)) {
    await writeFile(folder.started, owner);
    return true;
  }
  const status = await statusNow(folder, record);
  throw new ExpyrunError({
    code: "status",
    message: `Cannot execute "${folder.path}": ${happened[status]}`,
    place,
    hint: `To repeat the run: expyrun rerun ${shellWord(folder.path)}`,
  });
}

const happened: Readonly<Record<ShownStatus, string>> = {
  prepared: "another process has taken it",
  running: "it is running already",
  succeeded: "it has succeeded already",
  failed: "it has been run, and failed",
  interrupted: "it has been run, and was interrupted",
  lost: "it has been run, and its process is gone",
  unknown: "it has been started where this machine cannot look",
};

/** A process that has taken the folder may have been killed before it could write so. */
async function statusNow(folder: ExperimentFolder, record: RunRecord): Promise<ShownStatus> {
  const status = record.status === "prepared" ? await startedNow(folder) : await statusOf(record);
  if (status !== "lost") return status;
  // Its process may have ended, and written so, since that record was read.
  const { status: last } = await readRecord(folder);
  return last === "prepared" || last === "running" ? "lost" : last;
}

async function startedNow(folder: ExperimentFolder): Promise<ShownStatus> {
  const text = await Deno.readTextFile(folder.started).catch(() => "{}");
  try {
    return await statusOf({ status: "running", process: JSON.parse(text).process });
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

/** What begins with a dot is easily left behind when a folder is copied. */
function hiddenGone(path: string, place: Place | undefined): ExpyrunError {
  return new ExpyrunError({
    code: "status",
    message: `Cannot execute "${path}": its folder .expyrun is gone`,
    place,
    hint: "Copy the folder with what is hidden in it, or prepare the run again",
  });
}

// deno-lint-ignore require-await -- touches the disk; the asynchronous call loads Deno's streams
async function isFirst(path: string, owner: string, place?: Place): Promise<boolean> {
  let isMade = false;
  try {
    using file = Deno.openSync(path, { write: true, createNew: true });
    isMade = true;
    file.writeSync(new TextEncoder().encode(owner));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    if (isMade) Deno.removeSync(path);
    const folder = dirname(dirname(path));
    if (error instanceof Deno.errors.NotFound) {
      throw isThere(folder)
        ? hiddenGone(folder, place)
        : noRecord(openFolder(folder), place, error);
    }
    throw folderError(`Cannot write "${path}"`, error);
  }
}
