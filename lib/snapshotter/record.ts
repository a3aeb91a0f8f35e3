/**
 * record.json: what happened, as one plain value. It is written last when a run is prepared (a
 * folder without it was never ready) and again at every step, so that a crash leaves a true one.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import type { Permissions } from "../resolver/permission_set.ts";
import { type RuntimeName, runtimeNames } from "../world.ts";
import { type ExperimentFolder, writeFile } from "./folder.ts";
import type { GitFacts } from "./git.ts";
import type { InputFingerprint } from "./inputs.ts";
import type { MachineFacts, ProcessIdentity } from "./machine.ts";
import { noRecord } from "./no_record.ts";

/** What a run has come to. */
export type Status = "prepared" | "running" | "succeeded" | "interrupted" | "failed";

/** One file of the copy, with its digest; or a symbolic link, with what it points to. */
export type CopiedFile =
  | { readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly path: string; readonly link: string };

/** A package, or a vendor folder, that was copied along. */
export interface PackageRecord {
  /** The name by which the code finds it. */
  readonly name: string;
  readonly version: string;
  /** Relative to the experiment folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** sha256 over the sorted manifest of its files, which `.expyrun/packages.json` holds. */
  readonly digest: string;
}

/** The code that runs. Paths of files are relative to the experiment folder, with `/`. */
export interface CodeRecord {
  /** `copy`: in the experiment folder; `original` (--debug): run where it stands. */
  readonly mode: "copy" | "original";
  /** The folder that holds the package: the experiment folder, or the original one; absolute. */
  readonly root: string;
  /** The entry point's module, relative to `root`, with `/`. */
  readonly module: string;
  /** The entry point's name among the module's exports. */
  readonly function: string;
  /** What was copied: the package first, then the includes. */
  readonly roots: readonly string[];
  /** The deno.json or deno.jsonc that the code's imports are resolved by; absolute. */
  readonly config?: string | undefined;
  /** The lock that the imports are held to; absolute. */
  readonly lock?: string | undefined;
  /** What was copied along, where no `deno` loads it. */
  readonly packages?: readonly PackageRecord[] | undefined;
  /** Whether it may load modules that are neither copied nor locked, so that loading is watched. */
  readonly watched?: true | undefined;
  /** sha256 over the contents of files that follow each other in the manifest, see blocks.ts. */
  readonly blocks?: readonly string[] | undefined;
  /** Sorted by path. */
  readonly files: readonly CopiedFile[];
  /** sha256 over the sorted manifest. */
  readonly digest: string;
}

/** An environment variable that the configuration used. */
export interface UsedVariable {
  readonly name: string;
  /** Of its value, to tell whether it is still the same; a secret has none. */
  readonly sha256?: string | undefined;
  /** Whether its value stays out of files. */
  readonly secret?: true | undefined;
  /** Whether it was not defined. */
  readonly missing?: true | undefined;
}

/** What the process of a run used, where the system tells. */
export interface Usage {
  /** Of the largest of its processes. */
  readonly peakMemoryBytes: number;
  /** Of all its processes, in user and system mode. */
  readonly cpuTimeMs: number;
}

