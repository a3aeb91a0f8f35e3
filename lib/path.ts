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

const system: Paths = Deno.build.os === "windows" ? windows : posix;

/** The last part of a path. */
export const basename: Paths["basename"] = system.basename;
/** A path without its last part. */
export const dirname: Paths["dirname"] = system.dirname;
/** The extension of a path, with its dot. */
export const extname: Paths["extname"] = system.extname;
/** Whether a path starts at a root. */
export const isAbsolute: Paths["isAbsolute"] = system.isAbsolute;
/** Paths one below the other, normalized. */
export const join: Paths["join"] = system.join;
/** The way from one absolute path to another. */
export const relative: Paths["relative"] = system.relative;
/** An absolute path; later ones are taken from where earlier ones lead. */
export const resolve: Paths["resolve"] = system.resolve;
/** What separates the parts of a path. */
export const separator: string = system.SEPARATOR;
/** The absolute path of a `file:` URL. */
export const fromFileUrl: Paths["fromFileUrl"] = system.fromFileUrl;
/** The `file:` URL of an absolute path. */
export const toFileUrl: Paths["toFileUrl"] = system.toFileUrl;

/** Paths with `/`, whatever the system: those of manifests and of the configuration. */
export const slashed: Pick<
  Paths,
  "basename" | "dirname" | "isAbsolute" | "join" | "normalize" | "relative"
> = posix;

/** The regular expression of a glob for paths with `/`: `*` and `?` stop at it, `**` does not. */
export const globToRegExp: Paths["globToRegExp"] = posix.globToRegExp;
