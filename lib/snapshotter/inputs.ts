/**
 * Declared inputs: data that a run reads and that is too big, or not ours, to be copied. It is
 * told by its digest whether it is still the same.
 *
 * @module
 */
import { join } from "../path.ts";
import { digestFile, sha256 } from "./digest.ts";
import {
  type CachedDigests,
  type CachePlace,
  digestFrom,
  readDigests,
  writeDigests,
} from "./digest_cache.ts";

/** What an input was. A folder's digest is that of its manifest. */
export type InputFingerprint =
  | {
    readonly kind: "file";
    /** Absolute. */
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }
  | {
    readonly kind: "folder";
    readonly path: string;
    /** How many files lie in it, at any depth. */
    readonly files: number;
    readonly bytes: number;
    readonly sha256: string;
  };

/** A file below an input, by its path relative to it, with `/`. */
interface Found {
  readonly name: string;
  readonly path: string;
  readonly stat: Deno.FileInfo;
}

/**
 * Fingerprints a file or a folder. Symbolic links are followed, as the experiment would.
 *
 * @param path absolute
 * @param cache where digests are kept; absent: everything is hashed
 * @throws {Deno.errors.NotFound} when there is no such input
 */
export async function fingerprint(path: string, cache?: CachePlace): Promise<InputFingerprint> {
  const stat = Deno.statSync(path);
  const found = stat.isDirectory ? filesBelow(path) : [{ name: "", path, stat }];
  const known: CachedDigests = cache === undefined ? new Map() : await readDigests(path, cache);
  const digests: CachedDigests = new Map();
  await inLanes(found, async (file) => {
    digests.set(
      file.name,
      await digestFrom(known, file.name, file.stat, () => digested(file.path)),
    );
  });
  if (cache !== undefined && changed(known, digests)) await writeDigests(path, digests, cache);
  if (!stat.isDirectory) {
    const { bytes, sha256 } = digests.get("")!;
    return { kind: "file", path, bytes, sha256 };
  }
  return await folderFingerprint(path, digests);
}

async function folderFingerprint(path: string, digests: CachedDigests): Promise<InputFingerprint> {
  let bytes = 0;
  const lines = [...digests].sort(([a], [b]) => a < b ? -1 : 1).map(([name, digest]) => {
    bytes += digest.bytes;
    return `${digest.sha256} ${digest.bytes} ${name}\n`;
  });
  const digest = await sha256(lines.join(""));
  return { kind: "folder", path, files: digests.size, bytes, sha256: digest };
}

function changed(known: CachedDigests, digests: CachedDigests): boolean {
  return known.size !== digests.size ||
    [...digests].some(([name, digest]) => known.get(name) !== digest);
}

/** A device or a socket has no contents of its own. */
async function digested(path: string): Promise<{ bytes: number; sha256: string }> {
  return Deno.statSync(path).isFile ? await digestFile(path) : { bytes: 0, sha256: "special" };
}

function filesBelow(root: string): Found[] {
  const found: Found[] = [];
  const walk = (folder: string, prefix: string, above: readonly string[]) => {
    const real = Deno.realPathSync(folder);
    if (above.includes(real)) return; // A link that leads back to a folder around it.
    for (const { name } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      const stat = statOf(path);
      if (stat?.isDirectory) walk(path, `${prefix}${name}/`, [...above, real]);
      else if (stat) found.push({ name: prefix + name, path, stat });
    }
  };
  walk(root, "", []);
  return found;
}

/** Nothing for a link that leads nowhere: there is nothing to read. */
function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A few at a time: hashing runs on other threads, while memory holds few files at once. */
async function inLanes<T>(items: readonly T[], use: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await use(item);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}
