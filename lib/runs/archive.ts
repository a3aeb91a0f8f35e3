/**
 * `.tar.gz` files that are the same byte for byte whenever and by whomever they are written, and
 * that are safe to unpack whoever wrote them.
 *
 * @module
 */
import { createTarDecoder, createTarPacker, type TarHeader } from "modern-tar";
import { dirname, join, slashed } from "../path.ts";
import { linkProblem } from "../snapshotter/link_targets.ts";
import { firstDifference, isFile, isThere, systemCode, writeAll } from "../files.ts";
import type { World } from "../world.ts";
import { ExpyrunError, type Place } from "../errors.ts";

/** What goes into an archive: a file, or a symbolic link. Paths are written with `/`. */
export type ArchiveItem =
  | {
    readonly kind: "file";
    readonly path: string;
    /** Where its contents are: a file, absolute; or the contents themselves. */
    readonly source: string | Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "link"; readonly path: string; readonly link: string };

/** Owner, group and times say where and when, never what: every archive has the same. */
const anonymous = { mtime: new Date(0), uid: 0, gid: 0, uname: "", gname: "" } as const;

const pieceBytes = 2 ** 16;

/**
 * Writes an archive, by write-and-rename. Items are written in the order of their paths.
 *
 * @param path of the archive, absolute
 * @param replace whether what is there is written over
 * @param checkpoint passed again and again
 * @returns whether the archive is there now
 * @throws {Deno.errors.NotFound} and its like, when a file cannot be read or written
 */
export async function writeArchive(
  path: string,
  items: readonly ArchiveItem[],
  replace: "always" | "if the same" = "always",
  checkpoint?: World["checkpoint"],
): Promise<boolean> {
  const half = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await Deno.open(half, { write: true, createNew: true });
    const { readable, controller } = createTarPacker();
    const written = readable.pipeThrough(new CompressionStream("gzip")).pipeTo(
      sinkOf(file, checkpoint),
    );
    const packing = packAll(items, controller.add).then(
      () => controller.finalize(),
      (error) => controller.error(error),
    );
    await Promise.all([packing, written]);
    await checkpoint?.(true);
    const mayReplace = replace === "always" || !isThere(path) || hasBytesOf(half, path);
    await (mayReplace ? Deno.rename(half, path) : Deno.remove(half));
    return mayReplace;
  } catch (error) {
    await Deno.remove(half).catch(() => {});
    throw error;
  }
}

function sinkOf(
  file: Deno.FsFile,
  checkpoint: World["checkpoint"],
): WritableStream<Uint8Array> {
  return new WritableStream({
    write: async (bytes) => {
      writeAll(file, bytes);
      await checkpoint?.();
    },
    close: () => file.close(),
    abort: () => file.close(),
  });
}

function hasBytesOf(half: string, path: string): boolean {
  return isFile(path) && firstDifference(half, path) === undefined;
}

type Add = (header: TarHeader) => WritableStream<Uint8Array>;

async function packAll(items: readonly ArchiveItem[], add: Add): Promise<void> {
  for (const item of [...items].sort((a, b) => a.path < b.path ? -1 : 1)) {
    if (item.kind === "link") await packLink(item, add);
    else if (typeof item.source === "string") await packFile(item.path, item.source, add);
    else await packBytes(item.path, item.source, add);
  }
}

async function packLink(
  { path, link }: ArchiveItem & { kind: "link" },
  add: Add,
): Promise<void> {
  const header = { type: "symlink", name: path, linkname: link, size: 0, mode: 0o777 } as const;
  await add({ ...anonymous, ...header }).close();
}

async function packBytes(path: string, bytes: Uint8Array, add: Add): Promise<void> {
  const writer = add({ ...anonymous, name: path, size: bytes.length, mode: 0o644 }).getWriter();
  if (bytes.length > 0) await writer.write(bytes);
  await writer.close();
}

