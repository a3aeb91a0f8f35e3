/**
 * The experiment folder: claims `exp.{i}`, and is the only place that knows the file names in it.
 *
 * @module
 */
import { basename, dirname, join, separator } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import { systemCode } from "../files.ts";

/** An experiment folder: the absolute paths of what expyrun keeps in it. */
export interface ExperimentFolder {
  readonly path: string;
  /** The resolved configuration. */
  readonly config: string;
  /** The merged and overridden configuration, not resolved. */
  readonly rawConfig: string;
  readonly requirements: string;
  /** stdout and stderr of the experiment. */
  readonly log: string;
  readonly record: string;
  readonly denoConfig: string;
  readonly lock: string;
  readonly packageJson: string;
  /** The folder of what expyrun hands to the child. */
  readonly hidden: string;
  readonly call: string;
  /**
   * With the number of an expyrun behind it: locked while a process that it has started ahead waits
   * for its call.
   */
  readonly waiting: string;
  readonly bootstrap: string;
  /** Packages that were copied along. */
  readonly nodeModules: string;
  /** The list of them, with the digests of their files. */
  readonly packages: string;
  /** The deno.json of code that runs where it stands, without Deno to find its own. */
  readonly originalConfig: string;
  /** Where each value of the configuration came from. */
  readonly origins: string;
  /** The modules from elsewhere that the child has loaded, one a line; only while it runs. */
  readonly loaded: string;
  /** Deno's cache, where the folder has one of its own: dependencies that came in an archive. */
  readonly denoDir: string;
  /** Made by the one process that runs the folder. */
  readonly started: string;
  /**
   * Where TMPDIR points while the experiment runs. Beside what is hidden, which must not be written:
   * Deno does not always let a longer path that is allowed beat a shorter one that is denied (2.9).
   */
  readonly temporary: string;
  /** The parents that the claim made, outermost first; empty for a folder that was opened. */
  readonly made: readonly string[];
}

/** What a folder is claimed for. */
export interface FolderClaim {
  /** Absolute. */
  readonly outputDir: string;
  /** May hold `/`. */
  readonly name: string;
  readonly debug: boolean;
  readonly outputDirPlace: Place;
  readonly namePlace?: Place | undefined;
}

const names = {
  config: "config.yml",
  rawConfig: "raw_config.yml",
  requirements: "frozen_requirements.txt",
  log: "outputs.log",
  record: "record.json",
  denoConfig: "deno.json",
  lock: "deno.lock",
  packageJson: "package.json",
  nodeModules: "node_modules",
  hidden: ".expyrun",
  temporary: ".expyrun.tmp",
} as const;

/** The names at the folder's root that expyrun owns: no copied code may take them. */
export const ownedNames: ReadonlySet<string> = new Set(Object.values(names));

/** The paths of an experiment folder that exists. Touches nothing. */
export function openFolder(path: string): ExperimentFolder {
  return folderAt(path.replace(/(?<=.)[/\\]+$/, ""), []);
}

/** The path of a file in a folder, relative to it and with `/`, as records name it. */
export function nameIn({ path }: ExperimentFolder, file: string): string {
  return file.slice(path.length + 1).replaceAll("\\", "/");
}

/**
 * Claims the lowest free `exp.{i}` and makes what expyrun needs in it. The plain mkdir is the
 * lock: of many processes that try the same number, one gets it and the others try the next.
 *
 * @throws {ExpyrunError} "folder" when the file system refuses it
 */
// deno-lint-ignore require-await -- touches the disk
export async function claimFolder(claim: FolderClaim): Promise<ExperimentFolder> {
  const { outputDir, name, debug, outputDirPlace } = claim;
  const parent = debug ? join(outputDir, "DEBUG", name) : join(outputDir, name);
  const made: string[] = [];
  try {
    const folder = folderAt(makeLowestFree(parent, made), made);
    return makeInside(folder);
  } catch (error) {
    removeEmpty(made);
    const place = isNameTooLong(error, claim) ? claim.namePlace : outputDirPlace;
    throw folderError(`Cannot make an experiment folder in "${parent}"`, error, place);
  }
}

