/**
 * The way out of what the scope of an experiment refused, found in the last words of its process.
 *
 * @module
 */
import { nearMiss } from "../errors.ts";
import { isAbsolute, relative, resolve, slashed } from "../path.ts";
import { ownedNames } from "../snapshotter/folder.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import { isAmong } from "./denials.ts";
import type { Grant, PermissionName } from "../resolver/permission_set.ts";

/**
 * The YAML line that would grant what the experiment was refused.
 *
 * @param stderrTail the end of what the experiment wrote to stderr
 * @param folders the present paths of the experiment folder, the real one first
 * @returns nothing when no refusal is found
 */
export function permissionHint(
  stderrTail: string,
  record: RunRecord,
  folders: readonly string[],
): string | undefined {
  const text = plain(stderrTail);
  const refusals = [...text.matchAll(refusal)];
  const last = refusals.at(-1);
  const device = [...text.matchAll(deviceRefusal)].at(-1);
  if (device && device.index > (last?.index ?? -1)) return deviceHint(device[1]!);
  const symlink = text.lastIndexOf("requires unscoped --allow-read and --allow-write");
  const { write } = record.permissions;
  if (symlink > (last?.index ?? -1)) return grantLine("write", "true", write.deny);
  if (last?.groups === undefined) return undefined;
  const name = last.groups.name as PermissionName;
  const item = last.groups.item;
  if (name === "write" && item !== undefined && isSealed(item, record, folders)) {
    return `The code copy and expyrun's own files stay as they are: write elsewhere in the experiment folder`;
  }
  if (name === "import") return unlocked;
  const { allow, deny } = record.permissions[name];
  const wanted = item === undefined || item === "" ? undefined : grantable(name, item, folders[0]!);
  if (isDenied(name, deny, wanted)) return `"${name}" is denied under __permissions__ of __run__`;
  return grantLine(name, wanted === undefined ? "true" : list(wanted, allow), deny);
}

const refusal =
  /Requires (?<name>read|write|net|env|sys|run|ffi|import) access(?: to (?:"(?<item>[^\n]*?)"|<\w+>))?, (?:run again with the|specify the required permissions during compilation using `deno compile) --allow-/g;

const deviceRefusal = /Requires all access to "([^\n]*?)", /g;

/** Some files reach beyond every permission by themselves: a list cannot grant them. */
function deviceHint(path: string): string {
  if (/^\/(?:dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/.test(path)) {
    return "Read standard input by Deno.stdin: a path to it no permission grants";
  }
  if (/^\/dev\/(?:stdout|stderr|fd\/[12])$/.test(path)) {
    return "Write by console.log, Deno.stdout or Deno.stderr: a path to them no permission grants";
  }
  return `No permission of __permissions__ grants "${path}": Deno keeps it for --allow-all`;
}

const unlocked =
  "An experiment imports only what its lock holds: import it by a static import, or list it in " +
  `"imports" of deno.json, so that it is locked when the experiment is prepared`;

// deno-lint-ignore no-control-regex -- escape sequences are what is to be removed
const escapeSequence = /\x1b\[[0-9;]*m/g;

function plain(text: string): string {
  return text.replace(escapeSequence, "");
}

/** What is denied stays denied: written as the whole value, the line would lift it. */
function grantLine(name: PermissionName, allow: string, deny: Grant["deny"]): string {
  const exceptions = typeof deny === "boolean" || deny.length === 0 ? undefined : listed(deny);
  const value = exceptions === undefined ? allow : `{ allow: ${allow}, deny: ${exceptions} }`;
  return `To allow it: __run__: { __permissions__: { ${name}: ${value} } }`;
}

function list(item: string, allow: Grant["allow"]): string {
  return listed(typeof allow === "boolean" ? [item] : [...new Set([...allow, item])]);
}

function listed(items: readonly string[]): string {
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

function isDenied(name: PermissionName, deny: Grant["deny"], item: string | undefined): boolean {
  if (typeof deny === "boolean") return deny;
  return item !== undefined && isAmong(name, item, deny);
}

/** Whether a path, as the experiment named it, lies in what expyrun never lets it write. */
function isSealed(path: string, { code }: RunRecord, folders: readonly string[]): boolean {
  const first = inFolder(path, folders)?.split("/")[0];
  return first !== undefined && (code.roots.includes(first) || ownedNames.has(first));
}

/** A path relative to the experiment folder, with `/`; relative ones start there. */
function inFolder(path: string, folders: readonly string[]): string | undefined {
  const ways = isAbsolute(path) ? folders.map((folder) => relative(folder, path)) : [path];
  return ways.map((way) => way.replaceAll("\\", "/").replace(/^\.\//, ""))
    .find((way) => !/^(?:\.\.(?:\/|$)|\/|[A-Za-z]:)/.test(way));
}

/**
 * The line of `__include__` that would have copied the module or file that was missing, or what to
 * do about an import that the lock does not hold.
 *
 * @param stderrTail the end of what the experiment wrote to stderr
 * @param folders the present paths of the experiment folder
 * @returns nothing when nothing was missing, or it is none of the code's
 */
export function importHint(
  stderrTail: string,
  record: RunRecord,
  folders: readonly string[],
): string | undefined {
  const text = plain(stderrTail);
  if (record.runtime === "embedded" && notInstalled.test(text)) return uninstalled;
  if (notLocked.test(text)) return unlocked;
  if (record.code.mode === "original") return undefined;
  const missing = missingModule(text);
  const module = extensionHint(missing, record, folders) ?? moduleHint(missing, record, folders);
  if (module !== undefined) return module;
  const file = includeLine(missingFile(text), folders);
  return file && `${file}; $EXPYRUN_CWD names the folder that the command was given in`;
}

/** Other tools find `./data` where Deno wants `./data.ts`. */
function extensionHint(
  path: string | undefined,
  { code }: RunRecord,
  folders: readonly string[],
): string | undefined {
  const inside = path === undefined ? undefined : inFolder(path, folders);
  const meant = code.files.find(({ path }) =>
    path.startsWith(`${inside}.`) && /^\.(?:[cm]?[jt]sx?|json)$/.test(path.slice(inside!.length))
  );
  return meant && `Did you mean "${meant.path}"? Imports need the extension`;
}

/** In a folder that was copied a name is sooner misspelt than ignored. */
function moduleHint(
  path: string | undefined,
  record: RunRecord,
  folders: readonly string[],
): string | undefined {
  const words = [nearFile(path, record, folders), includeLine(path, folders)];
  return words.filter((word) => word !== undefined).join(" ") || undefined;
}

function nearFile(
  path: string | undefined,
  { code }: RunRecord,
  folders: readonly string[],
): string | undefined {
  const inside = path === undefined ? undefined : inFolder(path, folders);
  if (inside === undefined) return undefined;
  const beside = code.files.filter(({ path }) => slashed.dirname(path) === slashed.dirname(inside));
  const near = nearMiss(stem(inside), beside.map(({ path }) => stem(path)));
  const file = beside.find(({ path }) => stem(path) === near);
  return file && `Did you mean "${file.path}"?`;
}

function stem(path: string): string {
  return slashed.basename(path).replace(/\.[^.]+$/, "");
}

function includeLine(
  path: string | undefined,
  folders: readonly string[],
): string | undefined {
  const inside = path === undefined ? undefined : inFolder(path, folders);
  if (inside === undefined || inside === "") return undefined;
  return `If it is part of the code, copy it too: __run__: { __include__: [${yamlWord(inside)}] }`;
}

const notInstalled =
  /Import "[^"\n]*" not a dependency|matching package for '|Module not found "(?:npm|jsr|https?):/;

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
