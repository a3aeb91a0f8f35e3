/**
 * What a snapshot will copy, found before anything is copied.
 *
 * @module
 */
import { join, separator, slashed } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { World } from "../world.ts";
import type { EntryPoint } from "./entry_point.ts";
import type { ExperimentFolder } from "./folder.ts";
import { ignoreFileName, type IgnoreRules, ignoreRules, isLitter } from "./ignore.ts";
import { refuseIgnored } from "./ignored_entry.ts";
import { settleLinks } from "./links.ts";
import { realPath, systemCode } from "../files.ts";
import { copyError, readReason, type Root, rootsOf } from "./roots.ts";

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
export async function planCopy(
  spec: RunSpec,
  entry: EntryPoint,
  folder: ExperimentFolder,
  world: Pick<World, "warn">,
): Promise<Plan> {
  const roots = rootsOf(spec, entry);
  const outputs = new Set([spec.outputDir, folder.path].map(realPath));
  const items = new Map<string, Planned>();
  for (const root of roots) await walkRoot({ root, outputs, items }, spec.code);
  if (!items.has(entry.module)) await refuseIgnored(spec, entry);
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

async function walkRoot(walk: Walk, code: string): Promise<void> {
  const { path, source, ruled, place } = walk.root;
  try {
    const info = Deno.lstatSync(source);
    if (!info.isDirectory) return addFile(walk, path, source, info);
    await walkFolder(walk, path, source, ruled ? await addRules(undefined, "", code) : undefined);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw copyError(path, readReason(error), undefined, place);
  }
}

/** `above`: the rules of the folders above, where there are any. */
async function walkFolder(
  walk: Walk,
  path: string,
  source: string,
  above?: IgnoreRules,
): Promise<void> {
  if (walk.outputs.has(source)) throw holdsOutput(walk.root, path);
  const entries = listFolder(walk.root, path, source);
  const isRuled = walk.root.ruled &&
    entries.some(({ name, isFile }) => isFile && name === ignoreFileName);
  const rules = isRuled ? await addRules(above, path, source) : above;
  for (const { name, isDirectory } of entries) {
    const item = { path: `${path}/${name}`, isFolder: isDirectory };
    if (isLitter(name) || rules?.ignores(item)) continue;
    // Joined by hand: it is normalized already, and there may be thousands of them.
    const from = source + separator + name;
    if (isDirectory) await walkFolder(walk, item.path, from, rules);
    else addFile(walk, item.path, from, statOf(walk.root, item.path, from));
  }
}

/** Adds the rules of a folder's .gitignore file, if it has one. */
async function addRules(above: IgnoreRules | undefined, path: string, source: string) {
  const text = readIgnoreFile(path, source);
  if (text === undefined) return above;
  const rules = above ?? await ignoreRules();
  rules.add(path, text);
  return rules;
}

function readIgnoreFile(path: string, source: string): string | undefined {
  try {
    return Deno.readTextFileSync(join(source, ignoreFileName));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw copyError(slashed.join(path, ignoreFileName), readReason(error), "Make it readable");
  }
}

function listFolder(root: Root, path: string, source: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(source)];
  } catch (error) {
    throw unreadable(root, path, error);
  }
}

function statOf(root: Root, path: string, source: string): Deno.FileInfo {
  try {
    return Deno.lstatSync(source);
  } catch (error) {
    throw unreadable(root, path, error);
  }
}

function unreadable(root: Root, path: string, error: unknown): ExpyrunError {
  const because = readReason(error, slashed.basename(path));
  const first = because === "its name is not UTF-8" ? "Rename it" : "Make it readable";
  const hint = `${first}, list it in .gitignore, or move it out of the package`;
  return copyError(path, because, hint, root.place);
}

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
  const sizes = items.map((item) => item.kind === "file" ? item.bytes : 0);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const tooBig = sizes.some((bytes) => bytes > limits.fileBytes);
  if (tooBig || total > limits.totalBytes) throw sizeError(items, total, place);
}

function sizeError(items: readonly Planned[], total: number, place: Place): ExpyrunError {
  const files = items.flatMap((item) => item.kind === "file" ? [item] : [])
    .sort((a, b) => b.bytes - a.bytes);
  const { path, bytes } = files[0]!;
  const because = bytes > limits.fileBytes
    ? `"${path}" has ${sizeText(bytes)}, above ${sizeText(limits.fileBytes)} a file`
    : `its ${files.length} files have ${sizeText(total)}, above ${sizeText(limits.totalBytes)}`;
  return new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy the code: ${because}`,
    place,
    notes: files.slice(0, 5).map(({ path, bytes }) => ({
      message: `${sizeText(bytes)} in "${path}"`,
    })),
    hint: "List data in .gitignore, or move it out of the package, and read it by its path",
  });
}

/** A size for people, in MiB. */
export function sizeText(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function isSystemError(error: unknown): boolean {
  return !(error instanceof ExpyrunError) && systemCode(error) !== undefined;
}
