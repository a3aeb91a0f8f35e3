/**
 * A defined sweep becomes folders: its own, and one for each run.
 *
 * @module
 */
import type { Place } from "../errors.ts";
import { writtenWords } from "../resolver/given_secrets.ts";
import { interruptibly } from "../interruption.ts";
import { dirname } from "../path.ts";
import { type CheckedRun, runtimeOf } from "../check.ts";
import { type PreparedRun, prepareRun } from "../prepare.ts";
import { emitRaw } from "../resolver/emit.ts";
import type { List, Mapping } from "../resolver/node.ts";
import {
  discardFolder,
  openFolder,
  removeEmpty,
  withNote,
  writeFile,
} from "../snapshotter/folder.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import {
  keepsToItsFolder,
  type SharedCopy,
  type Sharing,
  sharingOf,
} from "../snapshotter/share.ts";
import { timestamp } from "../time.ts";
import type { World } from "../world.ts";
import { configurationOf, type DefinedSweep, runChecker } from "./define.ts";
import {
  appendLines,
  claimSweepFolder,
  type FolderEntry,
  type SweepFolder,
  type SweepRecord,
  writeSweepRecord,
} from "./folder.ts";
import { type HeldSweep, holdSweep } from "./lock.ts";
import type { Runs } from "./plan.ts";
import { arrayOf } from "./sequence.ts";

/** A run of a sweep and its folder. */
export interface FolderOfRun {
  /** Which run, 0-based. */
  readonly run: number;
  /** The experiment folder, absolute. */
  readonly folder: string;
  /** How many folders above it its claim made. */
  readonly parentsMade?: number | undefined;
  /** Whether it may write to its own folder alone; absent where that was not asked. */
  readonly isScoped?: boolean | undefined;
}

/** A sweep whose folders were made. */
export interface MadeSweep {
  readonly folder: SweepFolder;
  readonly runs: readonly FolderOfRun[];
  /** Held from the first on: nobody else goes on with it while it is being made. */
  readonly held: HeldSweep;
  /** Removes them all. */
  discard(): Promise<void>;
}

/**
 * Makes the sweep's folder, then those of its runs.
 *
 * @throws {ExpyrunError} when the disk, the code or a signal is in the way; nothing is left behind
 * then
 */
export async function makeSweep(
  defined: DefinedSweep,
  task: SweepTask,
  world: World,
): Promise<MadeSweep> {
  return await interruptibly(
    "preparing the sweep",
    world,
    (world) => makeFolders(defined, task, world),
  );
}

interface SweepTask extends Pick<SweepRecord, "options"> {
  readonly config: string;
  readonly debug: boolean;
}

async function makeFolders(
  { base, runs, spec }: DefinedSweep,
  { config, debug, options }: SweepTask,
  world: World,
): Promise<MadeSweep> {
  const folder = await claimSweepFolder(spec.outputDir, config, spec.outputDirPlace);
  const record: SweepRecord = {
    format: 1,
    command: writtenWords(base, world),
    cwd: world.cwd,
    folder: folder.path,
    configFile: config,
    createdAt: timestamp(),
    total: runs.length,
    debug,
    options,
    runtime: world.runtime.name,
  };
  let held: HeldSweep | undefined;
  try {
    held = await holdSweep(folder);
    await writeFile(folder.config, emitRaw(base));
    await writeFile(folder.runs, emitRaw(listOf(runs, spec.outputDirPlace)));
    await writeSweepRecord(folder, record);
    const all = Array.from({ length: runs.length }, (_, run) => ({ run }));
    const made = await prepareRuns(all, runs, { base, config, debug, folder }, world);
    return { folder, runs: made, held, discard: () => discardSweep(folder, made) };
  } catch (error) {
    held?.end();
    throw await discarded(folder, error);
  }
}

/** The error for which a sweep is discarded; it must not be lost where that fails, too. */
async function discarded(folder: SweepFolder, error: unknown): Promise<unknown> {
  try {
    await discardSweep(folder, []);
    return error;
  } catch (left) {
    const because = left instanceof Error ? left.message : String(left);
    return withNote(error, `Cannot remove the unfinished folder "${folder.path}": ${because}`);
  }
}

async function discardSweep(folder: SweepFolder, made: readonly FolderOfRun[]): Promise<void> {
  await discardAll(made);
  await Deno.remove(folder.path, { recursive: true });
  removeEmpty(folder.made ?? []);
}

/** The runs as a list of mappings, which is what `--points` reads. */
function listOf(runs: Runs, place: Place): List {
  const items = arrayOf(runs).map((run): Mapping => ({
    kind: "mapping",
    place,
    entries: new Map(run.map(({ key, node }) => [key, { keyPlace: place, value: node }])),
  }));
  return { kind: "list", place, items };
}

/** What all runs of a sweep have in common. */
export interface SweepBase {
  readonly base: Mapping;
  /** The configuration's path. */
  readonly config: string;
  readonly debug: boolean;
  readonly folder: SweepFolder;
}