/** Whether the system finds a part of the name too long, and not one of the output directory. */
function isNameTooLong(error: unknown, { name, outputDir, namePlace }: FolderClaim): boolean {
  if (systemCode(error) !== "ENAMETOOLONG") return false;
  return namePlace !== undefined && longestPart(name) > longestPart(outputDir);
}

function longestPart(path: string): number {
  return Math.max(...path.split("/").map((part) => new TextEncoder().encode(part).length));
}

/**
 * Removes a folder that never became ready, and the parents that its claim made, unless another
 * run has put something there meanwhile.
 *
 * @param cause why it is removed
 * @throws {ExpyrunError} when it cannot be removed: the cause, with a note, where that is no signal
 */
export async function discardFolder(folder: ExperimentFolder, cause?: unknown): Promise<void> {
  try {
    // Without its record what may be left is no folder that was ever ready.
    await Deno.remove(folder.record).catch(() => {});
    await Deno.remove(folder.path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw discardError(folder, error, cause);
  }
  removeEmpty(folder.made);
}

/**
 * Writes a text file by write-and-rename: a reader sees the old text or the new one, never half.
 *
 * @param place where the output directory was configured, shown when the disk refuses
 * @throws {ExpyrunError} "folder" when the file system refuses it
 */
export async function writeFile(path: string, text: string, place?: Place): Promise<void> {
  const half = join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    Deno.writeTextFileSync(half, text);
    Deno.renameSync(half, path);
  } catch (error) {
    await Deno.remove(half).catch(() => {});
    throw folderError(`Cannot write "${path}"`, error, place);
  }
}

/**
 * Writes a text file that nobody reads yet: a folder without its record is not ready, so what is
 * written before need not be renamed into its place, which takes as long as writing it.
 *
 * @param place where the output directory was configured, shown when the disk refuses
 * @throws {ExpyrunError} "folder" when the file system refuses it
 */
// deno-lint-ignore require-await -- touches the disk
export async function writeAtOnce(path: string, text: string, place?: Place): Promise<void> {
  try {
    Deno.writeTextFileSync(path, text);
  } catch (error) {
    throw folderError(`Cannot write "${path}"`, error, place);
  }
}

/**
 * The error for what the file system answered while something was written; an error that is
 * already expyrun's, or is no answer of the system, is given back as it is.
 *
 * @param what "Cannot do X"
 */
export function folderError(what: string, error: unknown, place?: Place): unknown {
  if (!(error instanceof Error) || error instanceof ExpyrunError) return error;
  const code = systemCode(error);
  if (code === undefined) return error;
  const [because, hint] = answers[code] ?? [reasonOf(error), undefined];
  return new ExpyrunError({ code: "folder", message: `${what}: ${because}`, place, hint });
}

const elsewhere = "Choose another __output_dir__";
const denied = `${elsewhere}, or change the permissions of this one`;
const answers: Readonly<Record<string, readonly [string, string]>> = {
  EACCES: ["permission denied", denied],
  EPERM: ["operation not permitted", denied],
  EROFS: ["the file system is read-only", elsewhere],
  ENOSPC: [
    "no space left on the device",
    "Free some space, or choose another __output_dir__",
  ],
  EDQUOT: ["the disk quota is exceeded", "Free some space, or choose another __output_dir__"],
  ENOTDIR: ["a file is in the way", "Remove or rename that file, or choose another __output_dir__"],
  ENAMETOOLONG: ["the name is too long", "Choose a shorter __name__ or __output_dir__"],
  ELOOP: ["a symbolic link leads back to itself", elsewhere],
  ENOENT: ["a symbolic link leads nowhere, or the folder was removed", elsewhere],
};

