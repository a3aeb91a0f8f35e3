/**
 * The way out of what the scope of an experiment refused, found in the last words of its process.
 *
 * @module
 */
import { dirname, isAbsolute, resolve } from "../path.ts";
import { ownedNames } from "../snapshotter/folder.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import { isAmong } from "./denials.ts";
import { inFolder, plain, unlocked, yamlWord } from "./hint_text.ts";
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
  const { name, item } = last.groups;
  return refusalHint(name as PermissionName, item, record, folders);
}

function refusalHint(
  name: PermissionName,
  item: string | undefined,
  record: RunRecord,
  folders: readonly string[],
): string {
  if (name === "write" && item !== undefined && isSealed(item, record, folders)) {
    return `The code copy and expyrun's own files stay as they are: write elsewhere in the experiment folder`;
  }
  if (name === "import") return unlocked;
  const { allow, deny } = record.permissions[name];
  const wanted = grantable(name, item, folders[0]!);
  if (isDenied(name, deny, wanted)) return `"${name}" is denied under __permissions__ of __run__`;
  const misled = (name === "write" || name === "read") && item && ungrantable(item, folders);
  if (misled) return misled;
  const line = grantLine(name, wanted === undefined ? "true" : list(wanted, allow), deny);
  // What writes one file most often writes another one beside it.
  const isFile = name === "write" && item && wanted === resolve(folders[0]!, item);
  return isFile ? `${line}, or its folder` : line;
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
 * What a list would have to hold; nothing where only all can be granted. A port of 0 asks for any
 * port: only the host can be granted. The experiment means paths from its own folder, a list means
 * them from the working directory. A library by its mere name is one that the system searches for.
 */
function grantable(
  name: PermissionName,
  item: string | undefined,
  folder: string,
): string | undefined {
  if (item === undefined || item === "") return undefined;
  if (name === "net") return item.replace(/:0$/, "");
  if (name === "ffi") return /[/\\]/.test(item) ? item : undefined;
  if (name !== "read" && name !== "write") return item;
  return withoutComma(resolve(folder, item));
}

/** No list may name a path with a comma, but the folder that it lies in. */
function withoutComma(path: string): string {
  return path.includes(",") ? withoutComma(dirname(path)) : path;
}

/** Why no list can hold a path, where that is so. */
function ungrantable(item: string, folders: readonly string[]): string | undefined {
  const inside = inFolder(item, folders);
  if (inside === "" || inside === ".") {
    return "The experiment folder itself stays where it is: change what lies in it";
  }
  // In its own folder an experiment may write: the path was meant from another one.
  if (inside === undefined || isAbsolute(item)) return undefined;
  return `"${item}" is meant from where the experiment went by Deno.chdir: grant it by its absolute path`;
}

function isDenied(name: PermissionName, deny: Grant["deny"], item: string | undefined): boolean {
  if (typeof deny === "boolean") return deny;
  return item !== undefined && isAmong(name, item, deny);
}

/** Whether a path, as the experiment named it, lies in what expyrun never lets it write. */
function isSealed(path: string, { code }: RunRecord, folders: readonly string[]): boolean {
  const first = inFolder(path, folders)?.split("/")[0];
  return first !== undefined &&
    (code.roots.some((root) => root.split("/")[0] === first) || ownedNames.has(first));
}
