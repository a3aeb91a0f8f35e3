/**
 * Values become a folder: claims it, copies the code, writes what repeats the run; record.json
 * last, so that a folder without it was never ready.
 *
 * @module
 */
import type { ConfigCommand } from "./cli.ts";
import { type Configuration, readConfiguration } from "./resolve.ts";
import { deliverable } from "./resolver/deliver.ts";
import { emitRaw, emitResolved } from "./resolver/emit.ts";
import { readRunSection, type RunSpec, writtenConfigs } from "./resolver/run_section.ts";
import { sha256 } from "./snapshotter/digest.ts";
import { type EntryPoint, findEntryPoint } from "./snapshotter/entry_point.ts";
import {
  claimFolder,
  discardFolder,
  type ExperimentFolder,
  writeFile,
} from "./snapshotter/folder.ts";
import { followMovedCode } from "./snapshotter/moved.ts";
import { type CodeRecord, type RunRecord, writeRecord } from "./snapshotter/record.ts";
import { requirements } from "./snapshotter/requirements.ts";
import { shareCopy, type SharedCopy, type Sharing } from "./snapshotter/share.ts";
import { referToOriginal, takeSnapshot } from "./snapshotter/snapshot.ts";
import type { World } from "./world.ts";

/** A configuration that was checked: nothing but the disk can stop its folder from being made. */
export interface CheckedRun extends Configuration {
  readonly spec: RunSpec;
  readonly entry: EntryPoint;
}

/** How a folder is made. */
export interface Preparation {
  /** Whether the original code runs, uncopied. */
  readonly debug: boolean;
  /** A copy of the same code to share instead of taking another one. */
  readonly shared?: { readonly copy: SharedCopy; readonly sharing: Sharing } | undefined;
}

/** A folder that was made, and its record. */
export interface PreparedRun {
  readonly folder: ExperimentFolder;
  readonly record: RunRecord;
}

/**
 * Makes the experiment folder of a configuration.
 *
 * @throws {ExpyrunError} when anything is wrong; nothing is left behind then
 */
export async function prepare(command: ConfigCommand, world: World): Promise<ExperimentFolder> {
  const run = await checkRun(await readConfiguration(command, world), command.config, world);
  return (await prepareRun(run, command, world)).folder;
}

/**
 * Checks what a configuration says of its run.
 *
 * @param config the configuration's path, absolute or relative to the working directory
 * @throws {ExpyrunError} when `__run__` is incomplete, or its module cannot be found
 */
export async function checkRun(
  configuration: Configuration,
  config: string,
  world: World,
): Promise<CheckedRun> {
  const section = readRunSection(configuration.resolved, world);
  const spec = await followMovedCode(section, config, world);
  return { ...configuration, spec, entry: await findEntryPoint(spec) };
}

/**
 * Makes the experiment folder of a configuration that was checked.
 *
 * @throws {ExpyrunError} when the disk or the code is in the way; nothing is left behind then
 */
export async function prepareRun(
  { raw, resolved, spec, entry }: CheckedRun,
  preparation: Preparation,
  world: World,
): Promise<PreparedRun> {
  const { debug } = preparation;
  const folder = await claimFolder({ ...spec, debug });
  const place = spec.outputDirPlace;
  try {
    const code = await codeOf(preparation, spec, entry, folder, world);
    const written = writtenConfigs(raw, resolved, world, debug ? undefined : folder.path);
    await writeFile(folder.config, emitResolved(written.resolved), place);
    await writeFile(folder.rawConfig, emitRaw(written.raw), place);
    const lock = code.lock === undefined ? "{}" : await Deno.readTextFile(code.lock);
    await writeFile(folder.requirements, requirements(lock, world.versions), place);
    const digest = await configDigest({ resolved, spec });
    const record = newRecord(spec, folder, code, digest, world);
    await writeRecord(folder, record, place);
    return { folder, record };
  } catch (error) {
    await discardFolder(folder);
    throw error;
  }
}

/** The sha256 of what the entry point gets: the same for two runs that differ in their folder only. */
export async function configDigest(
  { resolved, spec }: Pick<CheckedRun, "resolved" | "spec">,
): Promise<string> {
  return await sha256(JSON.stringify(spec.name) + deliverable(resolved));
}

async function codeOf(
  { debug, shared }: Preparation,
  spec: RunSpec,
  entry: EntryPoint,
  folder: ExperimentFolder,
  world: World,
): Promise<CodeRecord> {
  const deno = { program: world.deno, env: world.env };
  if (debug) return await referToOriginal(spec, entry, folder, deno);
  if (!shared) return await takeSnapshot(spec, entry, folder, deno, world);
  const { copy, sharing } = shared;
  const code = await shareCopy(copy, folder, sharing, spec.outputDirPlace);
  return { ...code, function: entry.function };
}

function newRecord(
  spec: RunSpec,
  folder: ExperimentFolder,
  code: CodeRecord,
  digest: string,
  world: World,
): RunRecord {
  return {
    format: 1,
    status: "prepared",
    name: spec.name,
    folder: folder.path,
    command: world.words,
    cwd: world.cwd,
    versions: world.versions,
    runtime: "deno",
    preparedAt: new Date().toISOString(),
    permissions: spec.permissions,
    configDigest: digest,
    code,
  };
}
