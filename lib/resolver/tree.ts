/**
 * Events of the YAML parser become nodes, each with its place. Every limit on what a document may
 * hold is kept here, by counting before building.
 *
 * @module
 */
import { EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";
import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from "js-yaml";
import type { ExpyrunError, FilePlace, Problem, Source } from "../errors.ts";
import type { Entry, List, Mapping, Node, Scalar, TypedValue } from "./node.ts";
import { isAmbiguous, isCommitLike, readPlain } from "./scalar.ts";
import {
  ambiguity,
  ambiguousKey,
  bareReference,
  depthLimit,
  expansionLimit,
  failure,
  sizeLimitMiB,
  tightColon,
  tooDeep,
} from "./syntax.ts";
import { type Tagged, tagOf, typed, unknownTag } from "./tags.ts";

interface Anchor {
  /** Nothing while the node is still open: an alias to it would hold itself. */
  node?: Node;
  weight: number;
  depth: number;
  /** How many characters it holds, once an alias asked. */
  text?: number;
}

interface Frame {
  readonly kind: "mapping" | "list";
  readonly event: MappingEvent | SequenceEvent;
  readonly anchor: Anchor | undefined;
  readonly entries: Map<string, Entry>;
  readonly items: Node[];
  readonly merges: Mapping[];
  key: string | undefined;
  keyPlace: FilePlace | undefined;
  keyMerges: boolean;
  weight: number;
  depth: number;
}

interface Tree extends Tagged {
  readonly warn: (problem: Problem) => void;
  readonly prefixes: Map<string, string>;
  readonly anchors: Map<string, Anchor>;
  readonly frames: Frame[];
  /** Whether keys may be paths, dots included, everywhere. */
  readonly pathKeys: boolean;
  root: Node | undefined;
  /** Where the last finished node ends: collections have no end in the events. */
  end: number;
  expanded: number;
  expandedText: number;
}

/**
 * Builds the nodes of one document.
 *
 * @param events the events of a single document
 * @param warn takes the warnings about text that YAML 1.1 tools read as something else
 * @param pathKeys whether keys may be paths such as `training.lr`, as they may below `__sweep__`
 * @returns the root; nothing for a document without content
 * @throws {ExpyrunError} `syntax`, at the place of what cannot be read
 */
export function buildTree(
  events: readonly Event[],
  source: Source,
  warn: (problem: Problem) => void,
  pathKeys = false,
): Node | undefined {
  const tree: Tree = {
    source,
    warn,
    prefixes: new Map([["!", "!"], ["!!", "tag:yaml.org,2002:"]]),
    anchors: new Map(),
    frames: [],
    pathKeys,
    root: undefined,
    end: 0,
    expanded: 0,
    expandedText: 0,
  };
  for (const event of events) take(tree, event);
  return tree.root;
}

function take(tree: Tree, event: Event): void {
  switch (event.type) {
    case EVENT_ID.DOCUMENT:
      for (const directive of event.directives) {
        if (directive.kind === "tag") tree.prefixes.set(directive.handle, directive.prefix);
      }
      return;
    case EVENT_ID.SCALAR:
      return takeScalar(tree, event);
    case EVENT_ID.MAPPING:
      return open(tree, "mapping", event);
    case EVENT_ID.SEQUENCE:
      return open(tree, "list", event);
    case EVENT_ID.ALIAS:
      return takeAlias(tree, event.anchorStart, event.anchorEnd);
    case EVENT_ID.POP:
      return close(tree);
  }
}

function takeScalar(tree: Tree, event: ScalarEvent): void {
  const frame = tree.frames.at(-1);
  const text = getScalarValue(tree.source.text, event);
  const place = scalarPlace(tree, event, frame);
  const awaitsKey = frame?.kind === "mapping" && frame.key === undefined;
  if (awaitsKey) {
    if (event.tagStart >= 0) typed(tree, event, text, place);
    const merges = text === "<<" && event.style === SCALAR_STYLE.PLAIN;
    const isPlain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
    if (!merges && isPlain && isAmbiguousKey(text)) {
      tree.warn(ambiguousKey(text, place));
    }
    takeKey(tree, frame, text, place, merges);
    if (event.anchorStart >= 0) storeKey(tree, event, text, place);
    return;
  }
  const node = scalarNode(typed(tree, event, text, place), place);
  const isPlain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
  if (isPlain && (isAmbiguous(node.type, text) || isCommitLike(node.type, text))) {
    tree.warn(ambiguity(node, text, place));
  }
  const anchor = anchorOf(tree, event);
  if (anchor) anchor.node = node;
  add(tree, node, 1, 0);
}

function storeKey(tree: Tree, event: ScalarEvent, text: string, place: FilePlace): void {
  anchorOf(tree, event)!.node = scalarNode(typed(tree, event, text, place), place);
}

/** Spelled out: spreading the value costs a third of the time of building a tree. */
function scalarNode({ type, value }: TypedValue, place: FilePlace): Scalar {
  return { kind: "scalar", place, type, value } as Scalar;
}

function scalarPlace(tree: Tree, event: ScalarEvent, frame: Frame | undefined): FilePlace {
  const { valueStart, valueEnd, style } = event;
  if (valueStart < 0) return emptyPlace(tree, event, frame);
  if (style === SCALAR_STYLE.PLAIN) return placeAt(tree, valueStart, valueEnd);
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) {
    return placeAt(tree, valueStart - 1, valueEnd + 1);
  }
  // A block scalar: from its first character on, its indentation aside.
  let start = valueStart;
  while (start < valueEnd && " \n\r".includes(tree.source.text[start]!)) start++;
  return placeAt(tree, start, Math.max(start, valueEnd));
}

