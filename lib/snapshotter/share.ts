/**
 * One copy of code for many runs: each gets files of its own by name, not by content.
 *
 * @module
 */
import { dirname, join } from "../path.ts";
import type { Place } from "../errors.ts";
import { isNothing, type Permissions } from "../resolver/permission_set.ts";
import type { World } from "../world.ts";
import { pauses } from "./copy.ts";
import { type ExperimentFolder, folderError, nameIn } from "./folder.ts";
import { packageFiles } from "./packages.ts";
import type { CodeRecord, CopiedFile, RunRecord } from "./record.ts";

/**
 * How files are shared. `clone`: the file system shares their blocks until one is written; `link`:
 * read-only hard links; `copy`: not at all.
 */
export type Sharing = "clone" | "link" | "copy";

/** A copy that further runs share. */
export interface SharedCopy {
  readonly code: CodeRecord;
  readonly folder: ExperimentFolder;
  /**
   * Those of its record, where this very command has made it: then what it requires is the same for
   * the further runs, too.
   */
  readonly digests?: RunRecord["digests"];
}

/** The files of expyrun's own that are the same for all runs of the same code. */
const alike = ["denoConfig", "lock", "packageJson", "packages"] as const;

/**
 * Gives a folder the code of another one, what its imports are resolved by, and the list of what it
 * requires.
 *
 * @param place where the output directory was configured
 * @throws {ExpyrunError} `folder` when the file system refuses it
 */
export async function shareCopy(
  { code, folder: from, digests }: SharedCopy,
  folder: ExperimentFolder,
  sharing: Sharing,
  place: Place,
  world: Pick<World, "checkpoint"> = {},
): Promise<CodeRecord> {
  const pause = pauses(world);
  try {
    const made = new Set<string>([folder.path]);
    for (const file of [...code.files, ...await packageFiles(from, code)]) {
      shareFile(file, from.path, folder.path, sharing, made);
      await pause(0);
    }
    const names = digests ? [...alike, "requirements" as const] : alike;
    for (const name of names) {
      // To be refused what is known not to be there takes as long as to be given what is.
      const isThere = digests === undefined || nameIn(from, from[name]) in digests;
      if (isThere) shareIfThere(from[name], folder[name], sharing);
    }
  } catch (error) {
    throw folderError(`Cannot copy the code into "${folder.path}"`, error, place);
  }
  return {
    ...code,
    root: folder.path,
    config: code.config && folder.denoConfig,
    lock: code.lock && folder.lock,
  };
}

/** The digests of what else is shared, by the names of the files; undefined for what is not there. */
export function sharedDigests(
  { folder, digests }: SharedCopy,
): Record<string, string | undefined> {
  if (digests === undefined) return {};
  const names = [...alike, "requirements" as const].map((name) => nameIn(folder, folder[name]));
  return Object.fromEntries(names.map((name) => [name, digests[name]]));
}

function shareFile(
  file: CopiedFile,
  from: string,
  into: string,
  sharing: Sharing,
  made: Set<string>,
): void {
  const target = join(into, file.path);
  makeParent(target, made);
  if ("link" in file) return Deno.symlinkSync(file.link, target);
  const source = join(from, file.path);
  if (sharing === "link" && linked(source, target)) return;
  Deno.copyFileSync(source, target);
}

function makeParent(path: string, made: Set<string>): void {
  const parent = dirname(path);
  if (made.has(parent)) return;
  Deno.mkdirSync(parent, { recursive: true });
  made.add(parent);
}

/** Not on another file system, nor beyond the links that a file may have: 65,000 on ext4. */
function linked(source: string, target: string): boolean {
  try {
    Deno.linkSync(source, target);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw error;
    return false;
  }
}

/** Files that were made read-only: a sweep shares them many times. */
const readOnly = new Set<string>();

/** What has several names must not be written under any of them. */
function shareIfThere(from: string, to: string, sharing: Sharing): void {
  try {
    if (sharing === "link" && !readOnly.has(from)) {
      Deno.chmodSync(from, 0o444);
      readOnly.add(from);
    }
    if (sharing === "link" && linked(from, to)) return;
    Deno.copyFileSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * How a copy may be shared on the file system of a folder.
 *
 * @param file a file in the folder
 * @param sealed whether the runtime denies the runs writing to the copy
 */
export async function sharingOf(file: string, sealed: boolean): Promise<Sharing> {
  if (await canClone(file)) return "clone";
  return sealed ? "link" : "copy";
}

/** Deno.copyFile clones where it can, but does not tell. */
async function canClone(file: string): Promise<boolean> {
  if (Deno.build.os === "darwin") return true;
  if (Deno.build.os !== "linux") return false;
  const probe = `${file}.${crypto.randomUUID().slice(0, 8)}.probe`;
  try {
    const { success } = await new Deno.Command("cp", {
      args: ["--reflink=always", file, probe],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  } finally {
    await Deno.remove(probe).catch(() => {});
  }
}

/**
 * Whether a permission set keeps a run from writing to the copies of others: subprocesses and
 * native code go around it, and whatever else it may write to may hold a symbolic link to them.
 */
export function keepsToItsFolder({ run, ffi, write }: Permissions): boolean {
  return [run, ffi, write].every(isNothing);
}
