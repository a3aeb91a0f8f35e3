/**
 * The verb `rerun`: a run is repeated from its own folder, or from an archive of it, into the next
 * free folder.
 *
 * @module
 */
import type { PrepareCommand, RerunCommand } from "./command.ts";
import { type ArgumentPlace, ExpyrunError, shellWord } from "./errors.ts";
import { interruptibly } from "./interruption.ts";
import { basename, globToRegExp, isAbsolute, join, relative } from "./path.ts";
import type { CheckedRun } from "./check.ts";
import { prepareRun } from "./prepare.ts";
import { readConfiguration } from "./configuration.ts";
import { isReadAgain, literally, literalMark } from "./resolver/interpolation.ts";
import { nodeAt } from "./resolver/node.ts";
import { loadConfig } from "./resolver/inherit.ts";
import type { Override } from "./resolver/override.ts";
import { readRunSection } from "./resolver/run_section.ts";
import { executeWhatIsMade } from "./run.ts";
import type { Ahead } from "./runner/ahead.ts";
import { versionsOf } from "./runner/versions.ts";
import { readArchive } from "./runs/archive.ts";
import { checkOutputs, isAlike, outputFiles, outputText } from "./runs/outputs.ts";
import { requireSecrets, secretNames } from "./runs/trust.ts";
import { differingLines, reportOf, reportText } from "./runs/report.ts";
import { findEntryPoint } from "./snapshotter/entry_point.ts";
import { type ExperimentFolder, openFolder } from "./snapshotter/folder.ts";
import { warnUncopied } from "./snapshotter/moved.ts";
import type { RunRecord } from "./snapshotter/record.ts";
import { findRecord } from "./snapshotter/record_file.ts";
import type { World } from "./world.ts";

/** What a rerun prints on stdout, and the exit code. */
export interface Answer {
  readonly text: string;
  readonly exitCode: number;
}

/** A run to be repeated. */
interface Original {
  readonly folder: ExperimentFolder;
  /** Absent in folders of the Python tool. */
  readonly record: RunRecord | undefined;
  /** The archive that it was unpacked from, absolute. */
  readonly archive?: string;
}

/**
 * Repeats a run.
 *
 * @throws {ExpyrunError} when the folder has changed since its record, or anything that stops a run
 */
export async function rerun(command: RerunCommand, world: World): Promise<Answer> {
  const { folder: path, folderPlace } = command;
  const folder = openFolder(isAbsolute(path) ? path : join(world.cwd, path));
  const original: Original = { folder, record: await findRecord(folder, folderPlace) };
  if (!command.report) return { text: "", exitCode: await repeat(original, command, world) };
  const around = await withVersions(inRuntimeOf(original.record, world));
  const report = await reportOf(folder, original.record, around);
  const text = command.json ? `${JSON.stringify(report)}\n` : reportText(report);
  return { text, exitCode: 0 };
}

/**
 * Unpacks an archive, and repeats the run that it holds.
 *
 * @param elsewhere whether it was to be run by SLURM
 * @returns the exit code
 * @throws {ExpyrunError} when it is no archive of a run, or as {@linkcode rerun}
 */