/** How a folder differs from its record: names relative to it, with `/`, sorted. */
export interface Changes {
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

/** The run that another one repeats. */
export interface RepeatedRun {
  /** The experiment folder, as its record calls it. */
  readonly folder: string;
  /** The archive that it was unpacked from, absolute. */
  readonly archive?: string | undefined;
  /** How it differed from its record, when `--force` went on in spite of that. */
  readonly forced?: Changes | undefined;
}

/** The contents of record.json. Times are ISO 8601 in UTC. */
export interface RunRecord {
  readonly format: 1;
  readonly status: Status;
  /** The experiment's name, as the entry point gets it. */
  readonly name: string;
  /** The experiment folder, absolute. */
  readonly folder: string;
  /** The words of the command line that prepared it, without the program's name. */
  readonly command: readonly string[];
  /** The working directory of that command: EXPYRUN_CWD. */
  readonly cwd: string;
  readonly versions: Readonly<Record<"expyrun" | "deno" | "v8" | "typescript", string>>;
  readonly runtime: RuntimeName;
  readonly code: CodeRecord;
  readonly permissions: Permissions;
  /** sha256 of what the entry point gets: its name and the resolved configuration. */
  readonly configDigest?: string | undefined;
  readonly preparedAt: string;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Whether it was ended because its time (`--timeout`) was over. */
  readonly timedOut?: boolean | undefined;
  /** The task of SLURM that runs it: `JOB` or, in an array, `ARRAY_INDEX`. */
  readonly slurmTask?: string | undefined;
  /** How often SLURM has started it again; absent before the first time. */
  readonly restarts?: number | undefined;
  /** What the last words of a failed run were. */
  readonly error?: string | undefined;
  readonly usage?: Usage | undefined;
  /** The machine that prepares the run; once it has started, the one that runs it. */
  readonly machine?: MachineFacts | undefined;
  /** The expyrun process that is to write the final status. */
  readonly process?: ProcessIdentity | undefined;
  /** The repository that the code came from. */
  readonly git?: GitFacts | undefined;
  /** sha256 of what expyrun wrote into the folder, by name: configurations, lock and the like. */
  readonly digests?: Readonly<Record<string, string>> | undefined;
  /** Sorted by name. */
  readonly environment?: readonly UsedVariable[] | undefined;
  /** The declared inputs, in the order of `__inputs__`. */
  readonly inputs?: readonly InputFingerprint[] | undefined;
  /**
   * How the copy and expyrun's own files were kept from the experiment: by denying it to write them, or
   * by looking afterwards whether it did.
   */
  readonly scope?: "deny" | "detect" | undefined;
  /** What the experiment changed of them, where that is only detected. */
  readonly altered?: Changes | undefined;
  /** The modules of copied packages that were loaded, relative to the folder and sorted. */
  readonly loaded?: readonly string[] | undefined;
  /** Modules that were loaded though they are neither of the copy nor locked; paths or URLs. */
  readonly outside?: readonly string[] | undefined;
  readonly repeats?: RepeatedRun | undefined;
  /** How the folder differed from the record before the start, when `--force` went on. */
  readonly forced?: Changes | undefined;
}

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
  if (record === undefined) throw unreadable("it is not a JSON object");
  if (typeof record.format === "number" && record.format > 1) {
    throw unreadable(`its format is ${record.format}, newer than 1`, "Use a newer expyrun");
  }
  const missing = record.format === 1 ? missingKey(record) : "format";
  if (missing !== undefined) throw unreadable(`"${missing}" is missing or malformed`);
  return record as unknown as RunRecord;
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

/** Whether a folder is one of the Python tool: it holds a configuration and no record. */
// deno-lint-ignore require-await -- touches the disk
export async function isOlder(folder: ExperimentFolder): Promise<boolean> {
  return isFile(folder.config) && !isThere(folder.record) && !isThere(folder.hidden);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
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

/** The text of record.json: keys in the order of their declaration, a copied file a line. */
export function recordJson(record: RunRecord): string {
  const { files } = record.code;
  const lines = files.map((file) => `      ${JSON.stringify(file, fileKeys)}`).join(",\n");
  const text = JSON.stringify(
    { ...inOrder(record, recordKeys), code: { ...inOrder(record.code, codeKeys), files: [] } },
    null,
    2,
  );
  // The first `"files": []` is the code's: inside a text the quotes would be escaped.
  const listed = files.length === 0 ? "[]" : `[\n${lines}\n    ]`;
  return text.replace('"files": []', () => `"files": ${listed}`) + "\n";
}

const fileKeys = ["path", "bytes", "sha256", "link"];

const codeKeys = [
  "mode",
  "root",
  "module",
  "function",
  "roots",
  "config",
  "lock",
  "packages",
  "watched",
  "digest",
  "blocks",
  "files",
] as const satisfies readonly (keyof CodeRecord)[];

const recordKeys = [
  "format",
  "status",
  "name",
  "folder",
  "command",
  "cwd",
  "versions",
  "runtime",
  "preparedAt",
  "startedAt",
  "endedAt",
  "durationMs",
  "exitCode",
  "signal",
  "timedOut",
  "slurmTask",
  "restarts",
  "error",
  "usage",
  "forced",
  "scope",
  "altered",
  "loaded",
  "outside",
  "repeats",
  "machine",
  "process",
  "git",
  "environment",
  "inputs",
  "permissions",
  "configDigest",
  "digests",
  "code",
] as const satisfies readonly (keyof RunRecord)[];

function inOrder<Value>(value: Value, keys: readonly (keyof Value)[]): Partial<Value> {
  const entries = keys.map((key) => [key, value[key]]);
  return Object.fromEntries(entries) as Partial<Value>;
}

function recordText(folder: ExperimentFolder, place: Place | undefined): string {
  try {
    return Deno.readTextFileSync(folder.record);
  } catch (error) {
    throw noRecord(folder, place, error);
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown) => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const statuses: readonly unknown[] = [
  "prepared",
  "running",
  "succeeded",
  "interrupted",
  "failed",
];

/** What must hold for the rest of the program to trust a record that someone may have edited. */
const recordChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  status: (value) => statuses.includes(value),
  name: isText,
  folder: isText,
  command: isTexts,
  cwd: isText,
  versions: isObject,
  runtime: (value) => runtimeNames.some((name) => name === value),
  permissions: isObject,
  preparedAt: isText,
  code: isObject,
};

const codeChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  mode: (value) => value === "copy" || value === "original",
  root: isText,
  module: isText,
  function: isText,
  roots: isTexts,
  digest: isText,
  files: (value) => Array.isArray(value) && value.every(isCopiedFile),
};

/** A path that leaves the folder would be copied over what lies there. */
function isCopiedFile(value: unknown): boolean {
  return isObject(value) && isText(value.path) && staysInside(value.path as string) &&
    (isText(value.link) || isText(value.sha256));
}

function staysInside(path: string): boolean {
  return !/^(?:[\\/]|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path);
}

function missingKey(record: Record<string, unknown>): string | undefined {
  const key = Object.keys(recordChecks).find((key) => !recordChecks[key]!(record[key]));
  if (key !== undefined) return key;
  const code = record.code as Record<string, unknown>;
  const inCode = Object.keys(codeChecks).find((key) => !codeChecks[key]!(code[key]));
  return inCode === undefined ? undefined : `code.${inCode}`;
}
