/**
 * The way out of what the scope of an experiment refused, found in the last words of its process.
 *
 * @module
 */
import { relative, resolve } from "../path.ts";
import { ownedNames } from "../snapshotter/folder.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import type { Grant, PermissionName } from "./permissions.ts";

/**
 * The YAML line that would grant what the experiment was refused.
 *
 * @param stderrTail the end of what the experiment wrote to stderr
 * @returns nothing when no refusal is found
 */
export function permissionHint(stderrTail: string, record: RunRecord): string | undefined {
  const text = plain(stderrTail);
  const refusals = [...text.matchAll(refusal)];
  const last = refusals.at(-1);
  const symlink = text.lastIndexOf("requires unscoped --allow-read and --allow-write");
  if (symlink > (last?.index ?? -1)) return grantLine("write", "true");
  if (last?.groups === undefined) return undefined;
  const name = last.groups.name as PermissionName;
  const item = last.groups.item;
  if (name === "write" && item !== undefined && isSealed(item, record)) {
    return `The code copy and expyrun's own files stay as they are: write elsewhere in the experiment folder`;
  }
  if (name === "import") return unlocked;
  const { allow, deny } = record.permissions[name];
  if (isDenied(deny, item)) return `"${name}" is denied under __permissions__ of __run__`;
  return grantLine(
    name,
    item === undefined || item === "" ? "true" : list(allow, grantable(name, item, record.folder)),
  );
}

const refusal =
  /Requires (?<name>read|write|net|env|sys|run|ffi|import) access(?: to (?:"(?<item>[^\n]*?)"|<\w+>))?, (?:run again with the|specify the required permissions during compilation using `deno compile) --allow-/g;

const unlocked =
  "An experiment imports only what its lock holds: import it by a static import, or list it in " +
  `"imports" of deno.json, so that it is locked when the experiment is prepared`;

// deno-lint-ignore no-control-regex -- escape sequences are what is to be removed
const escapeSequence = /\x1b\[[0-9;]*m/g;

function plain(text: string): string {
  return text.replace(escapeSequence, "");
}

function grantLine(name: PermissionName, value: string): string {
  return `To allow it: __run__: { __permissions__: { ${name}: ${value} } }`;
}

function list(allow: Grant["allow"], item: string): string {
  const items = typeof allow === "boolean" ? [item] : [...new Set([...allow, item])];
  return `[${items.map(yamlWord).join(", ")}]`;
}

/**
 * What a list would have to hold. A port of 0 asks for any port: only the host can be granted. The
 * experiment means paths from its own folder, a list means them from the working directory.
 */
function grantable(name: PermissionName, item: string, folder: string): string {
  if (name === "net") return item.replace(/:0$/, "");
  return name === "read" || name === "write" ? resolve(folder, item) : item;
}

/** Text as an item of a YAML list in brackets, in quotes where it would be read as more than text. */
function yamlWord(text: string): string {
  const plain = /^[A-Za-z_/][\w./:@+-]*$/.test(text) && !text.endsWith(":");
  return plain && !/^(true|false|null|yes|no|on|off|[yn])$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function isDenied(deny: Grant["deny"], item: string | undefined): boolean {
  if (typeof deny === "boolean") return deny;
  return item !== undefined && deny.some((denied) => item === denied || item.startsWith(denied));
}

/** Whether a path, as the experiment named it, lies in what expyrun never lets it write. */
function isSealed(path: string, record: RunRecord): boolean {
  const [first] = inFolder(path, record.folder).split("/");
  return first !== undefined && (record.code.roots.includes(first) || ownedNames.has(first));
}

/** A path relative to the experiment folder, with `/`; relative ones start there. */
function inFolder(path: string, folder: string): string {
  const inside = path.startsWith("/") || /^[A-Za-z]:/.test(path) ? relative(folder, path) : path;
  return inside.replaceAll("\\", "/").replace(/^\.\//, "");
}

/**
 * The line of `__include__` that would have copied the module or file that was missing, or what to
 * do about an import that the lock does not hold.
 *
 * @param stderrTail the end of what the experiment wrote to stderr
 * @returns nothing when nothing was missing, or it is none of the code's
 */
export function importHint(stderrTail: string, record: RunRecord): string | undefined {
  const text = plain(stderrTail);
  if (record.runtime === "embedded" && notInstalled.test(text)) return uninstalled;
  if (notLocked.test(text)) return unlocked;
  if (record.code.mode === "original") return undefined;
  const module = includeLine(missingModule(text), record);
  if (module !== undefined) return module;
  const file = includeLine(missingFile(text), record);
  return file && `${file}; $EXPYRUN_CWD names the folder that the command was given in`;
}

function includeLine(path: string | undefined, { code }: RunRecord): string | undefined {
  if (path === undefined) return undefined;
  const inside = inFolder(path, code.root);
  if (inside === "" || inside.startsWith("..") || inside.startsWith("/")) return undefined;
  return `If it is part of the code, copy it too: __run__: { __include__: [${yamlWord(inside)}] }`;
}

const notInstalled =
  /Import "[^"\n]*" not a dependency|matching package for '|Module not found "(?:jsr|https?):/;

const uninstalled =
  "Install it into node_modules (`deno install` or `npm install`), or into a vendor " +
  "folder what comes from JSR or a URL; or use --runtime deno, which takes it from Deno's cache";

const notLocked =
  /The lockfile is out of date|but --no-remote is specified|but --no-npm is specified|^.*Import "[^"\n]*" not a dependency/m;

function missingModule(text: string): string | undefined {
  const url = [...text.matchAll(/Module not found "(file:\/\/[^"\n]+)"/g)].at(-1)?.[1];
  if (url === undefined) return undefined;
  const path = decodeURIComponent(new URL(url).pathname);
  return path.replace(/^\/(?=[A-Za-z]:)/, "");
}

function missingFile(text: string): string | undefined {
  const pattern =
    /(?:NotFound: |ENOENT: )[^\n]*?(?:readfile|open|stat|readdir|scandir) '([^'\n]+)'/g;
  return [...text.matchAll(pattern)].at(-1)?.[1];
}
