/**
 * Deno's cache of a folder that came in an archive: its repetitions get a copy, as they may be run
 * without a network. It is never merged into the user's: nothing vouches for what an archive holds.
 *
 * @module
 */
import { join } from "../path.ts";
import { type ExperimentFolder, folderError, openFolder } from "./folder.ts";

/**
 * Copies the cache of an experiment folder into another one, where it has one.
 *
 * @param from the folder of the code, absolute
 * @throws {ExpyrunError} `folder` when the file system refuses it
 */
export async function carryCache(from: string, folder: ExperimentFolder): Promise<void> {
  const { denoDir } = openFolder(from);
  try {
    for (const part of ["npm", "remote"]) {
      await copyFolder(join(denoDir, part), join(folder.denoDir, part));
    }
  } catch (error) {
    throw folderError(`Cannot copy the dependencies into "${folder.path}"`, error);
  }
}

async function copyFolder(from: string, into: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(from)).catch(() => []);
  if (entries.length > 0) await Deno.mkdir(into, { recursive: true });
  for (const { name, isDirectory } of entries) {
    if (isDirectory) await copyFolder(join(from, name), join(into, name));
    else await Deno.copyFile(join(from, name), join(into, name));
  }
}

/** The registry that an archive keeps packages under, whatever the packing machine called it. */
export const carriedRegistry = "registry.npmjs.org";

/** What makes Deno use the cache of a folder; empty where it has none. */
export async function cacheVariables(folder: ExperimentFolder): Promise<Record<string, string>> {
  const own = await Deno.stat(folder.denoDir).then(({ isDirectory }) => isDirectory, () => false);
  if (!own) return {};
  return { DENO_DIR: folder.denoDir, NPM_CONFIG_REGISTRY: `https://${carriedRegistry}/` };
}
