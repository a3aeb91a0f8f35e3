/**
 * How paths are shown.
 *
 * @module
 */
import { basename, isAbsolute, relative } from "../path.ts";
import type { World } from "../world.ts";

/** Relative when it lies below the working directory: as the user would type it. */
export function shownPath(path: string, { cwd }: World): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside || basename(path);
}
