/**
 * Takes the snapshot: the code, and what it needs to resolve its imports as it did.
 *
 * @module
 */
import { dirname, join, slashed } from "../path.ts";
import { isAbsent, isThere } from "../files.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { World } from "../world.ts";
import { copyItems, digestOf } from "./copy.ts";
import { digestFile } from "./digest.ts";
import type { EntryPoint } from "./entry_point.ts";
import { type ExperimentFolder, openFolder } from "./folder.ts";
import { referToImports, type Resolution, writeImports } from "./imports.ts";
import { linkProblem } from "./link_targets.ts";
import type { DenoProgram } from "./lock.ts";
import { type Plan, planCopy, type Planned, plannedFile } from "./plan.ts";
import type { CodeRecord, CopiedFile, LocatedCode } from "./record.ts";
import { isPrepared, readRecord } from "./record_file.ts";
import { copyError, readReason } from "./roots.ts";

/** Code whose place is known, with all that a process needs to start. */
export interface PlacedCode {
  readonly located: LocatedCode;
  /** Puts there what is still missing, and tells what is there. */
  readonly complete: () => Promise<CodeRecord>;
}

/**
 * Writes the deno.json, package.json and deno.lock that the imports of a copy of the entry point's
 * package and the includes are resolved by. Copied is only what they must be found in; the rest when
 * it is completed: meanwhile a process can start.
 *
 * @throws {ExpyrunError} "snapshot", "lock" or "folder"
 */
export async function takeSnapshot(
  spec: RunSpec,
  entry: EntryPoint,
  folder: ExperimentFolder,
  deno: DenoProgram | undefined,
  world: World,
): Promise<PlacedCode> {
  const earlier = await earlierCode(spec);
  if (!earlier) warnOfLostRecord(spec, world);
  const plan = earlier
    ? planFromRecord(spec, entry, earlier)
    : await planCopy(spec, entry, folder, world);
  const { outputDirPlace, main: { place } } = spec;
  let copying: ReturnType<typeof copyItems> | undefined;
  const copy = () => copying ??= copyItems(plan.items, folder.path, outputDirPlace, world, place);
  const { resolution, settle } = await writeImports({
    spec,
    entry,
    folder,
    deno,
    files: () => Promise.resolve(plan.items.map(({ path }) => path)),
    copy,
    // A copy is resolved by the folder's own files; those copied inside have been read for them.
    start: earlier ? spec.code : moduleFolder(spec, entry),
  });
  const located = (resolution: Resolution): LocatedCode => ({
    mode: "copy",
    root: folder.path,
    module: entry.module,
    function: entry.function,
    roots: plan.roots,
    ...resolution,
  });
  const complete = async () => {
    const settled = located(await settle());
    const { files, blocks } = await (await copy())();
    if (earlier) warnChanged(spec, earlier.files, files, world);
    return { ...settled, blocks, files, digest: await digestOf(files) };
  };
  return { located: located(resolution), complete };
}

/**
 * The digest that a snapshot taken now would have. Nothing is copied.
 *
 * @throws {ExpyrunError} "snapshot" for what could not be copied
 */
export async function sourceDigest(
  spec: RunSpec,
  entry: EntryPoint,
  world: World,
): Promise<string> {
  const earlier = await earlierCode(spec);
  const { items } = earlier
    ? planFromRecord(spec, entry, earlier)
    : await planCopy(spec, entry, openFolder(spec.outputDir), world);
  const files: CopiedFile[] = [];
  for (const { path, ...item } of items) {
    if (item.kind === "link") files.push({ path, link: item.link });
    else files.push({ path, ...await digestFile(item.source) });
  }
  return await digestOf(files);
}

/**
 * What --debug records: the original code, run where it stands, under a lock of its own.
 *
 * @throws {ExpyrunError} "lock" or "folder"
 */
export async function referToOriginal(
  spec: RunSpec,
  entry: EntryPoint,
  folder: ExperimentFolder,
  deno: DenoProgram | undefined,
): Promise<PlacedCode> {
  const located: LocatedCode = {
    mode: "original",
    root: spec.code,
    module: entry.module,
    function: entry.function,
    roots: [],
    ...await referToImports({
      spec,
      entry,
      folder,
      deno,
      files: () => filesOf(spec, entry, folder),
      start: moduleFolder(spec, entry),
    }),
  };
  return { located, complete: async () => ({ ...located, files: [], digest: await digestOf([]) }) };
}

function moduleFolder(spec: RunSpec, entry: EntryPoint): string {
  return dirname(join(spec.code, entry.module));
}

/** What a copy would hold; nothing where there could not be one. */
async function filesOf(spec: RunSpec, entry: EntryPoint, folder: ExperimentFolder) {
  try {
    const { items } = await planCopy(spec, entry, folder, { warn: () => {} });
    return items.map(({ path }) => path);
  } catch (error) {
    if (error instanceof ExpyrunError) return [];
    throw error;
  }
}

