/**
 * The values of a configuration. A node knows its kind, its place and what it replaced: this is
 * all that typing, messages and explanations need.
 *
 * Nodes are never changed once made; every stage answers with new ones where it differs. The same
 * node may stand at several paths (YAML aliases, references), so its place is where it was
 * written, not where it is used.
 *
 * @module
 */
import type { Place } from "../errors.ts";

/** What a scalar says, apart from its place. Integers beyond 2^53 are bigint. */
export type TypedValue =
  | { readonly type: "null"; readonly value: null }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "int"; readonly value: number | bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "string"; readonly value: string };

/** A single value. `10` and `10.0` differ by their type. */
export type Scalar =
  & {
    readonly kind: "scalar";
    readonly place: Place;
    /** The node that this one took the place of, by inheritance or override. */
    readonly replaced?: Node | undefined;
    /** What the value was made from, once resolved. */
    readonly links?: readonly Link[] | undefined;
    /** Where the value holds a secret: the text without it that files hold, and that resolves to it. */
    readonly written?: string | undefined;
  }
  & TypedValue;

/** A list of values, of any kind and depth. */
export interface List {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly place: Place;
  readonly replaced?: Node | undefined;
  readonly links?: readonly Link[] | undefined;
}

/** A mapping, in the order in which the keys were written. */
export interface Mapping {
  readonly kind: "mapping";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly place: Place;
  readonly replaced?: Node | undefined;
  readonly links?: readonly Link[] | undefined;
}

/** A key's place and its value. */
export interface Entry {
  readonly keyPlace: Place;
  readonly value: Node;
}

/** Any value of a configuration. */
export type Node = Scalar | List | Mapping;

/** What a resolved value was made from. */
export type Link =
  | {
    readonly kind: "environment";
    readonly name: string;
    readonly place: Place;
    /** Whether it is not defined. */
    readonly missing?: true | undefined;
  }
  | {
    readonly kind: "reference";
    readonly path: string;
    /** The resolved value that the reference names. */
    readonly target: Node;
    readonly place: Place;
  };

/** The kind of a node, as messages name it: `int`, `string`, `list`, `mapping`, ... */
export function kindOf(node: Node): string {
  return node.kind === "scalar" ? node.type : node.kind;
}

/** The kind of a node in a sentence: `an int`, `a list`, `null`. */
export function aKind(node: Node): string {
  const kind = kindOf(node);
  if (kind === "null") return kind;
  return kind === "int" ? `an ${kind}` : `a ${kind}`;
}

/** Text as messages quote it: not more of it than helps. */
export function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** The node that one segment of a path names below a node: a key, or a list's 0-based index. */
export function childOf(node: Node, segment: string): Node | undefined {
  if (node.kind === "mapping") return node.entries.get(segment)?.value;
  if (node.kind === "list" && /^(?:0|[1-9]\d*)$/.test(segment)) return node.items[Number(segment)];
  return undefined;
}

/** The node at a dotted path such as `training.layers.0`. */
export function nodeAt(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const segment of path.split(".")) {
    node = node && childOf(node, segment);
  }
  return node;
}

/** Every path below a node with its node, parents first. */
export function* pathsOf(node: Node, prefix = ""): Generator<[path: string, node: Node]> {
  if (node.kind === "scalar") return;
  const children: Iterable<[string | number, Node]> = node.kind === "list"
    ? node.items.entries()
    : [...node.entries].map(([key, entry]): [string, Node] => [key, entry.value]);
  for (const [segment, child] of children) {
    const path = prefix === "" ? String(segment) : `${prefix}.${segment}`;
    yield [path, child];
    yield* pathsOf(child, path);
  }
}

/**
 * The node with each scalar in it replaced.
 *
 * @param path of the node; `make` is told that of the scalar
 */
export function mapScalars(
  node: Node,
  path: string,
  make: (scalar: Scalar, path: string) => Node,
): Node {
  if (node.kind === "scalar") return make(node, path);
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item, i) => mapScalars(item, `${path}.${i}`, make)) };
  }
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    entries.set(key, { ...entry, value: mapScalars(entry.value, `${path}.${key}`, make) });
  }
  return { ...node, entries };
}
