/**
 * The permission set of an experiment as that of a Worker, which the compiled binary runs it in.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import { withoutDenied } from "./denials.ts";
import {
  type Grant,
  type PermissionName,
  permissionNames,
  type Permissions,
} from "../resolver/permission_set.ts";

/** What the Worker may touch: everything, nothing, or a list. */
export type WorkerPermissions = Readonly<Record<PermissionName, boolean | readonly string[]>>;

/** What a permission set means for one experiment in a Worker. */
export interface WorkerScope {
  readonly permissions: Permissions;
  /** The paths of the experiment folder: the real one, and that by which the user knows it. */
  readonly folders: readonly string[];
  /** The folder of the code where it is not the experiment folder, absolute. */
  readonly codeElsewhere?: string | undefined;
  /** What may be read however narrow reading is: the declared inputs; absolute. */
  readonly readable?: readonly string[] | undefined;
  /** What must be written for expyrun, absolute. */
  readonly written?: readonly string[] | undefined;
  /** Environment variables that must be read before the experiment begins. */
  readonly needed?: readonly string[] | undefined;
}

/**
 * The options of a Worker. Imports are local: the binary cannot fetch any.
 *
 * @throws {ExpyrunError} as {@linkcode refuseExceptions}
 */
export function workerPermissions(scope: WorkerScope): WorkerPermissions {
  const { permissions, folders, codeElsewhere = [] } = scope;
  const { readable = [], written = [], needed = [] } = scope;
  refuseExceptions(permissions);
  const allowed = (name: PermissionName) => withoutDenied(name, permissions[name]).allow;
  const env = allowed("env");
  return {
    read: amount(allowed("read"), folders.concat(codeElsewhere, readable)),
    write: amount(allowed("write"), allowed("write") === false ? written : folders),
    net: amount(allowed("net"), []),
    env: amount(env, Array.isArray(env) ? ["EXPYRUN_CWD", ...needed] : needed),
    sys: amount(allowed("sys"), []),
    run: amount(allowed("run"), []),
    ffi: amount(allowed("ffi"), []),
    import: false,
  };
}

/** `own` comes on top of what is said. */
function amount(allowed: Grant["allow"], own: readonly string[]): boolean | readonly string[] {
  if (allowed === true) return true;
  const list = [...allowed || [], ...own];
  return list.length > 0 ? list : false;
}

/**
 * A Worker knows no exceptions from what it is allowed. Granting what a configuration denies would
 * be wrong, and so would be denying what it grants.
 *
 * @param place where the set was configured, if it was
 * @throws {ExpyrunError} when the set denies a part of something
 */
export function refuseExceptions(permissions: Permissions, place?: Place): void {
  for (const name of permissionNames) {
    const { deny } = permissions[name];
    if (typeof deny === "boolean" || deny.length === 0) continue;
    throw new ExpyrunError({
      code: "launch",
      message: `Cannot deny "${name}" for ${deny.map((item) => `"${item}"`).join(", ")}: ` +
        `the runtime "embedded" knows no exceptions from what is allowed`,
      place,
      hint: "List only what is to be allowed, or use --runtime deno",
    });
  }
}
