/**
 * The modules that a run loaded though they are neither of its copy nor locked, and those of the
 * packages that were copied along.
 *
 * @module
 */
import { fromFileUrl } from "../path.ts";
import type { World } from "../world.ts";
import { type ExperimentFolder, nameIn } from "./folder.ts";
import type { RunRecord } from "./record.ts";
import { realPath } from "../files.ts";
import { readText } from "./text_file.ts";

/** Reads what the child has noted; what there is none of is absent. */
// deno-lint-ignore require-await -- touches the disk
export async function loadedModules(
  folder: ExperimentFolder,
): Promise<Pick<RunRecord, "loaded" | "outside">> {
  const lines = readText(folder.loaded)?.split("\n").filter((line) => line !== "") ?? [];
  const paths = [...new Set(lines)].map(pathOf).sort();
  const loaded = paths.filter((path) => isIn(folder, path)).map((path) => nameIn(folder, path));
  const outside = paths.filter((path) => !isIn(folder, path));
  return {
    ...(loaded.length > 0 ? { loaded } : {}),
    ...(outside.length > 0 ? { outside } : {}),
  };
}

function isIn({ path: folder }: ExperimentFolder, path: string): boolean {
  return path.startsWith(folder) && /^[/\\]/.test(path.slice(folder.length));
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
    hint:
      "Repeating the run needs these files as they are: have them below __code__, and name them in __include__",
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
  return [...new Set([...paths, ...paths.map(realPath)])];
}

function denoDirOf(env: Readonly<Record<string, string>>): string | undefined {
  const { DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = env;
  if (DENO_DIR) return DENO_DIR;
  if (Deno.build.os === "windows") return LOCALAPPDATA && `${LOCALAPPDATA}\\deno`;
  if (Deno.build.os === "darwin") return HOME && `${HOME}/Library/Caches/deno`;
  return XDG_CACHE_HOME ? `${XDG_CACHE_HOME}/deno` : HOME && `${HOME}/.cache/deno`;
}
