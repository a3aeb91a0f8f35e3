/**
 * Carries out a plan: copies files and links, and makes the manifest of what was written.
 *
 * @module
 */
import { isFolder } from "../files.ts";
import { nativePath, separator } from "../path.ts";
import type { Place } from "../errors.ts";
import type { World } from "../world.ts";
import { type BlockHasher, hashBlocks } from "./blocks.ts";
import { sha256 } from "./digest.ts";
import { folderError } from "./folder.ts";
import type { Planned } from "./plan.ts";
import type { CopiedFile } from "./record.ts";
import { copyError, readReason } from "./roots.ts";

/** What was copied: the files in the order of their items, and digests over them in blocks. */
export interface Manifest {
  readonly files: CopiedFile[];
  readonly blocks: string[];
}

/**
 * Copies the items into a folder, files read-only.
 * Synchronous calls: one after the other they are faster than any number at a time. The digests
 * are those of the bytes that were written, also when a file changes meanwhile.
 *
 * @param place where the output directory was configured
 * @param from where the code was
 * @returns what completes the manifest: the digests of what was copied last are not made before
 * @throws {ExpyrunError} "snapshot" for what cannot be read, "folder" for what cannot be written
 */
export async function copyItems(
  items: readonly Planned[],
  into: string,
  place: Place,
  world: Pick<World, "checkpoint"> = {},
  from?: Place,
): Promise<() => Promise<Manifest>> {
  const folders = new Set<string>();
  const { add, digest, end } = growingManifest();
  const pause = pauses({ checkpoint: () => digest().then(() => world.checkpoint?.()) });
  for (const item of items) {
    // Joined by hand: both are normalized already, and there may be thousands of them.
    const target = into + separator + nativePath(item.path);
    makeFolder(target.slice(0, target.lastIndexOf(separator)), folders, place);
    if (item.kind === "link") add(copyLink(item, target, place));
    else {
      const content = read(item, from);
      write(target, content, item.mode, place);
      add({ path: item.path, content });
      await pause(content.length);
    }
  }
  return end;
}

/** What was written, and is held until its digest is made. */
interface Written {
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** A manifest that grows: many digests at a time take a third of the time that they take in turn. */
function growingManifest() {
  const blocks = hashBlocks();
  const files: CopiedFile[] = [];
  let held: (CopiedFile | Written)[] = [];
  const add = (item: CopiedFile | Written) => void held.push(item);
  const digest = async () => {
    const items = held;
    held = [];
    files.push(...await Promise.all(items.map((item) => digested(item, blocks))));
  };
  const end = async (): Promise<Manifest> => {
    await digest();
    return { files, blocks: await blocks.end() };
  };
  return { add, digest, end };
}

async function digested(item: CopiedFile | Written, blocks: BlockHasher): Promise<CopiedFile> {
  if (!("content" in item)) return item;
  const { path, content } = item;
  blocks.add(content);
  return { path, bytes: content.length, sha256: await sha256(content) };
}

const pauseFiles = 100;
const pauseBytes = 8 * 2 ** 20;

/**
 * Counts files of synchronous work, and passes a checkpoint now and then: until then no signal is
 * seen.
 */
export function pauses(world: Pick<World, "checkpoint">): (bytes: number) => Promise<void> | void {
  let [files, size] = [0, 0];
  return (bytes) => {
    size += bytes;
    if (++files < pauseFiles && size < pauseBytes) return;
    [files, size] = [0, 0];
    return world.checkpoint?.();
  };
}

/** sha256 over a sorted manifest: one JSON line for each file. */
export async function digestOf(files: readonly CopiedFile[]): Promise<string> {
  const lines = files.map((file) =>
    JSON.stringify("link" in file ? [file.path, "link", file.link] : [file.path, file.sha256]) +
    "\n"
  );
  return await sha256(lines.join(""));
}

function makeFolder(path: string, made: Set<string>, place: Place): void {
  if (made.has(path)) return;
  made.add(path);
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw folderError(`Cannot make "${path}"`, error, place);
  }
}

function read({ path, source }: Planned, from?: Place): Uint8Array<ArrayBuffer> {
  try {
    return Deno.readFileSync(source);
  } catch (error) {
    const hint = "Make it readable, list it in .gitignore, or move it out of the package";
    throw copyError(path, readReason(error), hint, from);
  }
}

function write(target: string, bytes: Uint8Array, mode: number, place: Place): void {
  try {
    // Whoever may read or run the original may do so with the copy; nobody may write.
    Deno.writeFileSync(target, bytes, { createNew: true, mode: mode & 0o555 | 0o400 });
  } catch (error) {
    throw folderError(`Cannot write "${target}"`, error, place);
  }
}

function copyLink(item: Planned & { kind: "link" }, target: string, place: Place): CopiedFile {
  const { path, link, source } = item;
  try {
    const toFolder = Deno.build.os === "windows" && isFolder(source);
    Deno.symlinkSync(link, target, { type: toFolder ? "dir" : "file" });
    return { path, link };
  } catch (error) {
    throw folderError(`Cannot make the link "${target}"`, error, place);
  }
}