/** The record of the copy, when `code` is an experiment folder that holds one. */
async function earlierCode(spec: RunSpec): Promise<CodeRecord | undefined> {
  const folder = openFolder(spec.code);
  if (!await isPrepared(folder)) return undefined;
  const { code } = await readRecord(folder, spec.codePlace ?? spec.main.place);
  return code.mode === "copy" ? code : undefined;
}

/** What an experiment folder holds can be checked, and told from what its run left, by the record. */
function warnOfLostRecord(spec: RunSpec, world: World): void {
  const { record, hidden } = openFolder(spec.code);
  if (!isThere(hidden) || isThere(record)) return;
  world.warn({
    code: "snapshot",
    message: `Copying the code of "${spec.code}" unchecked: its record.json is gone`,
    place: spec.codePlace ?? spec.main.place,
    hint: "This run may not repeat that one",
  });
}

/** A copy is copied by its record, whatever the run has left beside it. */
function planFromRecord(spec: RunSpec, entry: EntryPoint, earlier: CodeRecord): Plan {
  const items = earlier.files.map((file) => recordedItem(spec, file));
  const missing = earlier.files.filter((_, i) => items[i] === undefined);
  if (missing.length > 0) throw lacks(spec, missing);
  if (!earlier.files.some(({ path }) => path === entry.module)) {
    throw copyError(
      entry.module,
      `it is no part of the code that "${spec.code}" was prepared with`,
      "Set __code__ to the original code to run another module",
      spec.main.place,
    );
  }
  for (const { path, place } of spec.include) refuseUncopied(spec, path, place, earlier);
  const there = items.filter((item) => item !== undefined);
  refuseEscapes(there, spec);
  return { roots: earlier.roots, items: there };
}

/** A copy is copied as it is, and somebody else may have made it: its links must not lead out of it. */
function refuseEscapes(items: readonly Planned[], spec: RunSpec): void {
  const links = new Map(
    items.flatMap((item) => item.kind === "link" ? [[item.path, item.link] as const] : []),
  );
  const problem = linkProblem(items.map(({ path }) => path), links);
  if (problem === undefined) return;
  const hint = "Set __code__ to the original code";
  const place = spec.codePlace ?? spec.main.place;
  throw copyError(problem.path, `it ${problem.because}`, hint, place);
}

/** An include that a changed parameter names: a copy holds what its own run included. */
function refuseUncopied(spec: RunSpec, path: string, place: Place, { roots, files }: CodeRecord) {
  const name = slashed.normalize(path).replace(/\/$/, "");
  if (roots.includes(name)) return;
  if (files.some((file) => file.path === name || file.path.startsWith(`${name}/`))) return;
  throw new ExpyrunError({
    code: "snapshot",
    message:
      `Cannot include "${path}": it is no part of the code that "${spec.code}" was prepared with`,
    place,
    hint: "Set __code__ to the original code: --__run__.__code__ FOLDER",
  });
}

function recordedItem(spec: RunSpec, file: CopiedFile): Planned | undefined {
  const source = join(spec.code, file.path);
  try {
    const info = Deno.lstatSync(source);
    if ("link" in file) {
      if (!info.isSymlink) return undefined;
      return { kind: "link", path: file.path, source, link: Deno.readLinkSync(source) };
    }
    return info.isFile ? plannedFile(file.path, source, info) : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw copyError(file.path, readReason(error), "Make it readable", spec.main.place);
  }
}

function lacks(spec: RunSpec, missing: readonly CopiedFile[]): ExpyrunError {
  return new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy the code of "${spec.code}": it lacks ${listed(missing)}`,
    place: spec.codePlace ?? spec.main.place,
    hint: "Set __code__ to the original code, or put the files back",
  });
}

function warnChanged(
  spec: RunSpec,
  before: readonly CopiedFile[],
  after: readonly CopiedFile[],
  world: World,
): void {
  const seen = new Map(before.map((file) => [file.path, contentOf(file)]));
  const changed = after.filter((file) => seen.get(file.path) !== contentOf(file));
  if (changed.length === 0) return;
  world.warn({
    code: "snapshot",
    message: `The code of "${spec.code}" has changed since it was copied there: ${listed(changed)}`,
    place: spec.codePlace ?? spec.main.place,
    hint: "This run does not repeat that one",
  });
}

function contentOf(file: CopiedFile): string {
  return "link" in file ? `-> ${file.link}` : file.sha256;
}

function listed(files: readonly CopiedFile[]): string {
  const shown = files.slice(0, 3).map(({ path }) => `"${path}"`).join(", ");
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown;
}