/**
 * Prepares runs one after the other, and notes each folder as soon as it is ready. The code is
 * copied once: what is edited meanwhile is seen by all runs or by none.
 *
 * @throws {ExpyrunError} none of the folders is left behind then
 */
export async function prepareRuns(
  runs: readonly { readonly run: number }[],
  values: Runs,
  { base, config, debug, folder }: SweepBase,
  world: World,
): Promise<FolderOfRun[]> {
  const check = runChecker(config, world);
  const prepare = sharedPreparation(debug, world);
  return await prepareEach(runs, folder, async ({ run }) => {
    return await prepare(await check(configurationOf(base, values.at(run)!, world)));
  }, world);
}

/**
 * Makes folders by a function, and notes them.
 *
 * @throws what `make` throws, once the folders made before are gone
 */
export async function prepareEach<Run extends { readonly run: number }>(
  runs: readonly Run[],
  folder: SweepFolder,
  make: (run: Run) => Promise<PreparedRun>,
  world: Pick<World, "checkpoint">,
): Promise<FolderOfRun[]> {
  const made: FolderOfRun[] = [];
  using lines = appendLines(folder.folders);
  try {
    for (const one of runs) {
      const { folder: { path, made: parents }, record } = await make(one);
      const isScoped = keepsToItsFolder(record.permissions);
      made.push({ run: one.run, folder: path, parentsMade: parents.length, isScoped });
      lines.add({ run: one.run, folder: path } satisfies FolderEntry);
    }
    await world.checkpoint?.(true);
    return made;
  } catch (error) {
    await discardAll(made);
    noteRemoved(made, lines);
    throw error;
  }
}

/** The runs have their folders of before again. */
function noteRemoved(made: readonly FolderOfRun[], lines: ReturnType<typeof appendLines>): void {
  try {
    for (const { run, folder } of made) {
      lines.add({ run, folder, removed: true } satisfies FolderEntry);
    }
  } catch {
    // What stopped it, such as a full disk, is told by the error; such runs count as lost.
  }
}

async function discardAll(made: readonly FolderOfRun[]): Promise<void> {
  for (const { folder, parentsMade = 0 } of made.toReversed()) {
    const parents = above(folder, parentsMade);
    await discardFolder({ ...openFolder(folder), made: parents }).catch(() => {});
  }
}

/** The nearest folders above a path, outermost first. */
function above(path: string, count: number): string[] {
  const parent = dirname(path);
  return count === 0 ? [] : [...above(parent, count - 1), parent];
}

/** The copies that runs of one kind share. */
interface Copies {
  /** Of the first run. */
  readonly any: SharedCopy;
  /** Of a run that cannot write to it; others may be linked to it. */
  sealed?: SharedCopy;
}

/**
 * Prepares runs that share their code where it is the same.
 *
 * A run that could write to a copy through another name never shares one by links.
 */
function sharedPreparation(debug: boolean, world: World) {
  const known = new Map<string, Copies>();
  const likes = new Map<string, RunRecord>();
  const sharing = sharingOnce();
  return async (run: CheckedRun): Promise<PreparedRun> => {
    const key = codeKey(run, world);
    const copies = debug ? undefined : known.get(key);
    const sealed = isSealed(run, world);
    const shared = copies && await sharedBy(copies, sealed, sharing);
    const prepared = await prepareRun(run, { debug, shared, like: likes.get(key) }, world);
    if (!likes.has(key)) likes.set(key, prepared.record);
    if (!debug) {
      const { folder, record: { code, digests } } = prepared;
      const copy: SharedCopy = { code, folder, digests };
      const now = copies ?? { any: copy };
      if (sealed) now.sealed ??= copy;
      known.set(key, now);
    }
    return prepared;
  };
}

function codeKey({ spec, entry }: CheckedRun, world: World): string {
  const include = spec.include.map(({ path }) => path);
  return JSON.stringify([spec.code, entry.module, include, runtimeOf(spec, world)]);
}

/** Whether the runtime keeps a run from writing to its copy of the code, by whatever name. */
export function isSealed({ spec }: Pick<CheckedRun, "spec">, world: World): boolean {
  return runtimeOf(spec, world) === "deno" && keepsToItsFolder(spec.permissions);
}

async function sharedBy(
  { any, sealed }: Copies,
  mine: boolean,
  sharing: typeof sharingOf,
): Promise<{ copy: SharedCopy; sharing: Sharing }> {
  const copy = sealed ?? any;
  const linkable = mine && sealed !== undefined;
  return { copy, sharing: await sharing(copy.folder.record, linkable) };
}

/** The file system of a copy is asked once. */
function sharingOnce(): typeof sharingOf {
  const known = new Map<string, Promise<Sharing>>();
  return (file, sealed) => {
    const key = `${sealed} ${file}`;
    const answer = known.get(key) ?? sharingOf(file, sealed);
    known.set(key, answer);
    return answer;
  };
}
