/**
 * Values become a folder: claims it, copies the code, writes what repeats the run; record.json
 * last, so that a folder without it was never ready.
 *
 * @module
 */
import type { ConfigCommand } from "./cli.ts";
import { readConfiguration } from "./resolve.ts";
import { emitRaw, emitResolved } from "./resolver/emit.ts";
import { readRunSection, type RunSpec, writtenConfigs } from "./resolver/run_section.ts";
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
import { referToOriginal, takeSnapshot } from "./snapshotter/snapshot.ts";
import type { World } from "./world.ts";

/**
 * Makes the experiment folder of a configuration.
 *
 * @throws {ExpyrunError} when anything is wrong; nothing is left behind then
 */
export async function prepare(command: ConfigCommand, world: World): Promise<ExperimentFolder> {
  const { raw, resolved } = await readConfiguration(command, world);
  const spec = await followMovedCode(readRunSection(resolved, world), command.config, world);
  const entry = await findEntryPoint(spec);
  const folder = await claimFolder({ ...spec, debug: command.debug });
  const place = spec.outputDirPlace;
  try {
    const code = await codeOf(command, spec, entry, folder, world);
    const written = writtenConfigs(raw, resolved, world, command.debug ? undefined : folder.path);
    await writeFile(folder.config, emitResolved(written.resolved), place);
    await writeFile(folder.rawConfig, emitRaw(written.raw), place);
    const lock = code.lock === undefined ? "{}" : await Deno.readTextFile(code.lock);
    await writeFile(folder.requirements, requirements(lock, world.versions), place);
    await writeRecord(folder, newRecord(spec, folder, code, world), place);
    return folder;
  } catch (error) {
    await discardFolder(folder);
    throw error;
  }
}

function codeOf(
  { debug }: ConfigCommand,
  spec: RunSpec,
  entry: EntryPoint,
  folder: ExperimentFolder,
  world: World,
): Promise<CodeRecord> {
  const deno = { program: world.deno, env: world.env };
  return debug
    ? referToOriginal(spec, entry, folder, deno)
    : takeSnapshot(spec, entry, folder, deno, world);
}

function newRecord(
  spec: RunSpec,
  folder: ExperimentFolder,
  code: CodeRecord,
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
    code,
  };
}
