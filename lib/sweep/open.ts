/**
 * A sweep that was made, read back from its folder.
 *
 * @module
 */
import { dirname, isAbsolute, join, relative, resolve } from "../path.ts";
import type { ArgumentPlace } from "../errors.ts";
import { parseValues, readDocument } from "../resolver/document.ts";
import type { Mapping } from "../resolver/node.ts";
import { openFolder } from "../snapshotter/folder.ts";
import { realPath } from "../files.ts";
import type { World } from "../world.ts";
import {
  type FolderEntry,
  readLines,
  readSweepRecord,
  type SweepFolder,
  sweepFolder,
  type SweepRecord,
} from "./folder.ts";
import type { Runs } from "./plan.ts";
import { pointsOfYaml } from "./points.ts";

/** A sweep with its runs. */
export interface Sweep {
  readonly folder: SweepFolder;
  readonly record: SweepRecord;
  /** The configuration of all runs, not resolved. */
  readonly base: Mapping;
  readonly runs: Runs;
  /** The folders of each run, the latest last; none where it was never prepared. */
  readonly folders: readonly (readonly string[])[];
}

/**
 * Opens a sweep.
 *
 * @param path as the user named it
 * @throws {ExpyrunError} `unreadable` when it is none
 */
export async function openSweep(path: string, world: World, place?: ArgumentPlace): Promise<Sweep> {
  const folder = sweepFolder(resolve(world.cwd, path));
  const record = await readSweepRecord(folder, path, place);
  const quiet = { ...world, warn: () => {} };
  const base = await readDocument(folder.config, folder.config, quiet, place);
  const text = await Deno.readTextFile(folder.runs);
  const source = { name: folder.runs, path: folder.runs, text };
  const runs = pointsOfYaml(parseValues(source, quiet.warn), base);
  return { folder, record, base, runs, folders: await readFolders(folder, runs.length) };
}

/** Whether a folder is one of a run, not of a sweep. */
export async function isExperiment(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(openFolder(path).record)).isFile;
  } catch {
    return false;
  }
}

/** The folders of each run, in the order in which they were made. */
export async function readFolders(folder: SweepFolder, count: number): Promise<string[][]> {
  const folders: string[][] = Array.from({ length: count }, () => []);
  const from = movedFrom(folder, await readSweepRecord(folder, folder.path));
  for (const { run, folder: path, removed } of await readLines<FolderEntry>(folder.folders)) {
    const now = from === undefined ? path : moved(path, from, folder);
    if (!removed) folders[run]?.push(now);
    else if (folders[run]?.at(-1) === now) folders[run].pop();
  }
  return folders;
}

/** Where the sweep was made, if that is not where it is now. */
export function movedFrom(
  { path }: SweepFolder,
  { folder: made }: SweepRecord,
): string | undefined {
  return made === undefined || realPath(made) === realPath(path) ? undefined : made;
}

/** Its runs lie in the same output directory, which was moved as a whole. */
function moved(run: string, from: string, { path }: SweepFolder): string {
  const inside = relative(outputDirOf(from), run);
  const isInside = !inside.startsWith("..") && !isAbsolute(inside);
  return isInside ? join(outputDirOf(path), inside) : run;
}

/** A sweep's folder is `{output_dir}/SWEEPS/{stem}.{i}`. */
function outputDirOf(sweep: string): string {
  return dirname(dirname(sweep));
}
