/**
 * Paths as messages show them.
 *
 * @module
 */
import { isAbsolute, relative } from "./path.ts";
import type { World } from "./world.ts";

/** Relative where it lies below the working directory: as the user would type it. */
export function shownPath(path: string, { cwd }: Pick<World, "cwd">): string {
  const inside = relative(cwd, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}
