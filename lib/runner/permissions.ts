/**
 * What an entry point may touch, as one value; and that value as the flags of `deno run`.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";

/** The words of a permission set, as in deno.json. */
export type PermissionName = "read" | "write" | "net" | "env" | "sys" | "run" | "ffi" | "import";

/** The words, in the order in which they are written and shown. */
export const permissionNames: readonly PermissionName[] = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "ffi",
  "import",
];

/** One permission: everything, nothing, or a list; `deny` beats `allow`. */
export interface Grant {
  readonly allow: boolean | readonly string[];
  readonly deny: boolean | readonly string[];
}

/** What an entry point may touch, defaults included; paths are absolute. */
export type Permissions = Readonly<Record<PermissionName, Grant>>;

const everything: Grant = { allow: true, deny: [] };
const whatAnExperimentNeeds: Grant = { allow: [], deny: [] };

/**
 * The permission set of an experiment that asks for nothing.
 *
 * An empty list is not `false`: it stands for what every experiment needs, which depends on the
 * experiment (`write`: its folder; `import`: what its lock holds).
 */
export const defaultPermissions: Permissions = {
  read: everything,
  write: whatAnExperimentNeeds,
  net: whatAnExperimentNeeds,
  env: everything,
  sys: everything,
  run: whatAnExperimentNeeds,
  ffi: whatAnExperimentNeeds,
  import: whatAnExperimentNeeds,
};

/** What a permission set means for one experiment. */
export interface Scope {
  readonly permissions: Permissions;
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
  const { read, write, net, env, sys, run, ffi } = scope.permissions;
  const code = scope.codeElsewhere === undefined ? ["."] : [".", scope.codeElsewhere];
  const own = [...code, ...scope.readable ?? []];
  return [
    ...flags("read", withDefaults(read.allow || [], own), read.deny === true ? [] : read.deny),
    ...writeFlags(write, scope),
    ...flags("net", net.allow, net.deny),
    ...envFlags(env, scope.needed ?? []),
    ...flags("sys", sys.allow, sys.deny),
    ...flags("run", run.allow, run.deny),
    ...flags("ffi", ffi.allow, ffi.deny),
    ...importFlags(scope),
  ];
}

/** Whether nothing may be written but in the experiment folder, which is granted as `.`. */
export function grantsFolderOnly({ write: { allow } }: Permissions): boolean {
  return typeof allow === "boolean" ? !allow : allow.length === 0;
}

type Amount = Grant["allow"];

function withDefaults(amount: Amount, defaults: readonly string[]): Amount {
  return typeof amount === "boolean" && (amount || defaults[0] === ".")
    ? amount
    : [...defaults, ...(amount || [])];
}

function writeFlags({ allow, deny }: Grant, { sealed, written = [] }: Scope): string[] {
  // Nothing is allowed but what expyrun itself is owed: without a word, all else is denied.
  const nothing = allow === false || deny === true;
  if (nothing && written.length > 0) return flags("write", written, sealed);
  return flags("write", withDefaults(allow, ["."]), withDefaults(deny, sealed));
}

function envFlags({ allow, deny }: Grant, needed: readonly string[]): string[] {
  // Nothing is allowed but by name: without a word for them, all others are denied.
  if (needed.length > 0 && (allow === false || deny === true)) return flags("env", needed, []);
  if (typeof allow === "boolean") return flags("env", allow, deny);
  return flags("env", [...allow, "EXPYRUN_CWD", ...needed], deny);
}

/** The child must be told hosts: without a word, Deno allows imports from a list of its own. */
function importFlags({ permissions, lockedHosts }: Scope): string[] {
  const { allow, deny } = permissions.import;
  const hosts = withDefaults(allow || [], lockedHosts);
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
