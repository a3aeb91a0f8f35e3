/**
 * The permission set of an experiment as the flags of `deno run`.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { resolve } from "../path.ts";
import {
  type Grant,
  type PermissionName,
  permissionNames,
  type Permissions,
} from "../resolver/permission_set.ts";
import { isInside, listOf, withoutDenied } from "./denials.ts";

/** What a permission set means for one experiment. */
export interface Scope {
  readonly permissions: Permissions;
  /** The paths of the experiment folder: the real one, and that by which the user knows it. */
  readonly folders: readonly string[];
  /** What granted and denied paths lead to, where that is elsewhere. */
  readonly realPaths?: ReadonlyMap<string, string> | undefined;
  /** The folder of the code where it is not the experiment folder, absolute. */
  readonly codeElsewhere?: string | undefined;
  /** What must never be written, relative to the experiment folder or absolute. */
  readonly sealed: readonly string[];
  /** The hosts that the lock holds modules of, as `host:port`. */
  readonly lockedHosts: readonly string[];
  /** What may be read however narrow reading is: declared inputs and dependencies; absolute. */
  readonly readable?: readonly string[] | undefined;
  /** What the child must write for expyrun, relative to the experiment folder. */
  readonly written?: readonly string[] | undefined;
  /** Environment variables that the child must read before the experiment begins. */
  readonly needed?: readonly string[] | undefined;
}

/**
 * The flags of `deno run` for a child whose working directory is the experiment folder.
 *
 * The folder is `.`: an absolute path that leads through a symbolic link would be refused where
 * the real one is meant.
 *
 * @throws {ExpyrunError} when a path holds a comma, which would split the flag
 */
export function permissionFlags(scope: Scope): string[] {
  const { read, write, net, env, sys, run, ffi, import: imports } = settled(scope);
  return [
    ...flags("read", withDefaults(read.allow, readByItself(scope)), read.deny),
    ...writeFlags(write, scope),
    ...flags("net", net.allow, net.deny),
    ...envFlags(env, scope.needed ?? []),
    ...flags("sys", sys.allow, sys.deny),
    ...flags("run", run.allow, run.deny),
    ...flags("ffi", ffi.allow, ffi.deny),
    ...importFlags(imports, scope.lockedHosts),
  ];
}

/** The permissions without what they both allow and deny. */
function settled({ permissions, folders, sealed, realPaths }: Scope): Permissions {
  const inFolders = folders.flatMap((folder) => sealed.map((path) => resolve(folder, path)));
  const entries = permissionNames.map((name): [PermissionName, Grant] => {
    const besides = name === "write" ? inFolders : [];
    return [name, withoutDenied(name, permissions[name], { besides, realPaths })];
  });
  return Object.fromEntries(entries) as Record<PermissionName, Grant>;
}

/** Whether nothing may be written but in the experiment folder, which is granted as `.`. */
export function grantsFolderOnly({ write }: Permissions): boolean {
  const { allow } = withoutDenied("write", write);
  return typeof allow === "boolean" ? !allow : allow.length === 0;
}

type Amount = Grant["allow"];

function withDefaults(amount: Amount, defaults: readonly string[]): Amount {
  return amount === true || [...defaults, ...amount || []];
}

/** What an experiment must read of itself, however narrow reading is. */
function readByItself({ permissions, codeElsewhere, readable = [], realPaths }: Scope): string[] {
  const { deny } = permissions.read;
  const code = codeElsewhere === undefined ? ["."] : [".", codeElsewhere];
  const denied = { allow: readable, deny: listOf(deny) };
  return [...code, ...listOf(withoutDenied("read", denied, { realPaths }).allow)];
}

function writeFlags({ allow, deny }: Grant, { folders, sealed, written = [] }: Scope): string[] {
  const denied = listOf(deny);
  // Where the folder lies in what is denied, it is not granted: as the longer path it would win.
  const isDenied = folders.some((folder) => denied.some((one) => isInside(folder, one)));
  const own = allow === false || isDenied ? written : ["."];
  return flags("write", withDefaults(allow, own), [...sealed, ...denied]);
}

function envFlags({ allow, deny }: Grant, needed: readonly string[]): string[] {
  // Nothing is allowed but by name: without a word for them, all others are denied.
  if (allow === false) return flags("env", needed, []);
  if (allow === true) return flags("env", allow, deny);
  return flags("env", [...allow, "EXPYRUN_CWD", ...needed], deny);
}

/** The child must be told hosts: without a word, Deno allows imports from a list of its own. */
function importFlags({ allow, deny }: Grant, lockedHosts: readonly string[]): string[] {
  const hosts = withDefaults(allow, lockedHosts);
  if (Array.isArray(hosts) && hosts.length === 0) return ["--allow-import", "--deny-import"];
  return flags("import", hosts, deny);
}

function flags(name: PermissionName, allow: Amount, deny: Amount): string[] {
  return [...flag(`--allow-${name}`, allow), ...flag(`--deny-${name}`, deny)];
}

function flag(flag: string, amount: Amount): string[] {
  if (typeof amount === "boolean") return amount ? [flag] : [];
  const comma = amount.find((item) => item.includes(","));
  if (comma !== undefined) {
    throw new ExpyrunError({
      code: "launch",
      message: `Cannot pass "${comma}" to Deno: a comma separates the items of ${flag}`,
      hint: "Rename it without a comma",
    });
  }
  return amount.length > 0 ? [`${flag}=${amount.join(",")}`] : [];
}

/**
 * The hosts that a deno.lock holds modules of, as `host:port`, sorted.
 *
 * @param lock the text of a deno.lock
 */
export function lockedHosts(lock: string): string[] {
  const { remote = {}, jsr } = JSON.parse(lock) as {
    remote?: Record<string, string>;
    jsr?: unknown;
  };
  const urls = Object.keys(remote);
  if (jsr !== undefined) urls.push("https://jsr.io/");
  return [...new Set(urls.map(hostOf))].sort();
}

function hostOf(address: string): string {
  const { host, port, protocol } = new URL(address);
  return port === "" ? `${host}:${protocol === "http:" ? 80 : 443}` : host;
}
