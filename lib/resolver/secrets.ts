/**
 * Which environment variables hold secrets: their values reach the entry point and no file.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import { aKind, type Mapping, type Node, nodeAt } from "./node.ts";

/** Tells whether an environment variable of this name holds a secret. */
export type SecretRule = (name: string) => boolean;

/** How names end that are secret without being named. */
const endings = [
  "TOKEN",
  "SECRET",
  "PASSWORD",
  "PASSWD",
  "API_KEY",
  "ACCESS_KEY",
  "PRIVATE_KEY",
  "CREDENTIALS",
];

/** Nothing is a secret: what `__secrets__: none` says. */
const noSecrets: SecretRule = () => false;

/**
 * The rule for variables that a configuration names beside the usual endings.
 *
 * @param names variables that are secret whatever they are called
 *
 * @example
 * ```ts
 * import { secretRule } from "./secrets.ts";
 *
 * const isSecret = secretRule(["LICENSE"]);
 * console.assert(isSecret("LICENSE") && isSecret("HF_TOKEN") && !isSecret("HOME"));
 * ```
 */
export function secretRule(names: readonly string[] = []): SecretRule {
  const named = new Set(names);
  return (name) => {
    const upper = name.toUpperCase();
    return named.has(name) || endings.some((ending) => upper.endsWith(ending));
  };
}

/**
 * The rule that a configuration sets in `__run__.__secrets__`: `none`, or a list of names. It is
 * read before anything is resolved, as resolving needs it: its texts are taken as they stand.
 *
 * @throws {ExpyrunError} `section` when it is neither
 */
export function readSecretRule(config: Mapping): SecretRule {
  const node = nodeAt(config, "__run__.__secrets__");
  if (node === undefined || (node.kind === "scalar" && node.type === "null")) return secretRule();
  if (node.kind === "scalar" && node.value === "none") return noSecrets;
  if (node.kind !== "list") throw malformed(node, aKind(node));
  return secretRule(node.items.map(nameOf));
}

/**
 * The names that `__run__.__secrets__` lists, with their places: whoever wrote them knows what
 * repeating needs.
 */
export function namedSecrets(config: Mapping): ReadonlyMap<string, Place> {
  const node = nodeAt(config, "__run__.__secrets__");
  const items = node?.kind === "list" ? node.items : [];
  return new Map(items.map((item) => [nameOf(item), item.place]));
}

function nameOf(node: Node): string {
  if (node.kind !== "scalar" || node.type !== "string") throw malformed(node, aKind(node));
  const name = /^\$?([A-Za-z_][A-Za-z0-9_]*)$/.exec(node.value)?.[1];
  if (name === undefined) throw malformed(node, `"${node.value}", which is no name`);
  return name;
}

function malformed(node: Node, what: string): ExpyrunError {
  return new ExpyrunError({
    code: "section",
    message: `Cannot read "__secrets__": it holds ${what}`,
    place: node.place,
    hint: "Give a list of environment variables, such as [LICENSE_FILE], or none",
  });
}
