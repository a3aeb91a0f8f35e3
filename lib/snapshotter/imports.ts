/**
 * What a copy needs to resolve its imports as the original did: deno.json, package.json, deno.lock.
 *
 * @module
 */
import { join } from "../path.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { EntryPoint } from "./entry_point.ts";
import { type ExperimentFolder, writeAtOnce } from "./folder.ts";
import { reduceConfig, type ReducedConfig } from "./import_map.ts";
import { completeLock, type DenoProgram, emptyLock, lockFromNpm } from "./lock.ts";
import { type Json, objectAt, readJsonFile } from "./json_file.ts";
import { neededBy } from "./needed.ts";
import { packageImports, withoutWorkspace } from "./package_json.ts";
import { copyPackages } from "./packages.ts";
import { findProject, type Project } from "./project.ts";
import type { PackageRecord } from "./record.ts";
import { type ImportScan, isSameIn, scanImports } from "./scan.ts";

/** The code whose imports are to be resolved. */
export interface ImportsRequest {
  readonly spec: RunSpec;
  readonly entry: EntryPoint;
  readonly folder: ExperimentFolder;
  /** The files of the code, relative to its folder; asked for when they are needed. */
  readonly files: () => Promise<readonly string[]>;
  /** Copies them into the folder, once. */
  readonly copy: () => Promise<unknown>;
  /** Where the search for configuration files begins; absolute. */
  readonly start: string;
  /** Absent: nothing is locked, where imports are not Deno's affair. */
  readonly deno: DenoProgram | undefined;
}

/** The files that imports are resolved by; absolute paths. */
export interface Resolution {
  readonly config?: string;
  /** Absent where nothing is held to one. */
  readonly lock?: string;
  /** What was copied along, where Deno is not asked for it. */
  readonly packages?: readonly PackageRecord[];
  /** Whether code may be loaded that is neither of the copy nor locked. */
  readonly watched?: true;
}

/** What imports are resolved by, as far as is known before anything is copied. */
export interface WrittenImports {
  readonly resolution: Resolution;
  /** Copies, and puts right what was looked through before it changed. */
  readonly settle: () => Promise<Resolution>;
}

/** A process reads what these name as soon as it starts. */
const readAtStart = ["links", "importMap"];

/**
 * Writes the files that the copy's imports are resolved by. There is always a deno.json: without
 * one Deno would look further up, and find whatever stands above the output directory.
 *
 * The original is looked through: in most code there is nothing to lock, and a process can start
 * before anything is copied. What is to be locked is looked for in the copy.
 *
 * @throws {ExpyrunError} "lock" when a file of the project cannot be read, or Deno refuses
 */
export async function writeImports(request: ImportsRequest): Promise<WrittenImports> {
  const { spec, entry: { module }, folder, files, copy } = request;
  const settings = await writeSettings(request);
  const jsxImports = "jsxImportSource" in objectAt(settings.value, "compilerOptions");
  const scanOf = (root: string) => scanImports({ root, module, files, jsxImports });
  const ofCopy = async () => {
    await copy();
    return await writeLock(request, settings, await scanOf(folder.path));
  };
  const original = await scanOf(spec.code);
  const suffices = !original.foreign && !readAtStart.some((key) => key in settings.value);
  const resolution = suffices ? await writeLock(request, settings, original) : await ofCopy();
  const settle = async () => {
    await copy();
    return !suffices || isSameIn(folder.path, original) ? resolution : await ofCopy();
  };
  return { resolution, settle };
}

/** What a project says, and what of it is written beside the copy. */
interface Settings extends ReducedConfig {
  readonly project: Project;
  readonly packageJson: Json | undefined;
}

async function writeSettings({ spec, folder, start }: ImportsRequest): Promise<Settings> {
  const place = spec.outputDirPlace;
  const project = await findProject(start);
  const reduced = await reduceConfig(project, spec.code);
  await writeAtOnce(folder.denoConfig, jsonText(reduced.value), place);
  const packageJson = project.packageJson && withoutWorkspace(project.packageJson.value);
  if (packageJson) await writeAtOnce(folder.packageJson, jsonText(packageJson), place);
  return { ...reduced, project, packageJson };
}

