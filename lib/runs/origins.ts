/**
 * Where every value of a configuration came from, as plain values that outlive the files: this is
 * what `explain` shows, and what an experiment folder keeps.
 *
 * @module
 */
import type { Place, Source } from "../errors.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { childOf, type Link, type Mapping, type Node } from "../resolver/node.ts";
import type { SecretRule } from "../resolver/secrets.ts";
import { floatText } from "../resolver/text.ts";

/** Where a value was written: line and column are 1-based, columns count characters. */
export type OriginPlace =
  | { readonly file: string; readonly line: number; readonly column: number }
  | { readonly argument: number };

/** One of the places that set a key, with the value that it had there. */
export interface Origin {
  readonly place: OriginPlace;
  /** In one line of JSON, but `.nan`, `.inf` or `-.inf` where JSON lacks the number. */
  readonly value: string;
}

/** What a value was made from. */
export type OriginLink =
  | { readonly kind: "reference"; readonly path: string }
  /** Without the value when it is a secret, or not defined. */
  | {
    readonly kind: "environment";
    readonly name: string;
    readonly value?: string;
    readonly missing?: true;
  };

/** One value of a resolved configuration. */
export interface Explanation {
  readonly key: string;
  /** As {@linkcode Origin.value}, resolved. */
  readonly value: string;
  /** The winner first. */
  readonly chain: readonly Origin[];
  /** Of the winner. */
  readonly links: readonly OriginLink[];
}

/** What is explained. */
export interface Explained {
  /** Merged and overridden. */
  readonly raw: Mapping;
  readonly resolved: Mapping;
  /** The value of an environment variable. */
  readonly variable: (name: string) => string | undefined;
  readonly isSecret: SecretRule;
}

/** What an experiment folder keeps: the explanations of its configuration. */
export function originsJson(explanations: ReadonlyMap<string, Explanation>): string {
  const lines = [...explanations.values()].map((each) => `  ${JSON.stringify(each)}`);
  return `{"format": 1, "values": [\n${lines.join(",\n")}\n]}\n`;
}

/** The explanations that an experiment folder keeps; nothing when it has none that can be read. */
export async function readOrigins(
  folder: ExperimentFolder,
): Promise<Map<string, Explanation> | undefined> {
  try {
    const { format, values } = JSON.parse(await Deno.readTextFile(folder.origins));
    if (format !== 1) return undefined;
    return new Map((values as Explanation[]).map((each) => [each.key, each]));
  } catch {
    return undefined;
  }
}

/** A value on the walk, with the nodes that were written for it, the winner first. */
interface Spot {
  readonly key: string;
  readonly node: Node;
  readonly written: readonly Node[];
  /** Below a reference to a collection: the links of its parts, which are written nowhere. */
  readonly borrowed?: readonly Link[] | undefined;
}

/**
 * Explains every scalar, list and empty mapping of a configuration, by key, in the order of the
 * configuration; a list stands before its items.
 */
export function explainAll(explained: Explained): Map<string, Explanation> {
  const positions = new Map<Source, number[]>();
  const explanations = new Map<string, Explanation>();
  const visit = (spot: Spot) => {
    const children = childrenOf(spot);
    if (spot.node.kind !== "mapping" || children.length === 0) {
      explanations.set(spot.key, explanationOf(spot, explained, positions));
    }
    for (const child of children) visit(child);
  };
  const root: Spot = { key: "", node: explained.resolved, written: chainOf(explained.raw) };
  for (const child of childrenOf(root)) visit(child);
  return explanations;
}

function chainOf(node: Node | undefined): Node[] {
  const chain: Node[] = [];
  for (let at = node; at; at = at.replaced) chain.push(at);
  return chain;
}

function childrenOf(spot: Spot): Spot[] {
  const { node } = spot;
  if (node.kind === "scalar") return [];
  if (node.kind === "list") return node.items.map((item, i) => childSpot(spot, String(i), item));
  return Array.from(node.entries, ([name, { value }]) => childSpot(spot, name, value));
}

