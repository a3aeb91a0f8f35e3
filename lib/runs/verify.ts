/**
 * Whether a folder still holds what its record says: the copy, the configurations and the lock.
 *
 * @module
 */
import { join } from "../path.ts";
import { sha256 } from "../snapshotter/digest.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { Changes, CopiedFile, RunRecord } from "../snapshotter/record.ts";

/** What a record says about the files of its folder. */
export type Recorded = Pick<RunRecord, "code" | "digests">;

/**
 * Hashes everything again and compares it with the record.
 *
 * @returns what differs; empty lists when nothing does
 */
export async function verifyFolder(folder: ExperimentFolder, record: Recorded): Promise<Changes> {
  const copied = record.code.mode === "copy" ? record.code.files : [];
  const expected = [...copied, ...writtenFiles(record)];
  const answers = await inFlight(expected, (file) => stateOf(folder.path, file));
  const withState = (state: State) =>
    expected.filter((_, i) => answers[i] === state).map(({ path }) => path).sort();
  return {
    changed: withState("changed"),
    missing: withState("missing"),
    added: record.code.mode === "copy" ? addedFiles(folder.path, record.code) : [],
  };
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
  const path = join(root, file.path);
  try {
    if ("link" in file) return Deno.readLinkSync(path) === file.link ? "same" : "changed";
    const bytes = Deno.readFileSync(path);
    if ("bytes" in file && file.bytes !== bytes.length) return "changed";
    // A file of the copy that became a link has left the folder, whatever it leads to.
    if (Deno.lstatSync(path).isSymlink) return "changed";
    return await sha256(bytes) === file.sha256 ? "same" : "changed";
  } catch (error) {
    return isAbsent(error) ? "missing" : "changed";
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
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

/** What lies among the copied code and is not recorded. */
function addedFiles(root: string, { roots, files }: RunRecord["code"]): string[] {
  const known = new Set(files.map(({ path }) => path));
  const added: string[] = [];
  const walk = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(join(root, path))) {
      const inside = `${path}/${name}`;
      if (isDirectory) walk(inside);
      else if (!known.has(inside)) added.push(inside);
    }
  };
  for (const path of roots) if (isFolder(join(root, path))) walk(path);
  return added.sort();
}

function isFolder(path: string): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch {
    return false;
  }
}