/** A value that was left out stands where its key does. */
function emptyPlace(tree: Tree, event: ScalarEvent, frame: Frame | undefined): FilePlace {
  if (event.tagStart >= 0) return placeAt(tree, event.tagStart, event.tagEnd);
  if (frame?.keyPlace) return frame.keyPlace;
  return placeAt(tree, tree.end, tree.end);
}

function placeAt(tree: Tree, start: number, end: number): FilePlace {
  return { kind: "file", source: tree.source, start, end };
}

function anchorOf(
  tree: Tree,
  event: ScalarEvent | MappingEvent | SequenceEvent,
): Anchor | undefined {
  if (event.anchorStart < 0) return undefined;
  const anchor: Anchor = { weight: 1, depth: 0 };
  tree.anchors.set(tree.source.text.slice(event.anchorStart, event.anchorEnd), anchor);
  return anchor;
}

function takeKey(
  tree: Tree,
  frame: Frame,
  key: string,
  place: FilePlace,
  merges: boolean,
): void {
  frame.key = key;
  frame.keyPlace = place;
  frame.keyMerges = merges;
  tree.end = place.end;
  if (merges) return;
  if (key.includes(".") && !mayHoldPaths(tree)) {
    // Plain, in braces: a key that is quoted, or stands on a line, is meant as it is.
    const isInBraces = tree.source.text[frame.event.start] === "{" &&
      place.end - place.start === key.length;
    const [, name, value] = isInBraces && /^([A-Za-z_]\w*):([^/\\]+)$/.exec(key) || [];
    const hint = value
      ? `Put a space behind the colon: ${name}: ${value}`
      : "A dot separates the keys of a path; nest mappings, or use another character";
    throw failure(`the key "${key}" holds a dot`, place, tree.source, hint);
  }
  const first = frame.entries.get(key);
  if (first) {
    const notes = [{ message: "it first stands here", place: first.keyPlace }];
    const hint = "Remove one of the two";
    throw failure(`the key "${key}" stands twice`, place, tree.source, hint, notes);
  }
}

/** What a sweep varies is named by its path. */
function mayHoldPaths({ frames, pathKeys }: Tree): boolean {
  return pathKeys || frames.length > 1 && frames[0]!.key === "__sweep__";
}

function takeAlias(tree: Tree, start: number, end: number): void {
  const name = tree.source.text.slice(start, end);
  const place = placeAt(tree, start - 1, end);
  const anchor = tree.anchors.get(name);
  if (!anchor) throw failure(`no anchor "&${name}" before this alias`, place, tree.source);
  if (!anchor.node) {
    const hint = "A configuration is a tree; no value may hold itself";
    throw failure(`the alias "*${name}" stands inside what it names`, place, tree.source, hint);
  }
  tree.expanded += anchor.weight;
  if (tree.expanded > expansionLimit) {
    const hint = "Write fewer aliases of aliases";
    throw failure("its aliases stand for more than 1000000 values", place, tree.source, hint);
  }
  tree.expandedText += anchor.text ??= lengthOf(anchor.node);
  if (tree.expandedText > sizeLimitMiB * 2 ** 20) {
    const reason = `its aliases stand for more than ${sizeLimitMiB} MiB of text`;
    throw failure(reason, place, tree.source, "Keep data in files of their own");
  }
  const frame = tree.frames.at(-1);
  if (frame?.kind === "mapping" && frame.key === undefined) {
    return takeKey(tree, frame, keyText(tree, anchor.node, place), place, false);
  }
  // What is merged adds no level of its own.
  const levels = anchor.depth - (frame?.kind === "mapping" && frame.keyMerges ? 1 : 0);
  if (tree.frames.length + levels > depthLimit) throw tooDeep(place, tree.source);
  tree.end = end;
  add(tree, anchor.node, anchor.weight, anchor.depth, end);
}

/** How many characters the text in a node has, keys included. */
function lengthOf(node: Node): number {
  if (node.kind === "scalar") return node.type === "string" ? node.value.length : 0;
  if (node.kind === "list") return node.items.reduce((sum, item) => sum + lengthOf(item), 0);
  let sum = 0;
  for (const [key, { value }] of node.entries) sum += key.length + lengthOf(value);
  return sum;
}

function keyText(tree: Tree, node: Node, place: FilePlace): string {
  if (node.kind === "scalar" && node.place.kind === "file") {
    return node.type === "string"
      ? node.value
      : tree.source.text.slice(node.place.start, node.place.end);
  }
  throw keyIsCollection(place, tree.source);
}

