/**
 * Deno's cache of a folder that came in an archive: its repetitions get a copy, as they may be run
 * without a network. It is never merged into the user's: nothing vouches for what an archive holds.
 *
 * @module
 */
import { entriesIn, isFolder } from "../files.ts";
import { join } from "../path.ts";
import { type ExperimentFolder, folderError, openFolder } from "./folder.ts";

/**
 * Copies the cache of an experiment folder into another one, where it has one.
 *
 * @param from the folder of the code, absolute
 * @returns what makes Deno use the copy, as {@linkcode cacheVariables}
 * @throws {ExpyrunError} `folder` when the file system refuses it
 */
export async function carryCache(
  from: string,
  folder: ExperimentFolder,
): Promise<Record<string, string>> {
  const { denoDir } = openFolder(from);
  if (!isFolder(denoDir)) return {};
  try {
    for (const part of ["npm", "remote"]) {
      copyFolder(join(denoDir, part), join(folder.denoDir, part));
    }
    return await cacheVariables(folder);
  } catch (error) {
    throw folderError(`Cannot copy the dependencies into "${folder.path}"`, error);
  }
}

function copyFolder(from: string, into: string): void {
  const entries = entriesIn(from);
  if (entries.length > 0) Deno.mkdirSync(into, { recursive: true });
  for (const { name, isDirectory } of entries) {
    if (isDirectory) copyFolder(join(from, name), join(into, name));
    else Deno.copyFileSync(join(from, name), join(into, name));
  }
}

/** The registry that an archive keeps packages under, whatever the packing machine called it. */
export const carriedRegistry = "registry.npmjs.org";

/** What makes Deno use the cache of a folder; empty where it has none. */
// deno-lint-ignore require-await -- touches the disk
export async function cacheVariables(folder: ExperimentFolder): Promise<Record<string, string>> {
  if (!isFolder(folder.denoDir)) return {};
  return { DENO_DIR: folder.denoDir, NPM_CONFIG_REGISTRY: `https://${carriedRegistry}/` };
}
