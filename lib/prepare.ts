/**
 * Values become a folder: claims it, copies the code, writes what repeats the run; record.json
 * last, so that a folder without it was never ready.
 *
 * @module
 */
import type { PrepareCommand } from "./cli.ts";
import { interruptibly } from "./interruption.ts";
import { isAbsolute } from "./path.ts";
import { type Configuration, readConfiguration } from "./resolve.ts";
import { deliverable } from "./resolver/deliver.ts";
import { emitRaw, emitResolved } from "./resolver/emit.ts";
import { variablesOf } from "./resolver/interpolation.ts";
import { readRunSection, type RunSpec, writtenConfigs } from "./resolver/run_section.ts";
import { readSecretRule } from "./resolver/secrets.ts";
import { refuseCommas } from "./runner/commas.ts";
import { refuseBlindness } from "./runner/own_reading.ts";
import { askVersions } from "./runner/versions.ts";
import { refuseExceptions } from "./runner/worker_permissions.ts";
import { gatherFacts, settle, type SettledFacts } from "./runs/facts.ts";
import { originsJson } from "./runs/origins.ts";
import { sha256 } from "./snapshotter/digest.ts";
import { type EntryPoint, findEntryPoint } from "./snapshotter/entry_point.ts";
import {
  claimFolder,
  discardFolder,
  type ExperimentFolder,
  writeFile,
} from "./snapshotter/folder.ts";
import { digestsOf } from "./snapshotter/facts.ts";
import { machineFacts } from "./snapshotter/machine.ts";
import { cacheVariables, carryCache } from "./snapshotter/carried_cache.ts";
import { followMovedCode, warnOfUncopiedCode } from "./snapshotter/moved.ts";
import { type CodeRecord, type RunRecord, writeRecord } from "./snapshotter/record.ts";
import { requirements } from "./snapshotter/requirements.ts";
import { realPath } from "./snapshotter/roots.ts";
import { shareCopy, type SharedCopy, sharedDigests, type Sharing } from "./snapshotter/share.ts";
import { referToOriginal, takeSnapshot } from "./snapshotter/snapshot.ts";
import { timestamp } from "./time.ts";
import type { RuntimeName, World } from "./world.ts";

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
  /** A run of the same code that was prepared before: what was found out for it is not asked again. */
  readonly like?: RunRecord | undefined;
  /** The archive that the code was unpacked from, absolute. */
  readonly archive?: string | undefined;
  /** `--force`: code that has changed since its record is run all the same. */
  readonly force?: boolean | undefined;
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
export async function prepare(command: PrepareCommand, world: World): Promise<ExperimentFolder> {
  const { config, configPlace, debug } = command;
  const run = await checkRun(await readConfiguration(command, world), config, world);
  if (!debug) await warnOfUncopiedCode(config, configPlace, run.spec.code, world);
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
 * @throws {ExpyrunError} when the disk, the code or a signal is in the way; nothing is left behind
 * then
 */
export async function prepareRun(
  run: CheckedRun,
  preparation: Preparation,
  world: World,
): Promise<PreparedRun> {
  return await interruptibly(
    "preparing the run",
    world,
    (world) => makeRun(run, preparation, world),
  );
}

async function makeRun(
  run: CheckedRun,
  preparation: Preparation,
  world: World,
): Promise<PreparedRun> {
  const { spec, entry } = run;
  const runtime = await chooseRuntime(run, world);
  const facts = await gatherFacts(run, preparation, world);
  const folder = await claimFolder({ ...spec, debug: preparation.debug });
  try {
    if (runtime.runtime === "deno") await refuseCommas(spec, folder, preparation.debug);
    const needed = [folder.path, realPath(folder.path), ...preparation.debug ? [spec.code] : []];
    refuseBlindness(spec.permissions, needed, spec.outputDirPlace);
    const code = await codeOf(preparation, runtime, spec, entry, folder, world);
    await writeConfigs(run, preparation, folder, world);
    const copy = preparation.shared?.copy;
    if (!copy?.digests) await writeRequirements(folder, code, runtime, spec);
    const known = copy && sharedDigests(copy);
    const made = { ...await settle(facts), ...runtime, digests: await digestsOf(folder, known) };
    const record = await newRecord(run, folder, code, made, world);
    await writeRecord(folder, record, spec.outputDirPlace);
    await world.checkpoint?.(true);
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
  return await sha256(JSON.stringify(spec.name) + deliverable(resolved, "named"));
}

/** Both configurations, and where each value of them came from. */
async function writeConfigs(
  { raw, resolved, spec }: CheckedRun,
  { debug }: Preparation,
  folder: ExperimentFolder,
  world: World,
): Promise<void> {
  const place = spec.outputDirPlace;
  const asked = world.runtime.isAsked ? world.runtime.name : undefined;
  const written = writtenConfigs(raw, resolved, world, debug ? undefined : folder.path, asked);
  await writeFile(folder.config, emitResolved(written.resolved), place);
  await writeFile(folder.rawConfig, emitRaw(written.raw), place);
  const variable = variablesOf(world);
  const origins = originsJson({ raw, resolved, variable, isSecret: readSecretRule(raw) });
  await writeFile(folder.origins, origins, place);
}

/**
 * What the run will run in; refused here where it could not: nothing is made yet.
 *
 * @throws {ExpyrunError} `launch`
 */
async function chooseRuntime({ spec }: CheckedRun, world: World): Promise<Runtime> {
  const name = runtimeOf(spec, world);
  if (name === "embedded") refuseExceptions(spec.permissions, spec.permissionsPlace);
  const isOther = name === "deno" && !isAbsolute(world.deno);
  const versions = isOther ? await askVersions(world) : world.versions;
  return { runtime: name, versions };
}

/** The runtime that the command line, the configuration or the program itself names, in this order. */
export function runtimeOf({ runtime }: Pick<RunSpec, "runtime">, world: World): RuntimeName {
  return world.runtime.isAsked ? world.runtime.name : runtime ?? world.runtime.name;
}

type Runtime = Pick<RunRecord, "runtime" | "versions">;

async function writeRequirements(
  folder: ExperimentFolder,
  { lock, packages = [] }: CodeRecord,
  { runtime, versions }: Runtime,
  { outputDirPlace }: RunSpec,
): Promise<void> {
  const locked = lock === undefined ? "{}" : Deno.readTextFileSync(lock);
  const text = requirements(locked, versions, runtime === "embedded" ? packages : undefined);
  await writeFile(folder.requirements, text, outputDirPlace);
}

async function codeOf(
  { debug, shared }: Preparation,
  { runtime }: Runtime,
  spec: RunSpec,
  entry: EntryPoint,
  folder: ExperimentFolder,
  world: World,
): Promise<CodeRecord> {
  await carryCache(spec.code, folder);
  const cache = await cacheVariables(folder);
  const deno = runtime === "deno"
    ? { program: world.deno, env: { ...world.env, ...cache } }
    : undefined;
  if (debug) return await referToOriginal(spec, entry, folder, deno);
  if (!shared) return await takeSnapshot(spec, entry, folder, deno, world);
  const { copy, sharing } = shared;
  const code = await shareCopy(copy, folder, sharing, spec.outputDirPlace, world);
  return { ...code, function: entry.function };
}

async function newRecord(
  { resolved, spec }: CheckedRun,
  folder: ExperimentFolder,
  code: CodeRecord,
  facts: SettledFacts & Runtime & Pick<RunRecord, "digests">,
  world: World,
): Promise<RunRecord> {
  return {
    format: 1,
    status: "prepared",
    name: spec.name,
    folder: folder.path,
    command: world.words,
    cwd: world.cwd,
    preparedAt: timestamp(),
    permissions: spec.permissions,
    machine: machineFacts(world.env),
    ...facts,
    configDigest: await configDigest({ resolved, spec }),
    code,
  };
}