function open(tree: Tree, kind: Frame["kind"], event: MappingEvent | SequenceEvent): void {
  const parent = tree.frames.at(-1);
  if (parent?.kind === "mapping" && parent.key === undefined) {
    throw keyIsCollection(placeAt(tree, event.start, event.start + 1), tree.source);
  }
  if (event.tagStart >= 0) {
    const tag = tagOf(tree, event);
    if (tag !== "!" && tag !== (kind === "list" ? "seq" : "map")) throw unknownTag(tree, event);
  }
  if (tree.frames.length >= depthLimit) {
    throw tooDeep(placeAt(tree, event.start, event.start + 1), tree.source);
  }
  tree.end = event.start;
  tree.frames.push({
    kind,
    event,
    anchor: anchorOf(tree, event),
    entries: new Map(),
    items: [],
    merges: [],
    key: undefined,
    keyPlace: undefined,
    keyMerges: false,
    weight: 1,
    depth: 1,
  });
}

function close(tree: Tree): void {
  const frame = tree.frames.pop();
  // The last event closes the document itself.
  if (!frame) return;
  const end = collectionEnd(tree, frame);
  const place = placeAt(tree, frame.event.start, end);
  const node: List | Mapping = frame.kind === "list"
    ? { kind: "list", items: frame.items, place }
    : { kind: "mapping", entries: withMerges(frame), place };
  if (frame.entries.size === 1) warnOfBareReference(tree, place);
  if (frame.anchor) Object.assign(frame.anchor, { node, weight: frame.weight, depth: frame.depth });
  add(tree, node, frame.weight, frame.depth, end);
}

/** Whether YAML 1.1 tools read a plain key as something else than the text that it is here. */
function isAmbiguousKey(key: string): boolean {
  return isAmbiguous(readPlain(key).type, key);
}

/** `{word}` without quotes is a mapping with an empty value, and meant as a reference. */
function warnOfBareReference(tree: Tree, place: FilePlace): void {
  const { source: { text }, warn } = tree;
  if (text[place.start] !== "{" || place.end - place.start > 100) return;
  const written = text.slice(place.start, place.end);
  if (/^\{[A-Za-z_]\w*\}$/.test(written)) warn(bareReference(written, place));
  else if (/^\{[A-Za-z_][\w.-]*:[^\s,:{}[\]"']+\}$/.test(written)) warn(tightColon(written, place));
}

/** Merged keys come first, in PyYAML's order; the mapping's own keys win and keep that order. */
function withMerges(frame: Frame): Map<string, Entry> {
  if (frame.merges.length === 0) return frame.entries;
  const entries = new Map<string, Entry>();
  for (const merged of frame.merges) {
    for (const [key, entry] of merged.entries) entries.set(key, entry);
  }
  for (const [key, entry] of frame.entries) entries.set(key, entry);
  return entries;
}

/** What may stand between the last value of a flow collection and its end: that may be left out. */
const closing = /(?:[\s,:]|#[^\n\r]*)*[\]}]/y;

function collectionEnd(tree: Tree, frame: Frame): number {
  const { text } = tree.source;
  const first = text[frame.event.start];
  if (first !== "[" && first !== "{") return tree.end;
  closing.lastIndex = Math.max(tree.end, frame.event.start + 1);
  return closing.test(text) ? closing.lastIndex : tree.end;
}

/** Hands a finished value to what holds it. */
function add(
  tree: Tree,
  node: Node,
  weight: number,
  depth: number,
  end: number = (node.place as FilePlace).end,
): void {
  tree.end = end;
  const frame = tree.frames.at(-1);
  if (!frame) {
    tree.root = node;
    return;
  }
  frame.weight += weight;
  const merges = frame.kind === "mapping" && frame.keyMerges;
  frame.depth = Math.max(frame.depth, merges ? depth : depth + 1);
  if (frame.kind === "list") {
    frame.items.push(node);
    return;
  }
  if (merges) { for (const source of mergeSources(tree, frame, node)) frame.merges.push(source); }
  else frame.entries.set(frame.key!, { keyPlace: frame.keyPlace!, value: node });
  frame.key = undefined;
  frame.keyPlace = undefined;
}

/** Of a list of mappings the first wins, so it comes last. */
function mergeSources(tree: Tree, frame: Frame, node: Node): Mapping[] {
  const sources = node.kind === "list" ? [...node.items].reverse() : [node];
  const mappings = sources.filter((source) => source.kind === "mapping");
  if (mappings.length === sources.length) return mappings;
  const hint = 'Give "<<" a mapping or a list of mappings; quote it if it is an ordinary key';
  throw failure('"<<" merges mappings only', frame.keyPlace!, tree.source, hint);
}

function keyIsCollection(place: FilePlace, source: Source): ExpyrunError {
  return failure(
    "a key is a list or a mapping",
    place,
    source,
    "Keys are single values; quote it if it is text",
  );
}
