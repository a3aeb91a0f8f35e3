/**
 * Carries out a plan: copies files and links, and makes the manifest of what was written.
 *
 * @module
 */
import { isFolder } from "../files.ts";
import { dirname, join } from "../path.ts";
import type { Place } from "../errors.ts";
import type { World } from "../world.ts";
import { hashBlocks } from "./blocks.ts";
import { sha256 } from "./digest.ts";
import { folderError } from "./folder.ts";
import type { Planned } from "./plan.ts";
import type { CopiedFile } from "./record.ts";
import { copyError, readReason } from "./roots.ts";

/**
 * Copies the items into a folder, files read-only, and answers with the manifest in their order,
 * and with digests over it in blocks.
 * Synchronous calls: one after the other they are faster than any number at a time. The digests
 * are those of the bytes that were written, also when a file changes meanwhile.
 *
 * @param place where the output directory was configured
 * @param from where the code was
 * @throws {ExpyrunError} "snapshot" for what cannot be read, "folder" for what cannot be written
 */
export async function copyItems(
  items: readonly Planned[],
  into: string,
  place: Place,
  world: Pick<World, "checkpoint"> = {},
  from?: Place,
): Promise<{ files: CopiedFile[]; blocks: string[] }> {
  const blocks = hashBlocks();
  const folders = new Set<string>();
  const files: CopiedFile[] = [];
  const pause = pauses(world);
  for (const item of items) {
    const target = join(into, item.path);
    makeFolder(dirname(target), folders, place);
    if (item.kind === "link") files.push(copyLink(item, target, place));
    else {
      const bytes = read(item, from);
      write(target, bytes, item.mode, place);
      blocks.add(bytes);
      files.push({ path: item.path, bytes: bytes.length, sha256: await sha256(bytes) });
      await pause(bytes.length);
    }
  }
  return { files, blocks: await blocks.end() };
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
