/**
 * What a snapshot will copy, found before anything is copied.
 *
 * @module
 */
import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { ExpyrunError, nearMiss, type Place } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { World } from "../world.ts";
import type { EntryPoint } from "./entry_point.ts";
import { type ExperimentFolder, ownedNames } from "./folder.ts";
import {
  type IgnoreFile,
  ignoreFileName,
  isIgnored,
  isLitter,
  neverCopied,
  parseIgnoreFile,
} from "./ignore.ts";

/** A file or link to copy: `path` is relative to the experiment folder, with `/`. */
export type Planned =
  | {
    readonly kind: "file";
    readonly path: string;
    readonly source: string;
    readonly bytes: number;
    readonly mode: number;
  }
  | {
    readonly kind: "link";
    readonly path: string;
    readonly source: string;
    readonly link: string;
  };

/** A snapshot to be taken. */
export interface Plan {
  /** The package first, then the includes. */
  readonly roots: readonly string[];
  /** Sorted by path. */
  readonly items: readonly Planned[];
}

/** A package or an include: what it is called, and where its contents really stand. */
interface Root {
  readonly path: string;
  readonly source: string;
  readonly place: Place;
  /** Whether .gitignore files count. */
  readonly ruled: boolean;
}

/** A walk under way; the items grow. */
interface Walk {
  readonly root: Root;
  /** Real paths that must not be met: copying them would never end. */
  readonly outputs: ReadonlySet<string>;
  readonly items: Map<string, Planned>;
}

/** Above these a folder holds data, not code. */
export const limits = { fileBytes: 10 * 2 ** 20, totalBytes: 200 * 2 ** 20 } as const;

/**
 * Lists what the package of the entry point and the includes hold.
 *
 * @throws {ExpyrunError} "snapshot" for what cannot or must not be copied
 */
// deno-lint-ignore require-await -- touches the disk
export async function planCopy(
  spec: RunSpec,
  entry: EntryPoint,
  folder: ExperimentFolder,
  world: World,
): Promise<Plan> {
  const roots = rootsOf(spec, entry);
  const outputs = new Set([spec.outputDir, folder.path].map(realPath));
  const items = new Map<string, Planned>();
  for (const root of roots) walkRoot({ root, outputs, items }, spec.code);
  checkSizes([...items.values()], spec.main.place);
  const linked = settleLinks(items, roots, world);
  return { roots: roots.map(({ path }) => path), items: sorted(linked) };
}

/** In the order of their paths, by UTF-16 units: the same on every machine. */
export function sorted<Item extends { readonly path: string }>(items: Iterable<Item>): Item[] {
  return [...items].sort((a, b) => a.path < b.path ? -1 : 1);
}

/** A file that is to be copied, as it stands. */
export function plannedFile(path: string, source: string, info: Deno.FileInfo): Planned {
  return { kind: "file", path, source, bytes: info.size, mode: info.mode ?? 0o644 };
}

/**
 * The error of something that cannot be copied.
 *
 * @param path how it is called in the copy
 */