export async function runArchive(
  command: PrepareCommand,
  elsewhere: boolean,
  world: World,
): Promise<number> {
  const { config, configPlace, overrides, force, quiet, strict, debugPlace } = command;
  if (command.debug) {
    const message = "Cannot run an archive with --debug: it holds a copy of the code";
    throw new ExpyrunError({ code: "usage", message, place: debugPlace ?? configPlace });
  }
  if (elsewhere) {
    const message = "Cannot submit an archive: it is unpacked and run here";
    const hint = `Unpack it first: tar -xzf ${shellWord(config)}; ` +
      "then: expyrun run --on slurm FOLDER/config.yml";
    throw new ExpyrunError({ code: "usage", message, place: configPlace, hint });
  }
  const archive = isAbsolute(config) ? config : join(world.cwd, config);
  const into = await interruptibly(
    "unpacking the archive",
    world,
    ({ checkpoint }) => unpacked(archive, config, configPlace, checkpoint),
  );
  try {
    const folder = openFolder(await onlyFolder(into, archive, configPlace));
    const original = { folder, record: await findRecord(folder, configPlace), archive };
    const place = { folder: config, folderPlace: configPlace };
    const how = { overrides, force, quiet, strict, report: false, json: false, check: [] };
    return await repeat(original, { ...place, ...how }, world);
  } catch (error) {
    throw withoutTrace(error, into, config);
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

/** A temporary folder that holds what an archive does. */
async function unpacked(
  archive: string,
  config: string,
  place: ArgumentPlace,
  checkpoint: World["checkpoint"],
): Promise<string> {
  const into = temporaryFolder(archive, place);
  try {
    await readArchive(archive, into, place, checkpoint);
    await checkpoint?.(true);
    return into;
  } catch (error) {
    await Deno.remove(into, { recursive: true });
    throw withoutTrace(error, into, config);
  }
}

function temporaryFolder(archive: string, place: ArgumentPlace): string {
  try {
    return Deno.realPathSync(Deno.makeTempDirSync({ prefix: "expyrun-" }));
  } catch (error) {
    throw new ExpyrunError({
      code: "folder",
      message: `Cannot unpack "${archive}": ${(error as Error).message}`,
      place,
      hint: "Set TMPDIR to a folder that is there and may be written",
    });
  }
}

/** Nobody knows where it was unpacked, and by now it is gone. */
function withoutTrace(error: unknown, into: string, config: string): unknown {
  if (!(error instanceof ExpyrunError)) return error;
  const message = error.problem.message.replaceAll(into, config);
  return new ExpyrunError({ ...error.problem, message });
}

async function onlyFolder(into: string, archive: string, place: ArgumentPlace): Promise<string> {
  const entries = await Array.fromAsync(Deno.readDir(into));
  if (entries.length === 1 && entries[0]!.isDirectory) return join(into, entries[0]!.name);
  throw new ExpyrunError({
    code: "unreadable",
    message: `Cannot run "${archive}": it does not hold one experiment folder`,
    place,
    hint: "`expyrun pack FOLDER` writes archives that can be run",
  });
}

async function repeat(
  original: Original,
  command: RerunCommand,
  around: World,
): Promise<number> {
  const { folder, record, archive } = original;
  const { tolerance, force } = command;
  const world = inRuntimeOf(record, around);
  const wanted = await outputsToCheck(original, command);
  // Here, where it is all that is said of them; an override may replace what needs them.
  if (record && command.overrides.length === 0) {
    requireSecrets({ folder, record, purpose: "repeat", place: command.folderPlace }, world);
  }
  const run = await checkedAgain(original, command, world);
  const differing = differingLines(await reportOf(folder, record, await withVersions(world)));
  for (const line of differing) world.say(`expyrun: ${line}`);
  const changed = changedKeys(command);
  if (differing.length > 0 && changed !== "") world.say(`expyrun: changed here: ${changed}`);
  const debug = record?.code.mode === "original";
  if (debug) warnUncopied(record.code.root, command.folderPlace, world);
  else if (differing.length === 0) {
    world.say(`expyrun: nothing differs from the recorded run${exceptFor(command, record)}`);
  }
  const make = async (ahead: Ahead) =>
    (await prepareRun(run, { debug, force, archive }, world, ahead)).folder;
  const { exitCode = 125, folder: path } = await executeWhatIsMade(make, world);
  if (wanted.length === 0 || exitCode !== 0) return exitCode;
  const made = openFolder(path);
  const paths = [...new Set([...wanted, ...await matching(made, record, command)])].sort();
  const checked = await checkOutputs({ before: folder, after: made, paths, tolerance });
  for (const output of checked) {
    // What was asked for is told, whatever --quiet drops.
    if (isAlike(output)) world.say(`expyrun: ${outputText(output)}`);
    else world.tell(`expyrun: ${outputText(output)}`);
  }
  return checked.every(isAlike) ? 0 : 1;
}

function changedKeys({ overrides }: RerunCommand): string {
  return [...new Set(overrides.map(({ key }) => `"${key}"`))].join(", ");
}

/** What is changed here, and what cannot be compared. */
function exceptFor(command: RerunCommand, record: RunRecord | undefined): string {
  const changed = changedKeys(command);
  const secrets = record === undefined ? [] : secretNames(record).map((name) => `$${name}`);
  return (changed === "" ? "" : `, but for ${changed}`) +
    (secrets.length === 0 ? "" : `; secrets are not compared: ${secrets.join(", ")}`);
}

/** In what the run was recorded with, unless the command line or the configuration says otherwise. */
function inRuntimeOf(record: RunRecord | undefined, world: World): World {
  if (!record || world.runtime.isAsked) return world;
  return { ...world, runtime: { name: record.runtime, isAsked: false } };
}

/** With the versions of what will run it. */
async function withVersions(world: World): Promise<World> {
  // That there is none is said when it is to be started.
  const versions = await versionsOf(world.runtime.name, world).catch(() => world.versions);
  return { ...world, versions };
}

/** Before anything runs: a glob that matches nothing is a slip, not a success. */
async function outputsToCheck(
  { folder, record }: Original,
  { check }: RerunCommand,
): Promise<string[]> {
  const outputs = await outputFiles(folder, record?.code);
  for (const { glob, place } of check) {
    const pattern = patternOf(glob);
    if (outputs.some((path) => pattern.test(path))) continue;
    throw new ExpyrunError({
      code: "usage",
      message: `Cannot check "${glob}": no output of the recorded run matches`,
      place,
      hint: outputs.length === 0
        ? "It wrote no files"
        : `It wrote: ${outputs.slice(0, listed).join(", ")}${
          outputs.length > listed ? ` and ${outputs.length - listed} more` : ""
        }`,
    });
  }
  return await matching(folder, record, { check });
}

const listed = 8;

/** Paths are those below the folder: `./a` is `a`. */
function patternOf(glob: string): RegExp {
  return globToRegExp(glob.replace(/^(?:\.\/)+/, ""));
}

async function matching(
  folder: ExperimentFolder,
  record: RunRecord | undefined,
  { check }: Pick<RerunCommand, "check">,
): Promise<string[]> {
  const patterns = check.map(({ glob }) => patternOf(glob));
  const outputs = await outputFiles(folder, record?.code);
  return outputs.filter((path) => patterns.some((pattern) => pattern.test(path)));
}

/** From config.yml, or with overrides from raw_config.yml; from the folder's own code either way. */
async function checkedAgain(
  original: Original,
  command: RerunCommand,
  world: World,
): Promise<CheckedRun> {
  const { folder, record, archive } = original;
  const { overrides, folderPlace: place } = command;
  const file = overrides.length > 0 ? folder.rawConfig : folder.config;
  // As the user would type it; an archive was unpacked where nobody looks.
  const name = archive === undefined
    ? join(command.folder, basename(file))
    : [command.folder, basename(folder.path), basename(file)].join("/");
  const config = archive === undefined ? name : file;
  const own = await ownPlaces(original, config, place, world);
  const request = { ...command, config, configName: name, configPlace: place, debug: false };
  const all = { ...request, overrides: [...own, ...overrides] };
  const configuration = await readConfiguration(all, world);
  const section = readRunSection(configuration.resolved, world);
  const code = record?.code.mode === "original" ? record.code.root : section.code;
  const spec = { ...section, code };
  return { ...configuration, spec, entry: await findEntryPoint(spec) };
}

/**
 * Where the folder is now, as overrides: it may have been moved, or unpacked elsewhere, and what an
 * archive wrote below its working directory then is written below this one.
 */
async function ownPlaces(
  { folder, record, archive }: Original,
  config: string,
  place: ArgumentPlace,
  world: World,
): Promise<Override[]> {
  const at = { keyPlace: place, valuePlace: place };
  const known = await loadConfig(config, { ...world, warn: () => {} });
  const holds = (key: string) => nodeAt(known, `__run__.${key}`)?.kind === "scalar";
  const own: Override[] = [];
  if (record?.code.mode !== "original" && holds("__code__")) {
    own.push({ key: "__run__.__code__", value: literally(folder.path), ...at });
  }
  const output = nodeAt(known, "__run__.__output_dir__");
  if (archive === undefined || !record || output?.kind !== "scalar") return own;
  const value = movedPath(String(output.value), record.cwd, world.cwd);
  return value === undefined ? own : [...own, { key: "__run__.__output_dir__", value, ...at }];
}

/**
 * A written path below one folder as one below another, its variables and references kept; nothing
 * for a path that lies elsewhere.
 */
function movedPath(written: string, from: string, to: string): string | undefined {
  const isLiteral = written.startsWith(literalMark);
  const path = isLiteral ? written.slice(literalMark.length) : written;
  const inside = isAbsolute(path) ? relative(from, path) : "..";
  if (inside.startsWith("..") || isAbsolute(inside)) return undefined;
  const moved = join(to, inside);
  return isLiteral || isReadAgain(to) ? literally(moved) : moved;
}