function childSpot({ key, node, written, borrowed }: Spot, name: string, child: Node): Spot {
  const [winner, ...others] = written;
  const isReference = winner?.kind === "scalar";
  return {
    key: key === "" ? name : `${key}.${name}`,
    node: child,
    written: isReference ? [winner, ...childrenNamed(name, others)] : childrenNamed(name, written),
    borrowed: isReference
      ? (borrowed ?? node.links ?? []).map((link) => below(link, name))
      : undefined,
  };
}

/** What was written for a child; what stands in a merged mapping stands in its parents, too. */
function childrenNamed(name: string, owners: readonly Node[]): Node[] {
  if (owners.length === 1) return chainOf(childOf(owners[0]!, name));
  const seen = new Map<string, Node>();
  for (const owner of owners) {
    for (const node of chainOf(childOf(owner, name))) {
      const at = identityOf(node.place);
      if (!seen.has(at)) seen.set(at, node);
    }
  }
  return [...seen.values()];
}

function identityOf(place: Place): string {
  return place.kind === "file" ? `${place.source.path}:${place.start}` : String(place.index);
}

function below(link: Link, name: string): Link {
  if (link.kind === "environment") return link;
  return {
    ...link,
    path: `${link.path}.${name}`,
    target: childOf(link.target, name) ?? link.target,
  };
}

function explanationOf(
  { key, node, written, borrowed }: Spot,
  explained: Explained,
  positions: Map<Source, number[]>,
): Explanation {
  return {
    key,
    value: shownValue(node),
    chain: written.map((node) => ({
      place: originPlace(node.place, positions),
      value: shownValue(node),
    })),
    links: (borrowed ?? node.links ?? []).map((link) => linkOf(link, explained)),
  };
}

function linkOf(link: Link, { variable, isSecret }: Explained): OriginLink {
  if (link.kind === "reference") return { kind: link.kind, path: link.path };
  const { kind, name, missing } = link;
  if (missing) return { kind, name, missing };
  const value = isSecret(name) ? undefined : variable(name);
  return value === undefined ? { kind, name } : { kind, name, value };
}

/** Like `position` of errors.ts, which counts from the start of the file: too slow for all keys. */
function originPlace(place: Place, positions: Map<Source, number[]>): OriginPlace {
  if (place.kind === "argument") return { argument: place.index + 1 };
  const { source, start } = place;
  let starts = positions.get(source);
  if (!starts) positions.set(source, starts = lineStarts(source.text));
  const line = lineOf(start, starts);
  const before = source.text.slice(starts[line], start);
  return { file: source.name, line: line + 1, column: [...before].length + 1 };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { 0: end, index } of text.matchAll(/\r\n?|\n/g)) starts.push(index + end.length);
  return starts;
}

/** The last line (0-based) that starts at or before an offset. */
function lineOf(offset: number, starts: readonly number[]): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A value in one line; see {@linkcode Origin.value}. Secrets stand as the names of variables. */
export function shownValue(node: Node): string {
  if (node.kind !== "scalar" || node.type !== "float" || node.written) return inside(node);
  if (Number.isFinite(node.value)) return floatText(node.value);
  return Number.isNaN(node.value) ? ".nan" : node.value > 0 ? ".inf" : "-.inf";
}

/** JSON lacks some numbers; inside of a collection they are null, so that it stays JSON. */
function inside(node: Node): string {
  if (node.kind === "list") return `[${node.items.map(inside).join(", ")}]`;
  if (node.kind === "mapping") {
    const pairs = Array.from(
      node.entries,
      ([key, { value }]) => `${JSON.stringify(key)}: ${inside(value)}`,
    );
    return `{${pairs.join(", ")}}`;
  }
  if (node.written !== undefined) return JSON.stringify(node.written);
  if (node.type === "string") return JSON.stringify(node.value);
  if (node.type !== "float") return String(node.value);
  return Number.isFinite(node.value) ? floatText(node.value) : "null";
}
