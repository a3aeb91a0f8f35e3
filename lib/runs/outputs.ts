/**
 * The files that a run wrote, and how those of two runs compare.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { firstDifference, isAbsent } from "../files.ts";
import { join, slashed } from "../path.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { ownedNames } from "../snapshotter/folder.ts";
import { readReason } from "../snapshotter/roots.ts";
import type { CodeRecord } from "../snapshotter/record.ts";
import { compareFiles, type Comparison, differentBytes } from "./compare.ts";

/**
 * What lies in a folder that is neither of the copy nor expyrun's own, but for outputs.log: paths
 * relative to the folder, with `/`, sorted. Symbolic links count as files.
 *
 * @param which `all`: whatever lies there
 */
export async function outputFiles(
  folder: ExperimentFolder,
  code: Pick<CodeRecord, "roots"> | undefined,
  which: "outputs" | "all" = "outputs",
): Promise<string[]> {
  const copied = new Set(code?.roots);
  const found: string[] = [];
  const walk = async (prefix: string) => {
    for await (
      const { name, isDirectory, isFile, isSymlink } of Deno.readDir(join(folder.path, prefix))
    ) {
      const path = prefix === "" ? name : `${prefix}/${name}`;
      const isOwn = prefix === "" && ownedNames.has(name) && name !== logName;
      if (which === "outputs" && (copied.has(path) || isOwn)) continue;
      if (isDirectory) await walk(path);
      // A pipe or a socket has no contents: reading one waits for ever.
      else if (isFile || isSymlink) found.push(path);
    }
  };
  const logName = slashed.basename(folder.log);
  await walk("");
  return found.sort();
}

/** How a file of the recorded run compares with that of the repetition. */
export interface CheckedOutput {
  readonly path: string;
  readonly comparison: Comparison | { readonly kind: "missing" } | { readonly kind: "new" };
}

/** The folders of two runs. */
export interface Outputs {
  readonly before: ExperimentFolder;
  readonly after: ExperimentFolder;
  /** The paths to compare: of both runs. */
  readonly paths: readonly string[];
  readonly tolerance?: number | undefined;
}

/**
 * Compares files of the same path in two folders.
 *
 * @throws {ExpyrunError} `unreadable` for one that is there and cannot be read
 */
// deno-lint-ignore require-await -- touches the disk
export async function checkOutputs(
  { before, after, paths, tolerance }: Outputs,
): Promise<CheckedOutput[]> {
  return paths.map((path) => {
    const [one, other] = [join(before.path, path), join(after.path, path)];
    return { path, comparison: compareOutputs(path, one, other, tolerance) };
  });
}

/** Text can be compared up to here: what is larger is not held in memory, twice. */
const textBytes = 2 ** 27;

function compareOutputs(
  path: string,
  one: string,
  other: string,
  tolerance?: number,
): CheckedOutput["comparison"] {
  const [a, b] = [sizeOf(one), sizeOf(other)];
  if (a === undefined) return { kind: "new" };
  if (b === undefined) return { kind: "missing" };
  try {
    const difference = firstDifference(one, other);
    if (!difference) return { kind: "identical" };
    if (Math.max(a, b) > textBytes) return differentBytes(difference);
    const contents = { path, before: Deno.readFileSync(one), after: Deno.readFileSync(other) };
    return compareFiles(contents, tolerance);
  } catch (error) {
    throw unreadable(`Cannot compare "${path}"`, error);
  }
}

/** Nothing where there is no such file. */
function sizeOf(path: string): number | undefined {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile ? size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw unreadable(`Cannot read "${path}"`, error);
  }
}

function unreadable(message: string, error: unknown): ExpyrunError {
  return new ExpyrunError({ code: "unreadable", message: `${message}: ${readReason(error)}` });
}

/** Whether the two say the same. */
export function isAlike({ comparison: { kind } }: CheckedOutput): boolean {
  return kind === "identical" || kind === "close";
}

/** A comparison in one line, such as `loss.csv:3:12: 0.51, was 0.5`. */
export function outputText({ path, comparison }: CheckedOutput): string {
  switch (comparison.kind) {
    case "identical":
      return `${path}: identical`;
    case "close":
      return `${path}: alike, the largest relative difference is ${comparison.largest}`;
    case "missing":
      return `${path}: missing`;
    case "new":
      return `${path}: was not there`;
    case "different":
      return `${path}:${comparison.where}: ${comparison.after}, was ${comparison.before}`;
  }
}
