/**
 * Digests of inputs that are kept from run to run, so that a hundred gigabytes are hashed once.
 *
 * A digest is taken again when the file's size, time of change, inode or (what an editor of
 * times cannot set back) time of status change differs. Each input has a file of its own, replaced
 * as a whole: runs that write it at the same time all write the truth, and the last one stays.
 *
 * @module
 */
import { isAbsolute, join } from "../path.ts";
import { sha256 } from "./digest.ts";

/** Where digests are kept, and what time it is. */
export interface CachePlace {
  /** Absolute. */
  readonly folder: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** The digest of a file, with what it looked like when it was taken. */
export interface CachedDigest {
  readonly bytes: number;
  readonly sha256: string;
  /** What must be the same for the digest to hold; empty when it must not be kept. */
  readonly look: string;
}

/** Digests by the file's path below the input; empty for an input that is a file itself. */
export type CachedDigests = Map<string, CachedDigest>;

/** A file that was written just now may be written again without a change of its times. */
const settledMs = 2000;

/**
 * The folder for expyrun's caches, by the rules of the system; nothing where none can be told.
 */
export function cacheFolder(env: Readonly<Record<string, string>>): string | undefined {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = env;
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) {
    return join(XDG_CACHE_HOME, "expyrun");
  }
  if (Deno.build.os === "windows") return LOCALAPPDATA && join(LOCALAPPDATA, "expyrun", "cache");
  if (!HOME) return undefined;
  return join(HOME, Deno.build.os === "darwin" ? "Library/Caches" : ".cache", "expyrun");
}

/** Where digests are kept, as of now; nothing where no folder for caches can be told. */
export function cachePlace(env: Readonly<Record<string, string>>): CachePlace | undefined {
  const folder = cacheFolder(env);
  return folder === undefined ? undefined : { folder, now: Date.now() };
}

/** The kept digest of a file if it still looks the same, else a new one. */
export async function digestFrom(
  known: CachedDigests,
  name: string,
  stat: Deno.FileInfo,
  take: () => Promise<{ bytes: number; sha256: string }>,
): Promise<CachedDigest> {
  const look = lookOf(stat);
  const kept = known.get(name);
  if (kept?.look === look) return kept;
  return { ...await take(), look };
}

function lookOf({ size, mtime, ctime, ino, dev }: Deno.FileInfo): string {
  return [size, mtime?.getTime(), ctime?.getTime(), ino, dev].join(" ");
}

function lastChange(look: string): number {
  const [, mtime, ctime] = look.split(" ").map(Number);
  return Math.max(mtime || 0, ctime || 0);
}

/** The digests that are kept of an input; none when they cannot be read. */
export async function readDigests(input: string, cache: CachePlace): Promise<CachedDigests> {
  const digests: CachedDigests = new Map();
  const text = await Deno.readTextFile(await fileOf(input, cache)).catch(() => "");
  for (const line of text.split("\n")) {
    const [name, bytes, sha256, look] = line.split("\t");
    if (look) digests.set(unescaped(name!), { bytes: Number(bytes), sha256: sha256!, look });
  }
  return digests;
}

/** Keeps digests. Where the cache cannot be written, the next run hashes again. */
export async function writeDigests(
  input: string,
  digests: CachedDigests,
  cache: CachePlace,
): Promise<void> {
  const lines = [...digests]
    .filter(([, { look }]) => lastChange(look) < cache.now - settledMs)
    .map(([name, { bytes, sha256, look }]) => [escaped(name), bytes, sha256, look].join("\t"));
  const path = await fileOf(input, cache);
  const half = `${path}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(join(cache.folder, "digests"), { recursive: true });
    await Deno.writeTextFile(half, lines.join("\n"));
    await Deno.rename(half, path);
  } catch {
    await Deno.remove(half).catch(() => {});
  }
}

async function fileOf(input: string, cache: CachePlace): Promise<string> {
  return join(cache.folder, "digests", await sha256(input));
}

function escaped(name: string): string {
  return name.replace(/[\\\t\n]/g, (c) => c === "\\" ? "\\\\" : c === "\t" ? "\\t" : "\\n");
}

function unescaped(name: string): string {
  return name.replace(/\\(.)/g, (_, c) => c === "t" ? "\t" : c === "n" ? "\n" : c);
}
