/**
 * Where every value of a configuration came from, as plain values that outlive the files: this is
 * what `explain` shows, and what an experiment folder keeps.
 *
 * @module
 */
import type { Place, Source } from "../errors.ts";
import { childOf, type Link, type Mapping, type Node, type Scalar } from "../resolver/node.ts";
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

/** A value on the walk, with the nodes that were written for it, the winner first. */
interface Spot {
  /** The last segment of its path. */
  readonly key: string;
  readonly node: Node;
  readonly written: readonly Node[];
  /** Below a reference to a collection: the links of its parts, which are written nowhere. */
  readonly borrowed?: readonly Link[] | undefined;
}

/** An answer on its way. */
interface Writing extends Explained {
  readonly files: Map<Source, number>;
  readonly positions: Map<Source, Positions>;
  /** The place that was written last: most stand in the same line, or in the next. */
  file: number;
  line: number;
  column: number;
}

/**
 * Where every value came from, as the text that an experiment folder keeps; {@linkcode parseOrigins}
 * reads it. It has the shape of the configuration, and stays about as large: whatever can be told
 * from what stands before is left out. Per value:
 *
 *     {"key": VALUE, ...}                 a mapping that is not empty
 *     [WHAT, ORIGIN..., [LINK...]]        a scalar, a list of values, or {}; the winner first
 *
 * WHAT is a list of values or a scalar; a number that JSON lacks is `{"text": ".nan"}`. An ORIGIN is
 * a place, followed by its value where that is not WHAT: text as it stands, anything else as
 * `{"text": "[1, 2]"}`. A place is `{"argument": 2}`, or in a file, seen from the place before: so
 * many columns further in its line, or `[COLUMN, LINES]` or `[COLUMN, LINES, FILE]` so many lines
 * further. A LINK is the path of a reference,
 * or an object that tells of a variable.
 */
export function originsJson(explained: Explained): string {
  const writing: Writing = {
    ...explained,
    files: new Map(),
    positions: new Map(),
    file: 0,
    line: 0,
    column: 0,
  };
  const root: Spot = { key: "", node: explained.resolved, written: chainOf(explained.raw) };
  const lines = childrenOf(root).map((child) => entryText(child, writing));
  const files = JSON.stringify(Array.from(writing.files.keys(), ({ name }) => name));
  return `{"format":2,"files":${files},"values":{\n${lines.join(",\n")}\n}}\n`;
}

function entryText(spot: Spot, writing: Writing): string {
  return `${JSON.stringify(writtenKey(spot.key))}:${valueText(spot, writing)}`;
}

/** JavaScript puts keys that are integers first; behind a mark they keep their order. */
function writtenKey(key: string): string {
  return /^(?:=|[0-9]+$)/.test(key) ? `=${key}` : key;
}

/** The key that stands as another one in the text. */
export function readKey(written: string): string {
  return written.startsWith("=") ? written.slice(1) : written;
}

function valueText(spot: Spot, writing: Writing): string {
  const { node } = spot;
  if (node.kind === "mapping" && node.entries.size > 0) {
    return `{${childrenOf(spot).map((child) => entryText(child, writing)).join(",")}}`;
  }
  const what = node.kind === "scalar"
    ? scalarText(node)
    : node.kind === "mapping"
    ? "{}"
    : `[${childrenOf(spot).map((child) => valueText(child, writing)).join(",")}]`;
  let text = `[${what}`;
  for (const origin of spot.written) {
    text += `,${placeText(origin.place, writing)}`;
    if (!isSame(origin, node)) text += `,${originValue(origin)}`;
  }
  const links = spot.borrowed ?? node.links ?? [];
  if (links.length === 0) return `${text}]`;
  return `${text},[${links.map((link) => linkText(link, writing)).join(",")}]]`;
}

function scalarText(node: Scalar): string {
  const text = shownValue(node);
  return node.type === "float" && text.includes("n") ? JSON.stringify({ text }) : text;
}

function originValue(node: Node): string {
  const isText = node.kind === "scalar" && node.type === "string" && node.written === undefined;
  return isText ? JSON.stringify(node.value) : JSON.stringify({ text: shownValue(node) });
}

/** Whether both are shown alike. */
function isSame(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.kind === "scalar" && b.kind === "scalar") {
    return a.type === b.type && Object.is(a.value, b.value) && a.written === b.written;
  }
  if (a.kind === "list" && b.kind === "list") {
    return a.items.length === b.items.length &&
      a.items.every((item, i) => isSame(item, b.items[i]!));
  }
  if (a.kind !== "mapping" || b.kind !== "mapping") return false;
  return shownValue(a) === shownValue(b);
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

function childSpot({ node, written, borrowed }: Spot, name: string, child: Node): Spot {
  const [winner, ...others] = written;
  const isReference = winner?.kind === "scalar";
  return {
    key: name,
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

function linkText(link: Link, { variable, isSecret }: Explained): string {
  if (link.kind === "reference") return JSON.stringify(link.path);
  const { name, missing } = link;
  const value = missing || isSecret(name) ? undefined : variable(name);
  return JSON.stringify({ name, missing, value });
}

function placeText(place: Place, writing: Writing): string {
  if (place.kind === "argument") return `{"argument":${place.index + 1}}`;
  const { source, start } = place;
  const { line, column } = positionIn(source, start, writing);
  const file = numberOf(source, writing);
  const lines = line - writing.line;
  const columns = column - writing.column;
  const isSameFile = file === writing.file;
  Object.assign(writing, { file, line, column });
  if (!isSameFile) return `[${column},${lines},${file}]`;
  return lines === 0 ? String(columns) : `[${column},${lines}]`;
}

function numberOf(source: Source, { files }: Writing): number {
  const known = files.get(source);
  if (known !== undefined) return known;
  files.set(source, files.size);
  return files.size - 1;
}

/** Of a text: where its lines begin, and where characters stand that take two UTF-16 units. */
interface Positions {
  readonly lines: readonly number[];
  readonly wide: readonly number[];
}

/** Like `position` of errors.ts, which counts from the start of the file: too slow for all keys. */
function positionIn(source: Source, start: number, { positions }: Writing) {
  let known = positions.get(source);
  if (!known) {
    const { text } = source;
    const wide = text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g);
    known = { lines: lineStarts(text), wide: Array.from(wide, ({ index }) => index) };
    positions.set(source, known);
  }
  const line = countUpTo(start, known.lines);
  const begin = known.lines[line - 1]!;
  const wide = countUpTo(start - 1, known.wide) - countUpTo(begin - 1, known.wide);
  return { line, column: start - begin - wide + 1 };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { 0: end, index } of text.matchAll(/\r\n?|\n/g)) starts.push(index + end.length);
  return starts;
}

/** How many of the ascending offsets are not beyond one. */
function countUpTo(offset: number, ascending: readonly number[]): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A value in one line; see {@linkcode Origin.value}. Secrets stand as the names of variables. */
function shownValue(node: Node): string {
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
