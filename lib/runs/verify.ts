/**
 * Whether a folder still holds what its record says: the copy, the configurations and the lock.
 *
 * @module
 */
import { entriesIn, isAbsent } from "../files.ts";
import { join } from "../path.ts";
import { groupByBlock } from "../snapshotter/blocks.ts";
import { sha256 } from "../snapshotter/digest.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { packageFiles } from "../snapshotter/packages.ts";
import type { Changes, CopiedFile, RunRecord } from "../snapshotter/record.ts";

/** What a record says about the files of its folder. */
export type Recorded = Pick<RunRecord, "code" | "digests">;

/**
 * Hashes everything again and compares it with the record.
 *
 * @returns what differs; empty lists when nothing does
 */
export async function verifyFolder(folder: ExperimentFolder, record: Recorded): Promise<Changes> {
  const isCopy = record.code.mode === "copy";
  const copied = isCopy ? record.code.files : [];
  const there = isCopy ? walkCopy(folder.path, record.code.roots) : new Map();
  const same = await unchangedByBlock(folder.path, record, there);
  const packages = await packageFiles(folder, record.code);
  const expected = [...copied, ...packages, ...writtenFiles(record)]
    .filter(({ path }) => !same.has(path));
  const answers = await inFlight(expected, (file) => stateOf(folder.path, file));
  const withState = (state: State) =>
    expected.filter((_, i) => answers[i] === state).map(({ path }) => path).sort();
  return {
    changed: withState("changed"),
    missing: withState("missing"),
    added: addedFiles(there, copied),
  };
}

/** The files of the copy whose blocks are what was recorded: most often all of them. */
async function unchangedByBlock(
  root: string,
  { code }: Recorded,
  there: Walked,
): Promise<Set<string>> {
  const same = new Set<string>();
  if (code.mode !== "copy" || code.blocks === undefined) return same;
  const groups = groupByBlock(code.files.filter((file) => "sha256" in file));
  const lengths = groups.map((group) => group.reduce((sum, { bytes }) => sum + bytes, 0));
  // One for all: its pages are touched once. One byte more: a file that has grown is noticed.
  const buffer = new Uint8Array(Math.max(0, ...lengths) + 1);
  const read = (group: readonly HashedFile[]) => digestOfGroup(root, group, there, buffer);
  const digests = await Promise.all(groups.map(read));
  for (const [i, group] of groups.entries()) {
    if (digests[i] !== code.blocks[i]) continue;
    for (const { path } of group) same.add(path);
  }
  return same;
}

type HashedFile = Extract<CopiedFile, { readonly sha256: string }>;

/**
 * Nothing when a file is missing, has another length, or has become a link. The buffer is free
 * again at once: what is hashed is copied before anything is awaited.
 */
async function digestOfGroup(
  root: string,
  group: readonly HashedFile[],
  there: Walked,
  buffer: Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  let filled = 0;
  for (const { path, bytes } of group) {
    if (there.get(path) !== "file") return undefined;
    if (readInto(buffer.subarray(filled, filled + bytes + 1), `${root}/${path}`) !== bytes) {
      return undefined;
    }
    filled += bytes;
  }
  return await sha256(buffer.subarray(0, filled));
}

/** Reads a file as far as the buffer goes; how much that was, or nothing when it cannot be read. */
function readInto(buffer: Uint8Array, path: string): number | undefined {
  try {
    using file = Deno.openSync(path);
    let filled = 0;
    // What is read of a file is all there is of it, but for the odd interruption: asking once more
    // whether it has ended would cost as much again.
    do {
      const read = file.readSync(buffer.subarray(filled));
      if (read === null) break;
      filled += read;
    } while (filled < buffer.length - 1);
    return filled;
  } catch {
    return undefined;
  }
}

/** Whether nothing differs. */
export function isUnchanged({ changed, missing, added }: Changes): boolean {
  return changed.length + missing.length + added.length === 0;
}

/** The changes in one line, such as `changed: src/a.ts; missing: src/b.ts, src/c.ts`. */
export function changesText(changes: Changes, limit = 5): string {
  const part = (title: string, names: readonly string[]) => {
    if (names.length === 0) return [];
    const more = names.length > limit ? ` and ${names.length - limit} more` : "";
    return [`${title}: ${names.slice(0, limit).join(", ")}${more}`];
  };
  const { changed, missing, added } = changes;
  return [...part("changed", changed), ...part("missing", missing), ...part("added", added)]
    .join("; ");
}

type State = "same" | "changed" | "missing";
type Expected = CopiedFile | { readonly path: string; readonly sha256: string };

function writtenFiles({ digests = {} }: Recorded): Expected[] {
  return Object.entries(digests).map(([path, sha256]) => ({ path, sha256 }));
}

async function stateOf(root: string, file: Expected): Promise<State> {
  const found = contentOf(join(root, file.path));
  if (typeof found === "string") return found;
  if ("link" in file) return found.link === file.link ? "same" : "changed";
  const { bytes } = found;
  if (bytes === undefined || "bytes" in file && file.bytes !== bytes.length) return "changed";
  return await sha256(bytes) === file.sha256 ? "same" : "changed";
}

/** A file of the copy that became a link has left the folder, whatever it leads to. */
function contentOf(path: string): Content | Exclude<State, "same"> {
  try {
    if (Deno.lstatSync(path).isSymlink) return { link: Deno.readLinkSync(path) };
    return { bytes: Deno.readFileSync(path) };
  } catch (error) {
    return isAbsent(error) ? "missing" : "changed";
  }
}

interface Content {
  readonly link?: string;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** Many at a time: while the system hashes one file, the next is read. Order is kept. */
async function inFlight<T, R>(items: readonly T[], use: (item: T) => Promise<R>): Promise<R[]> {
  const width = 64;
  const results: Promise<R>[] = [];
  for (const [i, item] of items.entries()) {
    if (i >= width) await results[i - width];
    results.push(use(item));
  }
  return await Promise.all(results);
}

/** What lies where code was copied to, by its path. */
type Walked = ReadonlyMap<string, "file" | "link">;

/** Of what cannot be looked into, the files that were copied are told as changed. */
function walkCopy(root: string, roots: readonly string[]): Walked {
  const found = new Map<string, "file" | "link">();
  const walk = (path: string) => {
    for (const { name, isDirectory, isSymlink } of entriesIn(`${root}/${path}`)) {
      const inside = `${path}/${name}`;
      if (isDirectory) walk(inside);
      else found.set(inside, isSymlink ? "link" : "file");
    }
  };
  for (const path of roots) {
    const info = statOf(join(root, path));
    if (info?.isDirectory) walk(path);
    else if (info) found.set(path, info.isSymlink ? "link" : "file");
  }
  return found;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

function addedFiles(there: Walked, copied: readonly CopiedFile[]): string[] {
  const known = new Set(copied.map(({ path }) => path));
  return [...there.keys()].filter((path) => !known.has(path)).sort();
}
