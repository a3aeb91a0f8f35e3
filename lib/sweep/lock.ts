/**
 * Who conducts a sweep: one process at a time.
 *
 * @module
 */
import { ExpyrunError, type Place, shellWord } from "../errors.ts";
import { isAbsent, isWithoutLocks, writeAll } from "../files.ts";
import { statusOf } from "../runs/status.ts";
import { folderError } from "../snapshotter/folder.ts";
import { identityOf, type ProcessIdentity } from "../snapshotter/machine.ts";
import type { SweepFolder } from "./folder.ts";

/** A sweep that this process conducts. */
export interface HeldSweep {
  /** Lets go of it; the system does so too when the process ends, however it does. */
  end(): void;
}

/**
 * Takes a sweep for this process.
 *
 * @throws {ExpyrunError} `status` while another process has it
 */
export async function holdSweep(folder: SweepFolder, place?: Place): Promise<HeldSweep> {
  const file = await openLock(folder);
  const isFree = await isFreeNow(file, folder, place);
  if (isFree !== true) {
    file.close();
    const owner = await ownerOf(folder);
    const who = owner ? `process ${owner.pid} on ${owner.host}` : "another process";
    throw new ExpyrunError({
      code: "status",
      message: `Cannot go on with "${folder.path}": ${who} is running it`,
      place,
      hint: isFree === undefined
        ? `Without locks only you can tell: if it is gone, remove "${folder.lock}"`
        : `Wait for it, or end it with: expyrun cancel ${shellWord(folder.path)}`,
    });
  }
  try {
    file.truncateSync();
    writeAll(file, new TextEncoder().encode(`${JSON.stringify(await identityOf(Deno.pid))}\n`));
  } catch (error) {
    file.close();
    throw folderError(`Cannot write "${folder.lock}"`, error, place);
  }
  return { end: () => letGo(file) };
}

/** Where there are no locks, a process that has gone on to something else must not stand there. */
function letGo(file: Deno.FsFile): void {
  try {
    file.truncateSync();
  } catch {
    // The lock, if there is one, is given up all the same.
  }
  file.close();
}

/**
 * Takes the lock. Where there are none, the process that stands in the file must be gone; undefined
 * where that cannot be told.
 */
async function isFreeNow(
  file: Deno.FsFile,
  folder: SweepFolder,
  place?: Place,
): Promise<boolean | undefined> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    if (!isWithoutLocks(error)) {
      file.close();
      throw folderError(`Cannot lock "${folder.lock}"`, error, place);
    }
    const process = await ownerOf(folder);
    if (process === undefined) return true;
    const status = await statusOf({ status: "running", process });
    return status === "unknown" ? undefined : status === "lost";
  }
}

/** The process that conducts a sweep; undefined when there is none. */
export async function conductorOf(folder: SweepFolder): Promise<ProcessIdentity | undefined> {
  const file = await openToAsk(folder);
  if (file === undefined) return undefined;
  const isFree = await isFreeNow(file, folder);
  file.close();
  return isFree ? undefined : await ownerOf(folder);
}

/** Nothing is made: the folder may just be about to be removed. */
async function openToAsk({ lock }: SweepFolder): Promise<Deno.FsFile | undefined> {
  try {
    // Some file systems lock only what may be written. Of another user's sweep it can be told, too.
    return await Deno.open(lock, { read: true, write: true }).catch(() => Deno.open(lock));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw folderError(`Cannot read "${lock}"`, error);
  }
}

async function openLock(folder: SweepFolder): Promise<Deno.FsFile> {
  try {
    return await Deno.open(folder.lock, { read: true, write: true, create: true });
  } catch (error) {
    throw folderError(`Cannot write "${folder.lock}"`, error);
  }
}

async function ownerOf(folder: SweepFolder): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(folder.lock));
  } catch {
    return undefined;
  }
}
