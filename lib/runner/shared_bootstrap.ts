/**
 * The one file that every experiment begins with, kept where all runs find it: what Deno has found
 * out of a module it keeps by its path, and a copy in each folder would be looked through anew, which
 * takes 2 ms of each run.
 *
 * @module
 */
import { join } from "../path.ts";
import { cacheFolder } from "../snapshotter/digest_cache.ts";
import { readText } from "../snapshotter/text_file.ts";
import type { World } from "../world.ts";
import bootstrap from "./bootstrap.js" with { type: "text" };

/** The text of the file. */
export const bootstrapText: string = bootstrap;

/**
 * Sees to it that the file is there, and holds what it must.
 *
 * @returns the paths that lead to it, the real one first; nothing where it cannot be kept: then each
 * folder gets its own
 */
export function keepBootstrap({ env, versions }: World): readonly string[] | undefined {
  const folder = cacheFolder(env);
  // A comma separates the paths that must not be written.
  if (folder === undefined || folder.includes(",")) return undefined;
  // Another version keeps another file. Not named by a digest: made in a loop here it makes V8
  // compile, which takes 3 MiB. By the extension it is an ES module, whatever a package.json says.
  const version = `${versions.expyrun}-${bootstrapText.length}`;
  const path = join(folder, `bootstrap-${version}.mjs`);
  try {
    if (readText(path) !== bootstrapText) write(folder, path);
    const paths = [...new Set([Deno.realPathSync(path), path])];
    return paths.some((path) => path.includes(",")) ? undefined : paths;
  } catch {
    return undefined; // A home that is not there, is full, or may not be written.
  }
}

function write(folder: string, path: string): void {
  const half = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(half, bootstrapText, { mode: 0o444 });
  Deno.renameSync(half, path);
}