export function copyError(path: string, because: string, hint?: string, place?: Place) {
  return new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy "${path}": ${because}`,
    place,
    hint,
  });
}

/** Why the file system refused to read something. */
export function readReason(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotFound) return "it is not there any more";
  return error instanceof Error ? error.message : String(error);
}

function rootsOf(spec: RunSpec, entry: EntryPoint): Root[] {
  const paths = new Map<string, { place: Place; ruled: boolean }>();
  paths.set(entry.top, { place: spec.main.place, ruled: true });
  for (const { path, place } of spec.include) {
    const inside = includePath(spec, path, place);
    if (!paths.has(inside)) paths.set(inside, { place, ruled: false });
  }
  return [...paths].map(([path, { place, ruled }]) => {
    checkName(path, place);
    return { path, source: realPath(join(spec.code, path)), place, ruled };
  });
}

function includePath(spec: RunSpec, written: string, place: Place): string {
  const path = posix.normalize(
    Deno.build.os === "windows" ? written.replaceAll("\\", "/") : written,
  )
    .replace(/\/$/, "");
  const refuse = (because: string, hint: string) =>
    new ExpyrunError({
      code: "snapshot",
      message: `Cannot include "${written}": ${because}`,
      place,
      hint,
    });
  const below = `__include__ names files and folders below __code__, which is "${spec.code}"`;
  if (isAbsolute(path) || posix.isAbsolute(path)) throw refuse("it is an absolute path", below);
  if (path === ".." || path.startsWith("../")) throw refuse("it leaves __code__", below);
  if (path === "." || path === "") throw refuse("it is the whole of __code__", below);
  const never = path.split("/").find((segment) => neverCopied.has(segment));
  if (never !== undefined) throw refuse(`"${never}" is never copied`, "Read it by its path");
  try {
    Deno.lstatSync(join(spec.code, path));
  } catch (error) {
    if (!isAbsent(error)) throw refuse(readReason(error), "Make it readable");
    const near = nearSibling(spec.code, path);
    throw refuse(
      `there is no such file or folder in "${spec.code}"`,
      near === undefined ? below : `Did you mean "${near}"?`,
    );
  }
  return path;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The path with the first segment that leads nowhere put right. */
function nearSibling(code: string, path: string): string | undefined {
  const segments = path.split("/");
  for (const [depth, segment] of segments.entries()) {
    const before = segments.slice(0, depth);
    try {
      const names = [...Deno.readDirSync(join(code, ...before))].map(({ name }) => name);
      if (names.includes(segment)) continue;
      const near = nearMiss(segment, names);
      return near && [...before, near, ...segments.slice(depth + 1)].join("/");
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function checkName(path: string, place: Place): void {
  const name = path.split("/")[0]!;
  // Letter case aside: on many machines the two would be one file.
  if (!ownedNames.has(name.toLowerCase())) return;
  throw copyError(
    path,
    `"${name}" is the name of one of expyrun's own files in the experiment folder`,
    "Rename it, or put it into a folder",
    place,
  );
}

function walkRoot(walk: Walk, code: string): void {
  const { path, source, ruled, place } = walk.root;
  try {
    const info = Deno.lstatSync(source);
    if (!info.isDirectory) return addFile(walk, path, source, info);
    walkFolder(walk, path, source, ruled ? ignoreFile("", code) : undefined);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw copyError(path, readReason(error), undefined, place);
  }
}

/** `files`: the .gitignore files above; undefined where they do not count. */
function walkFolder(walk: Walk, path: string, source: string, files?: readonly IgnoreFile[]): void {
  if (walk.outputs.has(source)) throw holdsOutput(walk.root, path);
  const entries = listFolder(walk.root, path, source);
  const rules = files && entries.some(({ name, isFile }) => isFile && name === ignoreFileName)
    ? [...files, ...ignoreFile(path, source)]
    : files;
  for (const { name, isDirectory } of entries) {
    const item = { path: `${path}/${name}`, isFolder: isDirectory };
    if (isLitter(name) || (rules && isIgnored(item, rules))) continue;
    const from = join(source, name);
    if (isDirectory) walkFolder(walk, item.path, from, rules);
    else addFile(walk, item.path, from, statOf(walk.root, item.path, from));
  }
}

function ignoreFile(path: string, source: string): IgnoreFile[] {
  try {
    return [parseIgnoreFile(path, Deno.readTextFileSync(join(source, ignoreFileName)))];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw copyError(posix.join(path, ignoreFileName), readReason(error), "Make it readable");
  }
}

function listFolder(root: Root, path: string, source: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(source)];
  } catch (error) {
    throw copyError(path, readReason(error), wayOut, root.place);
  }
}

function statOf(root: Root, path: string, source: string): Deno.FileInfo {
  try {
    return Deno.lstatSync(source);
  } catch (error) {
    throw copyError(path, readReason(error), wayOut, root.place);
  }
}

