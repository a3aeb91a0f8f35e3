/**
 * Gathers what a launch is planned from: everything that the folder and the command say.
 *
 * @module
 */
import { cacheVariables } from "../snapshotter/carried_cache.ts";
import { type ExperimentFolder, openFolder } from "../snapshotter/folder.ts";
import { dependencyFolders, withRealPaths } from "../snapshotter/loaded.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import { locksAnything } from "../snapshotter/lock.ts";
import { realPath } from "../files.ts";
import { realPathAhead } from "../snapshotter/roots.ts";
import type { World } from "../world.ts";
import { listOf } from "./denials.ts";
import type { Permissions } from "../resolver/permission_set.ts";
import type { PlannedRecord, Run } from "./runner.ts";
import { keepBootstrap } from "./shared_bootstrap.ts";
import type { Delivery } from "./delivery.ts";
import { canWatch } from "./watchdog.ts";

/**
 * Gathers the run of a folder.
 *
 * @param record as the folder was prepared
 * @param added variables that the experiment gets besides those of the command
 */
export async function gatherRun<Recorded extends PlannedRecord>(
  folder: ExperimentFolder,
  record: Recorded,
  delivery: Delivery,
  added: Readonly<Record<string, string>>,
  world: World,
): Promise<Run<Recorded>> {
  const lock = await lockText(record, folder);
  const usesCache = record.code.mode === "original" || lock !== undefined && locksAnything(lock);
  const env = {
    ...world.env,
    ...usesCache ? await cacheVariables(folder) : {},
    ...added,
  };
  return {
    record,
    folder,
    named: await leadsTo(record.folder, folder.path) ? record.folder : undefined,
    realPaths: await realPathsOf(record.permissions),
    lock,
    config: await configText(record, folder),
    env,
    caches: usesCache ? await dependencyFolders(env) : [],
    inputs: await withRealPaths(record.inputs?.map(({ path }) => path) ?? []),
    strict: world.strict,
    program: world.deno,
    self: world.child,
    parent: canWatch() ? undefined : Deno.pid,
    bootstrap: bootstrapOf(record, world),
    key: delivery.key,
  };
}

/**
 * Gathers the run of a folder that is still being written, as far as a launch is planned from it.
 *
 * @param folder one that holds what the imports of its code are resolved by
 * @param record what the folder's record will say
 */
export async function gatherAhead(
  folder: ExperimentFolder,
  record: PlannedRecord,
  world: World,
): Promise<Run<PlannedRecord>> {
  return await gatherRun(openFolder(realPath(folder.path)), record, { text: "" }, {}, world);
}

/** Where Deno reads no configuration it would keep the storage of all runs by this path (tried). */
function bootstrapOf({ runtime, code }: PlannedRecord, world: World): Run["bootstrap"] {
  return runtime === "deno" && code.config !== undefined ? keepBootstrap(world) : undefined;
}

/** In a copy the lock is the folder's own: the folder may have been moved since it was recorded. */
// deno-lint-ignore require-await -- touches the disk
async function lockText(
  { code }: PlannedRecord,
  folder: ExperimentFolder,
): Promise<string | undefined> {
  if (code.lock === undefined) return undefined;
  return Deno.readTextFileSync(code.mode === "copy" ? folder.lock : code.lock);
}

/** What Deno would be told by a flag; only for code that imports more than its own files. */
async function configText(
  { runtime, code }: PlannedRecord,
  folder: ExperimentFolder,
): Promise<string | undefined> {
  if (runtime !== "embedded" || code.lock === undefined) return undefined;
  return await Deno.readTextFile(code.mode === "copy" ? folder.denoConfig : folder.originalConfig);
}

/** A folder that was moved is no longer where its record says. */
// deno-lint-ignore require-await -- touches the disk
async function leadsTo(path: string, real: string): Promise<boolean> {
  try {
    return path === real || Deno.realPathSync(path) === real;
  } catch {
    return false;
  }
}

/** What granted and denied paths lead to, where that is elsewhere: a denial holds on every way. */
// deno-lint-ignore require-await -- touches the disk
export async function realPathsOf({ read, write }: Permissions): Promise<Map<string, string>> {
  const paths = [read.allow, read.deny, write.allow, write.deny].flatMap(listOf);
  const found = paths.map((path) => [path, realPathAhead(path)] as const);
  return new Map(found.filter(([path, real]) => path !== real));
}

/** The run with the record of its start; an experiment that keeps checkpoints hears of a restart. */
export function restarted(run: Run, record: RunRecord): Run {
  const { restarts } = record;
  if (restarts === undefined) return { ...run, record };
  return { ...run, record, env: { ...run.env, EXPYRUN_RESTART: String(restarts) } };
}
