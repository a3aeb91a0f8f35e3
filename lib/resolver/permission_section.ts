/**
 * `__permissions__`: the words and values of a deno.json permission set become one full record.
 *
 * @module
 */
import { resolve } from "../path.ts";
import { didYouMean, ExpyrunError, type Place } from "../errors.ts";
import { warnOfTilde } from "./tilde.ts";
import type { World } from "../world.ts";
import { aKind, type Mapping, type Node } from "./node.ts";
import { itemProblem } from "./permission_item.ts";
import {
  defaultPermissions,
  type Grant,
  type PermissionName,
  permissionNames,
  type Permissions,
} from "./permission_set.ts";

const hint = "Write all, or words such as { net: [example.com], run: [git] }";

/**
 * Reads the permissions, defaults included.
 *
 * @param node the resolved value of `__permissions__`, if there is one
 * @throws {ExpyrunError} `section`: an unknown word, or a value that is none
 */
export function readPermissions(node: Node | undefined, world: World): Permissions {
  if (!node || (node.kind === "scalar" && node.type === "null")) return defaultPermissions;
  if (node.kind === "scalar" && node.value === "all") return record(() => grant(true));
  if (node.kind !== "mapping") {
    const shown = node.kind === "scalar" ? `"${node.value}"` : `a ${node.kind}`;
    throw failure(`${shown} is no permission set`, node.place, hint);
  }
  checkWords(node);
  return record((name) => {
    const value = node.entries.get(name)?.value;
    return value ? readGrant(name, value, world) : defaultPermissions[name];
  });
}

function record(grantOf: (name: PermissionName) => Grant): Permissions {
  return Object.fromEntries(permissionNames.map((name) => [name, grantOf(name)])) as Record<
    PermissionName,
    Grant
  >;
}

function grant(allow: Grant["allow"], deny: Grant["deny"] = []): Grant {
  return { allow, deny };
}

function checkWords(node: Mapping): void {
  for (const [word, { keyPlace }] of node.entries) {
    if (permissionNames.some((name) => name === word)) continue;
    throw failure(`unknown word "${word}"`, keyPlace, didYouMean(word, permissionNames));
  }
}

function readGrant(name: PermissionName, node: Node, world: World): Grant {
  if (node.kind !== "mapping") return grant(readAmount(name, node, world));
  for (const [word, { keyPlace }] of node.entries) {
    if (word === "allow" || word === "deny") continue;
    throw failure(`unknown word "${word}"`, keyPlace, didYouMean(word, ["allow", "deny"]));
  }
  const allow = node.entries.get("allow")?.value;
  const deny = node.entries.get("deny")?.value;
  return grant(
    allow ? readAmount(name, allow, world) : defaultPermissions[name].allow,
    deny ? readAmount(name, deny, world) : [],
  );
}

/** A list is what is added to the default, where that is an empty list; elsewhere it replaces. */
function readAmount(name: PermissionName, node: Node, world: World): Grant["allow"] {
  if (node.kind === "scalar" && node.type === "bool") return node.value;
  if (node.kind === "list") return node.items.map((item) => readItem(name, item, world));
  throw failure(
    `"${name}" is ${aKind(node)}, not true, false or a list`,
    node.place,
    `Write ${name}: true, ${name}: false or ${name}: [...]`,
  );
}

function readItem(name: PermissionName, item: Node, world: World): string {
  if (item.kind !== "scalar" || item.type !== "string" || item.value === "") {
    const shown = item.kind === "scalar" ? `"${item.value ?? "null"}"` : `a ${item.kind}`;
    throw failure(`${shown} is no item of "${name}"`, item.place, "Give text, in quotes");
  }
  const isPath = isPermissionPath(name, item.value);
  if (isPath) warnOfTilde(item.value, "__permissions__", item.place, world);
  const text = isPath ? resolve(world.cwd, item.value) : item.value;
  if (text.includes(",")) {
    const reason = `"${text}" holds a comma, which separates permissions`;
    throw failure(reason, item.place, "Rename it without a comma, or grant the folder above it");
  }
  const problem = itemProblem(name, item.value);
  if (problem) throw failure(problem.reason, item.place, problem.hint);
  return text;
}

/** Whether an item is a path, which starts at the working directory. Programs may be bare names. */
export function isPermissionPath(name: string, item: string): boolean {
  if (name === "run") return item.includes("/");
  return name === "read" || name === "write" || name === "ffi";
}

function failure(reason: string, place: Place, hint?: string): ExpyrunError {
  const message = `Cannot read "__permissions__": ${reason}`;
  return new ExpyrunError({ code: "section", message, place, hint });
}