const wayOut = "Make it readable, list it in .gitignore, or move it out of the package";

function addFile(walk: Walk, path: string, source: string, info: Deno.FileInfo): void {
  if (info.isFile) walk.items.set(path, plannedFile(path, source, info));
  else if (info.isSymlink) {
    walk.items.set(path, { kind: "link", path, source, link: Deno.readLinkSync(source) });
  } else {
    const because = "it is neither a file, nor a folder, nor a symbolic link";
    throw copyError(path, because, "List it in .gitignore, or move it away", walk.root.place);
  }
}

function holdsOutput(root: Root, path: string): ExpyrunError {
  return copyError(
    root.path,
    `it holds the output directory${path === root.path ? "" : ` ("${path}")`}`,
    "Choose an __output_dir__ outside of it, or list that folder in .gitignore",
    root.place,
  );
}

function checkSizes(items: readonly Planned[], place: Place): void {
  const files = items.flatMap((item) => item.kind === "file" ? [item] : [])
    .sort((a, b) => b.bytes - a.bytes);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const biggest = files[0];
  if (biggest === undefined) return;
  const because = biggest.bytes > limits.fileBytes
    ? `"${biggest.path}" has ${size(biggest.bytes)}, above ${size(limits.fileBytes)} a file`
    : `its ${files.length} files have ${size(total)}, above ${size(limits.totalBytes)}`;
  if (biggest.bytes <= limits.fileBytes && total <= limits.totalBytes) return;
  throw new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy the code: ${because}`,
    place,
    notes: files.slice(0, 5).map(({ path, bytes }) => ({ message: `${size(bytes)} in "${path}"` })),
    hint: "List data in .gitignore, or move it out of the package, and read it by its path",
  });
}

function size(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Checks where links lead, and makes those that would lead elsewhere from the copy relative. */
function settleLinks(
  items: ReadonlyMap<string, Planned>,
  roots: readonly Root[],
  world: World,
): Planned[] {
  const folders = new Set([...items.keys()].flatMap(parentsOf));
  return [...items.values()].map((item) => {
    if (item.kind === "file") return item;
    const target = copiedTarget(item.source, item.link, roots);
    if (target === undefined) throw leaves(item.path, item.link, roots);
    if (!items.has(target) && !folders.has(target)) warnDangling(item, target, world);
    const from = posix.dirname(item.path);
    const keeps = !isAbsolute(item.link) && posix.join(from, slashed(item.link)) === target;
    return keeps ? item : { ...item, link: posix.relative(from, target) || "." };
  });
}

function parentsOf(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join("/"));
}

/** Where the copy has what a link leads to; nothing when the link leaves what is copied. */
function copiedTarget(source: string, link: string, roots: readonly Root[]): string | undefined {
  const absolute = resolve(join(source, ".."), link);
  const target = isAbsolute(link)
    ? join(realPath(join(absolute, "..")), relative(join(absolute, ".."), absolute))
    : absolute;
  for (const root of roots) {
    const inside = slashed(relative(root.source, target));
    if (inside === "") return root.path;
    if (inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside)) {
      return posix.join(root.path, inside);
    }
  }
  return undefined;
}

function leaves(path: string, link: string, roots: readonly Root[]): ExpyrunError {
  return copyError(
    path,
    `it is a symbolic link to "${link}", outside of what is copied`,
    "Name what it leads to in __include__ (below __code__), list the link in .gitignore, or put " +
      "the file itself there",
    roots[0]?.place,
  );
}

function warnDangling(item: Planned & { kind: "link" }, target: string, world: World): void {
  try {
    Deno.statSync(item.source);
  } catch {
    return; // It leads nowhere in the original either.
  }
  world.warn({
    code: "snapshot",
    message: `The link "${item.path}" leads to "${target}", which is not copied`,
    hint: `Name "${target}" in __include__ if the code needs it`,
  });
}

function slashed(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

function isSystemError(error: unknown): boolean {
  return !(error instanceof ExpyrunError) && error instanceof Error && "code" in error;
}
