/**
 * What hints are made of.
 *
 * @module
 */
import { isAbsolute, relative } from "../path.ts";

// deno-lint-ignore no-control-regex -- escape sequences are what is to be removed
const escapeSequence = /\x1b\[[0-9;]*m/g;

/** Text without what colours it. */
export function plain(text: string): string {
  return text.replace(escapeSequence, "");
}

/** Text as an item of a YAML list in brackets, in quotes where it would be read as more than text. */
export function yamlWord(text: string): string {
  const plain = /^[A-Za-z_/][\w./:@+-]*$/.test(text) && !text.endsWith(":");
  return plain && !/^(true|false|null|yes|no|on|off|[yn])$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** A path relative to the experiment folder, with `/`; relative ones start there. */
export function inFolder(path: string, folders: readonly string[]): string | undefined {
  const ways = isAbsolute(path) ? folders.map((folder) => relative(folder, path)) : [path];
  return ways.map((way) => way.replaceAll("\\", "/").replace(/^\.\//, ""))
    .find((way) => !/^(?:\.\.(?:\/|$)|\/|[A-Za-z]:)/.test(way));
}

/** The way out of an import that the lock does not hold. */
export const unlocked =
  "An experiment imports only what its lock holds: import it by a static import, or list it in " +
  `"imports" of deno.json, so that it is locked when the experiment is prepared`;