/** In pieces: an output may be larger than memory. */
async function packFile(path: string, source: string, add: Add): Promise<void> {
  using file = Deno.openSync(source);
  const { size, mode } = file.statSync();
  const writer = add({ ...anonymous, name: path, size, mode: plainMode(mode) }).getWriter();
  for (let left = size; left > 0;) {
    const piece = new Uint8Array(Math.min(pieceBytes, left));
    const read = file.readSync(piece);
    if (read === null) throw new Deno.errors.UnexpectedEof(`"${source}" became shorter meanwhile`);
    await writer.write(piece.subarray(0, read));
    left -= read;
  }
  await writer.close();
}

/** Who may read it differs with the umask; whether it may be written or run is part of the copy. */
function plainMode(mode: number | null): number {
  const [write, run] = [(mode ?? 0o644) & 0o200, (mode ?? 0) & 0o100];
  return 0o444 | write | (run ? 0o111 : 0);
}

/**
 * Unpacks an archive into a folder that is there and empty.
 *
 * @param place where the archive was named
 * @param checkpoint passed again and again
 * @throws {ExpyrunError} "unreadable" when it cannot be read, or when anything in it would be
 * written elsewhere or is neither a file, a folder nor a symbolic link that stays inside
 */
export async function readArchive(
  path: string,
  into: string,
  place?: Place,
  checkpoint?: World["checkpoint"],
): Promise<void> {
  const refuse = (because: string) =>
    new ExpyrunError({
      code: "unreadable",
      message: `Cannot unpack "${path}": ${because}`,
      place,
      hint: "`expyrun pack FOLDER` writes archives that can be run",
    });
  const links = new Map<string, string>();
  const names: string[] = [];
  try {
    const file = await Deno.open(path);
    const entries = file.readable
      .pipeThrough(new DecompressionStream("gzip"))
      .pipeThrough(createTarDecoder({ strict: true }));
    for await (const { header, body } of entries) {
      const name = insideName(header.name);
      if (name === undefined) throw refuse(`"${header.name}" leaves the folder`);
      names.push(name);
      if (header.type === "symlink") links.set(name, header.linkname ?? "");
      else if (header.type === "directory") await Deno.mkdir(join(into, name), { recursive: true });
      else if (header.type === "file") {
        await unpackFile(join(into, name), header, body, checkpoint);
      } else throw refuse(`"${header.name}" is a ${header.type}`);
      if (header.type !== "file") await body.cancel();
    }
    const problem = linkProblem(names, links, 1);
    if (problem) throw refuse(`"${problem.path}" ${problem.because}`);
    // Last, so that nothing is written through one.
    for (const [name, link] of links) await makeLink(join(into, name), link);
  } catch (error) {
    if (error instanceof ExpyrunError) throw error;
    if (systemCode(error) === "ENOSPC") throw noRoom(path, place);
    throw refuse(reasonOf(error));
  }
}

/** The archive may be as it must be: it is unpacked among temporary files. */
function noRoom(path: string, place: Place | undefined): ExpyrunError {
  const message = `Cannot unpack "${path}": no space left on the device`;
  const hint = "Free some space where temporary files lie, or set TMPDIR to another folder";
  return new ExpyrunError({ code: "folder", message, place, hint });
}

async function makeLink(path: string, link: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.symlink(link, path);
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return `it is no .tar.gz file that expyrun wrote (${(error as Error).message})`;
}

/** The normal form of a path in an archive; nothing when it is absolute or leads upwards. */
export function insideName(name: string): string | undefined {
  if (name.includes("\0") || name.includes("\\") || /^(?:\/|[A-Za-z]:)/.test(name)) {
    return undefined;
  }
  const path = slashed.normalize(name).replace(/\/$/, "");
  return path === ".." || path.startsWith("../") ? undefined : path;
}

async function unpackFile(
  path: string,
  { mode }: TarHeader,
  body: ReadableStream<Uint8Array>,
  checkpoint: World["checkpoint"],
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const file = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: plainMode(mode ?? null),
  });
  await body.pipeTo(sinkOf(file, checkpoint));
}
