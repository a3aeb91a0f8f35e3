/**
 * Paths that were misspelt.
 *
 * @module
 */
import { nearMiss } from "./errors.ts";
import { isThere, namesIn } from "./files.ts";
import { basename, dirname, join } from "./path.ts";

/**
 * What is there and was most likely meant, with each part of the path put right that leads nowhere;
 * nothing when unsure.
 *
 * @param path absolute
 */
export function nearPath(path: string): string | undefined {
  if (isThere(path)) return path;
  const above = dirname(path);
  const folder = above === path ? undefined : nearPath(above);
  if (folder === undefined) return undefined;
  const name = basename(path);
  const names = namesIn(folder);
  const meant = names.includes(name) ? name : nearMiss(name, names);
  return meant && join(folder, meant);
}

/** A hint that offers it. */
export function nearHint(path: string): string | undefined {
  const near = nearPath(path);
  return near && near !== path ? `Did you mean "${near}"?` : undefined;
}