/** Writes the lock, and copies packages where Deno is not asked. */
async function writeLock(
  { spec, entry: { module }, folder, start, deno }: ImportsRequest,
  { project, value, outside, packageJson }: Settings,
  scan: ImportScan,
): Promise<Resolution> {
  const { outputDirPlace: place } = spec;
  const { denoConfig: config, lock, path: root } = folder;
  // Without imports to lock, what the project has locked for others would only be out of date.
  await writeAtOnce(lock, scan.foreign ? await lockText(project, folder, deno) : emptyLock, place);
  const modules = [module, ...scan.others];
  if (scan.foreign && deno) {
    await completeLock({ spec, root, modules, config, lock, deno, outside });
  }
  // What a package imports is not looked through.
  const watched = scan.leaves || outside.length > 0 ||
    deno && scan.foreign && (await Deno.readTextFile(lock)).includes('"npm": {');
  const resolution = { config, lock, ...(watched ? { watched: true as const } : {}) };
  if (deno) return resolution;
  const needed = neededBy(scan, value, packageJson);
  const packages = await copyPackages({ ...needed, start, folder, place });
  return { ...withoutDeno(resolution, scan), ...packages.length > 0 ? { packages } : {} };
}

/** Where Deno is not asked, a lock only tells which versions are meant: where any are imported. */
function withoutDeno({ lock, ...rest }: Resolution, { foreign }: ImportScan): Resolution {
  return foreign && lock !== undefined ? { ...rest, lock } : rest;
}

/**
 * The same for code that runs where it stands: its own configuration, and a copy of its lock that
 * is completed in the folder.
 *
 * @throws {ExpyrunError} "lock" when a file of the project cannot be read, or Deno refuses
 */
export async function referToImports(request: Omit<ImportsRequest, "copy">): Promise<Resolution> {
  const { spec, entry: { module }, folder, files, start, deno } = request;
  const project = await findProject(start);
  await writeAtOnce(folder.lock, await lockText(project, folder, deno), spec.outputDirPlace);
  const { config } = project;
  const needed = config ?? project.packageJson;
  const scan = await scanImports({ root: spec.code, module, files, jsxImports: true });
  if (!deno) {
    if (!scan.foreign) return {};
    const { value } = await reduceConfig(project, spec.code);
    await writeAtOnce(folder.originalConfig, jsonText(value), spec.outputDirPlace);
    return withoutDeno({ config: folder.originalConfig, lock: folder.lock }, scan);
  }
  const path = config?.path ?? await packageConfig(project, request);
  const resolution = { ...path === undefined ? {} : { config: path }, lock: folder.lock };
  if (scan.foreign || needed) {
    await completeLock({
      spec,
      root: spec.code,
      modules: [module, ...scan.others],
      ...resolution,
      deno,
      outside: [],
    });
  }
  return resolution;
}

/**
 * Where a package.json alone names the packages, Deno finds it only from a main module beside it,
 * and the main module is expyrun's: what it names is written as imports, from the cache as in a
 * copy. A deno.json is used where it stands, with the node_modules that it may ask for: --debug
 * runs the original as its own project does.
 */
async function packageConfig(
  { packageJson }: Project,
  { folder, spec }: Pick<ImportsRequest, "folder" | "spec">,
): Promise<string | undefined> {
  if (!packageJson) return undefined;
  const imports = packageImports(packageJson.value);
  const value = { nodeModulesDir: "none", workspace: [], imports };
  await writeAtOnce(folder.originalConfig, jsonText(value), spec.outputDirPlace);
  return folder.originalConfig;
}

/** What the project has locked: by its deno.lock, or else by npm's package-lock.json. */
async function lockText(
  { lock, packageJson }: Project,
  { hidden }: ExperimentFolder,
  deno: DenoProgram | undefined,
): Promise<string> {
  if (lock === undefined) return emptyLock;
  const text = (await readJsonFile(lock))?.text;
  if (text || !packageJson || !deno) return text || emptyLock;
  const npmLock = await readJsonFile(join(packageJson.folder, "package-lock.json"));
  if (!npmLock) return emptyLock;
  const manifest = jsonText(withoutWorkspace(packageJson.value));
  return await lockFromNpm({ manifest, npmLock: npmLock.text }, hidden, deno) ?? emptyLock;
}

function jsonText(value: Json): string {
  return JSON.stringify(value, null, 2) + "\n";
}
