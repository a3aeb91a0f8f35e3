/**
 * The path functions of this system, from @std/path.
 *
 * Not from `@std/path` itself, whose npm build asks `process.platform` for the system, nor from
 * `node:path`: either wakes Deno's whole layer for Node, which costs half of what starting Deno
 * costs.
 *
 * @module
 */
import * as posix from "@std/path/posix";
import * as windows from "@std/path/windows";

type Paths = typeof posix;

// Each function by itself: of a namespace that is handed on, a bundle holds all.
const isWindows = Deno.build.os === "windows";

/** The last part of a path. */
export const basename: Paths["basename"] = isWindows ? windows.basename : posix.basename;
/** A path without its last part. */
export const dirname: Paths["dirname"] = isWindows ? windows.dirname : posix.dirname;
/** The extension of a path, with its dot. */
export const extname: Paths["extname"] = isWindows ? windows.extname : posix.extname;
/** Whether a path starts at a root. */
export const isAbsolute: Paths["isAbsolute"] = isWindows ? windows.isAbsolute : posix.isAbsolute;
/** Paths one below the other, normalized. */
export const join: Paths["join"] = isWindows ? windows.join : posix.join;
/** The way from one absolute path to another. */
export const relative: Paths["relative"] = isWindows ? windows.relative : posix.relative;
/** An absolute path; later ones are taken from where earlier ones lead. */
export const resolve: Paths["resolve"] = isWindows ? windows.resolve : posix.resolve;
/** What separates the parts of a path. */
export const separator: string = isWindows ? windows.SEPARATOR : posix.SEPARATOR;
/** The absolute path of a `file:` URL. */
export const fromFileUrl: Paths["fromFileUrl"] = isWindows
  ? windows.fromFileUrl
  : posix.fromFileUrl;
/** The `file:` URL of an absolute path. */
export const toFileUrl: Paths["toFileUrl"] = isWindows ? windows.toFileUrl : posix.toFileUrl;

/** Paths with `/`, whatever the system: those of manifests and of the configuration. */
export const slashed: Pick<
  Paths,
  "basename" | "dirname" | "isAbsolute" | "join" | "normalize" | "relative"
> = {
  basename: posix.basename,
  dirname: posix.dirname,
  isAbsolute: posix.isAbsolute,
  join: posix.join,
  normalize: posix.normalize,
  relative: posix.relative,
};

/** The regular expression of a glob for paths with `/`: `*` and `?` stop at it, `**` does not. */
export const globToRegExp: Paths["globToRegExp"] = posix.globToRegExp;

/** A relative path with `/`, as this system writes it. */
export function nativePath(path: string): string {
  return isWindows ? path.replaceAll("/", separator) : path;
}
