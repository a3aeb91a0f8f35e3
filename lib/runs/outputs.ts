/**
 * The files that a run wrote, and how those of two runs compare.
 *
 * @module
 */
import { join, slashed } from "../path.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { ownedNames } from "../snapshotter/folder.ts";
import type { CodeRecord } from "../snapshotter/record.ts";
import { compareFiles, type Comparison } from "./compare.ts";

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

/** Compares files of the same path in two folders. */
export async function checkOutputs(
  { before, after, paths, tolerance }: Outputs,
): Promise<CheckedOutput[]> {
  const checked: CheckedOutput[] = [];
  for (const path of paths) {
    const [a, b] = await Promise.all(
      [before, after].map(({ path: folder }) =>
        Deno.readFile(join(folder, path)).catch(() => undefined)
      ),
    );
    if (a === undefined) checked.push({ path, comparison: { kind: "new" } });
    else if (b === undefined) checked.push({ path, comparison: { kind: "missing" } });
    else {
      const contents = { path, before: a, after: b };
      checked.push({ path, comparison: compareFiles(contents, tolerance) });
    }
  }
  return checked;
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
