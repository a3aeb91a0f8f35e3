/**
 * The modules that a run loaded though they are neither of its copy nor locked.
 *
 * @module
 */
import { fromFileUrl } from "../path.ts";
import type { World } from "../world.ts";
import type { ExperimentFolder } from "./folder.ts";

/**
 * Reads what the child has noted: paths of files, sorted; nothing when there are none.
 */
export async function loadedFromOutside(folder: ExperimentFolder): Promise<string[] | undefined> {
  const text = await Deno.readTextFile(folder.loaded).catch(() => "");
  const urls = new Set(text.split("\n").filter((line) => line !== ""));
  return urls.size === 0 ? undefined : [...urls].map(pathOf).sort();
}

function pathOf(url: string): string {
  try {
    return fromFileUrl(new URL(url));
  } catch {
    return url;
  }
}

/** Warns about them, once for all. */
export function warnOutside(outside: readonly string[], world: World): void {
  const names = outside.slice(0, 5).map((path) => `"${path}"`).join(", ");
  const more = outside.length > 5 ? ` and ${outside.length - 5} more` : "";
  world.warn({
    code: "snapshot",
    message: `The run loaded what is neither copied nor locked: ${names}${more}`,
    hint: "Repeating the run needs these files as they are: name them in __include__",
  });
}

/** The folders in which Deno may keep what a lock holds, by the environment that it gets. */
export async function dependencyFolders(env: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = denoDirOf(env);
  return folder === undefined ? [] : await withRealPaths([folder]);
}

/** The paths, and what they lead to where they are symbolic links. */
// deno-lint-ignore require-await -- touches the disk
export async function withRealPaths(paths: readonly string[]): Promise<string[]> {
  return [...new Set([...paths, ...paths.map(realPathOf)])];
}

function realPathOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

function denoDirOf(env: Readonly<Record<string, string>>): string | undefined {
  const { DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = env;
  if (DENO_DIR) return DENO_DIR;
  if (Deno.build.os === "windows") return LOCALAPPDATA && `${LOCALAPPDATA}\\deno`;
  if (Deno.build.os === "darwin") return HOME && `${HOME}/Library/Caches/deno`;
  return XDG_CACHE_HOME ? `${XDG_CACHE_HOME}/deno` : HOME && `${HOME}/.cache/deno`;
}