function reasonOf(error: Error): string {
  // "Read-only file system (os error 30): mkdir '/x'" is what Deno makes of it.
  const [reason = error.message] = error.message.split(/ \(os error \d+\)/);
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

function folderAt(path: string, made: readonly string[]): ExperimentFolder {
  // Joined by hand: the path is normalized already, and many folders are opened.
  const at = (name: string) => path + separator + name;
  const hidden = at(names.hidden);
  const inHidden = (name: string) => hidden + separator + name;
  const temporary = at(names.temporary);
  return {
    path,
    config: at(names.config),
    rawConfig: at(names.rawConfig),
    requirements: at(names.requirements),
    log: at(names.log),
    record: at(names.record),
    denoConfig: at(names.denoConfig),
    lock: at(names.lock),
    packageJson: at(names.packageJson),
    hidden,
    call: inHidden("call.json"),
    waiting: inHidden("waiting"),
    bootstrap: inHidden("bootstrap.js"),
    nodeModules: at(names.nodeModules),
    packages: inHidden("packages.json"),
    originalConfig: inHidden("deno.json"),
    origins: inHidden("origins.json"),
    loaded: `${temporary}${separator}.loaded`,
    denoDir: inHidden("deno"),
    started: inHidden("started"),
    temporary,
    made,
  };
}

function makeInside(folder: ExperimentFolder): ExperimentFolder {
  try {
    Deno.mkdirSync(folder.hidden);
    return folder;
  } catch (error) {
    Deno.removeSync(folder.path, { recursive: true });
    throw error;
  }
}

function makeLowestFree(parent: string, made: string[]): string {
  const taken = takenNumbers(parent);
  if (taken === undefined && makeWithParents(parent, made)) made.push(parent);
  for (let i = 0;; i++) {
    if (taken?.has(i)) continue;
    const path = join(parent, `exp.${i}`);
    if (makeWithParents(path, made)) return path;
  }
}

/**
 * Listing the folder once keeps the search short among thousands of runs; mkdir decides. Nothing
 * where there is no such folder.
 */
function takenNumbers(parent: string): Set<number> | undefined {
  const taken = new Set<number>();
  try {
    for (const { name } of Deno.readDirSync(parent)) {
      const number = /^exp\.(0|[1-9]\d*)$/.exec(name)?.[1];
      if (number !== undefined) taken.add(Number(number));
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    // Not to be listed: mkdir tells.
  }
  return taken;
}

/**
 * Makes a folder, and its parents where they lack.
 *
 * @param made gets the parents that were made, outermost first
 * @returns false when it is already there
 */
export function makeWithParents(path: string, made: string[]): boolean {
  // More than one attempt: a run that gives up may remove the empty parent just made.
  for (let attempt = 0;; attempt++) {
    try {
      Deno.mkdirSync(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      if (!(error instanceof Deno.errors.NotFound) || attempt === 100) throw error;
      const parent = dirname(path);
      if (parent === path) throw error;
      if (makeWithParents(parent, made)) made.push(parent);
    }
  }
}

/** Removes folders that were made for nothing, unless somebody has put something there meanwhile. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      Deno.removeSync(folder);
    } catch {
      // Another run is in it by now.
    }
  }
}

function discardError(folder: ExperimentFolder, error: unknown, cause: unknown): unknown {
  const told = folderError(`Cannot remove the unfinished folder "${folder.path}"`, error);
  if (!(told instanceof ExpyrunError)) return told;
  const { problem } = told;
  const isSignal = cause instanceof ExpyrunError && cause.problem.code === "interrupted";
  if (cause === undefined || isSignal) return new ExpyrunError({ ...problem, code: "left" });
  return withNote(cause, problem.message);
}

/** An error that tells of one more thing; one that is not expyrun's is given back as it is. */
export function withNote(error: unknown, message: string): unknown {
  if (!(error instanceof ExpyrunError)) return error;
  const { problem } = error;
  return new ExpyrunError({ ...problem, notes: [...problem.notes ?? [], { message }] });
}
