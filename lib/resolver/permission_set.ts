/**
 * What an entry point may touch, as one value.
 *
 * @module
 */

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

/** Whether a permission grants nothing, beside what all runs have. */
export function isNothing({ allow }: Grant): boolean {
  return allow === false || Array.isArray(allow) && allow.length === 0;
}
