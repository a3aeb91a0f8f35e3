/**
 * A configuration as JSON: for the entry point, and for programs that ask.
 *
 * @module
 */
import type { Mapping, Node, Scalar } from "./node.ts";

/** Keys of the root that configure expyrun, not the experiment. */
const undelivered = new Set([
  "__run__",
  "__sweep__",
  "__slurm__",
  "__default__",
  "__new_key_policy__",
]);

type Special = [path: (string | number)[], kind: string, text: string];

/**
 * What the entry point gets, as JSON: `{"config": ..., "special": [[path, kind, text], ...]}`.
 *
 * Values that JSON lacks stand as null in `config`; `special` lists them with their path (keys
 * and 0-based indexes) and one of the kinds `nan`, `inf`, `-inf`, `-0`, `bigint` (with its digits
 * as text).
 *
 * @param config resolved
 * @param secrets `told`, as the entry point needs them, or `named`, as files hold them
 */
export function deliverable(config: Mapping, secrets: "told" | "named" = "told"): string {
  const special: Special[] = [];
  const path: (string | number)[] = [];
  const write = (node: Node): string =>
    jsonWith(node, path, (scalar) => {
      const { written } = scalar;
      if (secrets === "named" && written !== undefined) return JSON.stringify(written);
      const kind = specialKind(scalar);
      if (kind === undefined) return JSON.stringify(scalar.value);
      special.push([[...path], kind, kind === "bigint" ? String(scalar.value) : ""]);
      return "null";
    });
  const entries = new Map([...config.entries].filter(([key]) => !undelivered.has(key)));
  return `{"config":${write({ ...config, entries })},"special":${JSON.stringify(special)}}`;
}

/**
 * The configuration as one line of JSON; what JSON lacks (`.nan`, `.inf`) becomes null, and secrets
 * stand as the names of their variables.
 */
export function jsonOf(config: Mapping): string {
  return jsonWith(
    config,
    [],
    ({ value, written }) =>
      typeof value === "bigint" && written === undefined
        ? String(value)
        : JSON.stringify(written ?? value),
  );
}

function specialKind({ value }: Scalar): string | undefined {
  if (typeof value === "bigint") return "bigint";
  if (typeof value !== "number") return undefined;
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : undefined;
}

function jsonWith(
  node: Node,
  path: (string | number)[],
  scalar: (node: Scalar) => string,
): string {
  if (node.kind === "scalar") return scalar(node);
  const parts: string[] = [];
  const write = (segment: string | number, child: Node): string => {
    path.push(segment);
    const text = jsonWith(child, path, scalar);
    path.pop();
    return text;
  };
  if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) parts.push(write(index, item));
    return `[${parts.join(",")}]`;
  }
  for (const [key, { value }] of node.entries) {
    parts.push(`${JSON.stringify(key)}:${write(key, value)}`);
  }
  return `{${parts.join(",")}}`;
}
