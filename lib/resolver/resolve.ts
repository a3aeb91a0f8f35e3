/**
 * Text values get their meaning: environment variables and references to other keys.
 *
 * A value is resolved when it is first needed. The steps are generators that ask for what they
 * need, run by a loop with a stack of its own: ten thousand references in a row are no deeper for
 * JavaScript than one.
 *
 * @module
 */
import type { ExpyrunError, Place } from "../errors.ts";
import type { World } from "../world.ts";
import {
  expandVariables,
  type Expansion,
  type Found,
  isReferable,
  literalMark,
  variablesOf,
} from "./interpolation.ts";
import { absoluteInput, isInput } from "./input_section.ts";
import { holdsSecret, maskedText, openReferences } from "./masked.ts";
import { childOf, type Entry, type Link, type Mapping, type Node, pathsOf } from "./node.ts";
import type { List, Scalar, TypedValue } from "./node.ts";
import {
  referenceCycle,
  tooMuch,
  type UnknownReferences,
  unknownReferences,
  warnOfDollars,
  warnUnreadable,
} from "./reference_problems.ts";
import { readSecretRule, type SecretRule } from "./secrets.ts";
import { readLoosely, textOf } from "./text.ts";
import { depthLimit, expansionLimit, sizeLimitMiB } from "./syntax.ts";

/** How many characters references may insert, or stand for, in all. */
const textLimit = sizeLimitMiB * 2 ** 20;

interface Need {
  readonly node: Node;
  readonly path: string;
  /** Where a reference asks for it. */
  readonly place?: Place;
}

type Steps = Generator<Need, Node, Node>;
type Text = Scalar & { readonly type: "string" };

/** Of a resolved collection: how many nodes and characters it stands for, how deep it nests. */
interface Size {
  readonly nodes: number;
  readonly text: number;
  readonly depth: number;
}

interface Resolution {
  readonly root: Mapping;
  readonly world: World;
  readonly isSecret: SecretRule;
  readonly done: Map<Node, Node>;
  /** Text that waits for what it names. */
  readonly readings: Map<Node, Reading>;
  /** The resolved values that references name, by their paths: most are named many times. */
  readonly targets: Map<string, Node>;
  readonly sizes: Map<Node, Size>;
  readonly unknown: UnknownReferences;
  copiedNodes: number;
  copiedText: number;
}

/**
 * Resolves every value of a configuration. Resolving the answer again, as it is written by
 * {@linkcode emitResolved}, answers the same.
 *
 * @throws {ExpyrunError} `reference` for a cycle, or for references that stand for too much
 */
export function resolveConfig(config: Mapping, world: World): Mapping {
  let paths: string[] | undefined;
  const known = () => paths ??= Array.from(pathsOf(config), ([path]) => path).filter(isReferable);
  const resolution: Resolution = {
    root: config,
    world,
    isSecret: readSecretRule(config),
    done: new Map(),
    readings: new Map(),
    targets: new Map(),
    sizes: new Map(),
    unknown: unknownReferences(world, known),
    copiedNodes: 0,
    copiedText: 0,
  };
  return run(resolution, { node: config, path: "" }) as Mapping;
}

function run(resolution: Resolution, first: Need): Node {
  const stack: { need: Need; steps: Steps }[] = [];
  const open = new Set<Node>();
  const push = (need: Need) => {
    if (open.has(need.node)) throw cycle(stack.map((frame) => frame.need), need);
    open.add(need.node);
    stack.push({ need, steps: stepsOf(resolution, need) });
  };
  push(first);
  let answer: Node | undefined;
  while (true) {
    const { need, steps } = stack.at(-1)!;
    const { done, value } = steps.next(answer as Node);
    answer = undefined;
    if (!done) {
      answer = settled(resolution, value.node);
      if (!answer) push(value);
      continue;
    }
    resolution.done.set(need.node, value);
    open.delete(need.node);
    stack.pop();
    if (stack.length === 0) return value;
    answer = value;
  }
}

/** The resolved node if it is known, or if there is nothing to resolve. */
function settled(resolution: Resolution, node: Node): Node | undefined {
  return isPlain(node) ? node : resolution.done.get(node);
}

function isPlain(node: Node): boolean {
  if (node.kind !== "scalar") return false;
  if (node.type !== "string") return true;
  const { value } = node;
  return !value.includes("$") && !value.includes("{") && !value.startsWith(literalMark);
}

/** As {@linkcode settled}, or resolved at once if it is text that needs nothing unsettled. */
function settledNow(resolution: Resolution, node: Node): Node | undefined {
  const known = settled(resolution, node);
  if (known || node.kind !== "scalar") return known;
  const reading = resolution.readings.get(node) ?? readText(resolution, node as Text);
  const resolved = "kind" in reading ? reading : finish(resolution, reading);
  if (resolved) resolution.done.set(node, resolved);
  else resolution.readings.set(node, reading as Reading);
  return resolved;
}

function stepsOf(resolution: Resolution, { node, path }: Need): Steps {
  if (node.kind === "mapping") return resolveMapping(resolution, node, path);
  if (node.kind === "list") return resolveList(resolution, node, path);
  return resolveText(resolution, node as Text);
}

function* resolveMapping(resolution: Resolution, node: Mapping, path: string): Steps {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    const value = settledNow(resolution, entry.value) ??
      (yield { node: entry.value, path: path === "" ? key : `${path}.${key}` });
    entries.set(key, value === entry.value ? entry : { keyPlace: entry.keyPlace, value });
  }
  return measured(resolution, { ...node, entries });
}

function* resolveList(resolution: Resolution, node: List, path: string): Steps {
  const items: Node[] = [];
  for (const [index, item] of node.items.entries()) {
    items.push(settledNow(resolution, item) ?? (yield { node: item, path: `${path}.${index}` }));
  }
  return measured(resolution, { ...node, items });
}

function measured(resolution: Resolution, node: List | Mapping): Node {
  let nodes = 1;
  let text = 0;
  let depth = 0;
  const add = (child: Node) => {
    const size = child.kind === "scalar" ? undefined : resolution.sizes.get(child);
    nodes += size?.nodes ?? 1;
    text += size?.text ?? lengthOf(child);
    if (size && size.depth > depth) depth = size.depth;
  };
  if (node.kind === "list") node.items.forEach(add);
  else for (const { value } of node.entries.values()) add(value);
  if (depth >= depthLimit) {
    throw tooMuch(`its references nest deeper than ${depthLimit} levels`, node.place);
  }
  resolution.sizes.set(node, { nodes, text, depth: depth + 1 });
  return node;
}

function lengthOf(node: Node): number {
  return node.kind === "scalar" && node.type === "string" ? node.value.length : 0;
}

/** Text with its environment variables replaced, on the way to its value. */
interface Reading {
  readonly node: Text;
  readonly expansion: Expansion;
  readonly found: readonly Found[];
}

/** Reads text up to its references; a node if there are none. */
function readText(resolution: Resolution, node: Text): Reading | Node {
  if (node.value.startsWith(literalMark)) {
    return scalarLike(node, { type: "string", value: node.value.slice(literalMark.length) });
  }
  const { root, world } = resolution;
  const expansion = expandVariables(
    node.value,
    node.place,
    world,
    (name) => root.entries.has(name),
  );
  const { text, links } = expansion;
  if (node.value.includes("$")) {
    const value = readLoosely(text);
    if (value.type !== "string") return masked(resolution, node, value, links, []);
  }
  const found = openReferences(text, expansion.inserted, resolution.isSecret);
  warnUnreadable(expansion, found.length, resolution.root, resolution.world);
  warnOfDollars(expansion, found, resolution.world);
  if (found.length > 0) return { node, expansion, found };
  return masked(resolution, node, { type: "string", value: text }, links, []);
}

/** A scalar that knows, where it holds a secret, the text without it. */
function masked(
  resolution: Resolution,
  node: Text,
  value: TypedValue,
  links: readonly Link[],
  targets: readonly (Node | undefined)[],
): Scalar {
  const { world, isSecret } = resolution;
  const variable = variablesOf(world);
  const secret =
    links.some((link) =>
      link.kind === "environment" && isSecret(link.name) && !!variable(link.name)
    ) || targets.some((target) => target !== undefined && holdsSecret(target));
  const scalar = scalarLike(node, value, links);
  if (!secret) return scalar;
  const lookUp = (path: string) => {
    const target = targetOf(resolution, path);
    return target && "need" in target ? undefined : target;
  };
  const written = maskedText(node.value, value, { variable, isSecret, targetOf: lookUp });
  return { ...scalar, written };
}

function* resolveText(resolution: Resolution, node: Text): Steps {
  const reading = readingOf(resolution, node);
  if (!reading) return resolution.done.get(node)!;
  for (const { path, text, index } of reading.found) {
    for (let need; (need = targetOf(resolution, path)) && "need" in need;) {
      const place = reading.expansion.placeOf(index, text);
      yield { node: need.need, path: need.path, place };
    }
  }
  return finish(resolution, reading)!;
}

/** The value of text; nothing when a target is not settled yet. */
function finish(resolution: Resolution, reading: Reading): Node | undefined {
  const targets: (Node | undefined)[] = [];
  for (const { path } of reading.found) {
    const target = targetOf(resolution, path);
    if (target && "need" in target) return undefined;
    targets.push(target);
  }
  const { node, expansion, found } = reading;
  const links = [...expansion.links];
  const whole = found.length === 1 && found[0]!.text === expansion.text ? targets[0] : undefined;
  if (whole) return copyOf(resolution, node, whole, found[0]!, expansion, links);
  const value = insertTexts(resolution, expansion, found, targets, links);
  return masked(resolution, node, { type: "string", value }, links, targets);
}

function scalarLike(node: Text, value: TypedValue, links?: readonly Link[]): Scalar {
  const { place, replaced } = node;
  return { kind: "scalar", place, type: value.type, value: value.value, replaced, links } as Scalar;
}

/** Of text that is one reference, value and kind are kept. */
function copyOf(
  resolution: Resolution,
  { place, replaced }: Text,
  target: Node,
  { path, text, index }: Found,
  expansion: Expansion,
  links: Link[],
): Node {
  const at = expansion.placeOf(index, text);
  links.push({ kind: "reference", path, target, place: at });
  const copy: Node = { ...target, place, replaced, links };
  const size = resolution.sizes.get(target);
  addText(resolution, size?.text ?? lengthOf(target), at);
  if (!size) return copy;
  resolution.copiedNodes += size.nodes;
  if (resolution.copiedNodes > expansionLimit) {
    throw tooMuch(`its references stand for more than ${expansionLimit} values`, at);
  }
  resolution.sizes.set(copy, size);
  return copy;
}

function insertTexts(
  resolution: Resolution,
  expansion: Expansion,
  found: readonly Found[],
  targets: readonly (Node | undefined)[],
  links: Link[],
): string {
  let result = "";
  let end = 0;
  for (const [i, { path, text, index }] of found.entries()) {
    result += expansion.text.slice(end, index);
    end = index + text.length;
    const place = expansion.placeOf(index, text);
    const target = targets[i];
    if (!target) {
      resolution.unknown.warn(path, text, place);
      continue;
    }
    links.push({ kind: "reference", path, target, place });
    const inserted = textOf(target);
    addText(resolution, inserted.length, place);
    result += inserted;
  }
  return result + expansion.text.slice(end);
}

function addText(resolution: Resolution, length: number, place: Place): void {
  resolution.copiedText += length;
  if (resolution.copiedText <= textLimit) return;
  throw tooMuch(`references insert more than ${sizeLimitMiB} MiB of text`, place);
}

/** The resolved value that a path names, or what must be settled first; nothing if unknown. */
function targetOf(
  resolution: Resolution,
  path: string,
): Node | { readonly need: Node; readonly path: string } | undefined {
  const known = resolution.targets.get(path);
  if (known) return known;
  const found = walkTo(resolution, path);
  if (!found || "need" in found) return found;
  const target = isInput(path) ? absoluteInput(found, resolution.world) : found;
  resolution.targets.set(path, target);
  return target;
}

function walkTo(resolution: Resolution, path: string): ReturnType<typeof targetOf> {
  let node: Node = resolution.root;
  let isResolved = false;
  let segments = path.split(".");
  const followed = new Set<Node>();
  for (let i = 0; i < segments.length; i++) {
    // Text on the way may itself stand for a mapping or a list.
    if (node.kind === "scalar" && !isResolved) {
      const known = settled(resolution, node);
      const next = known ? undefined : wholeReference(resolution, node as Text);
      // Of what it stands for, no more than the path asks for is needed.
      if (next !== undefined && !followed.has(node)) {
        followed.add(node);
        segments = [...next.split("."), ...segments.slice(i)];
        [node, i] = [resolution.root, -1];
        continue;
      }
      if (!known) return { need: node, path: segments.slice(0, i).join(".") };
      node = known;
      isResolved = true;
    }
    const child = childOf(node, segments[i]!);
    if (!child) return undefined;
    node = child;
  }
  if (isResolved) return node;
  return settled(resolution, node) ?? { need: node, path: segments.join(".") };
}

/** The path that text refers to, where it is a reference and nothing else. */
function wholeReference(resolution: Resolution, node: Text): string | undefined {
  const { found, expansion } = readingOf(resolution, node) ?? {};
  return found?.length === 1 && found[0]!.text === expansion!.text ? found[0]!.path : undefined;
}

/** Text read up to its references, once; nothing if there are none. */
function readingOf(resolution: Resolution, node: Text): Reading | undefined {
  const known = resolution.readings.get(node);
  if (known) return known;
  const reading = readText(resolution, node);
  if ("kind" in reading) {
    resolution.done.set(node, reading);
    return undefined;
  }
  resolution.readings.set(node, reading);
  return reading;
}

function cycle(open: readonly Need[], again: Need): ExpyrunError {
  const chain = open.slice(open.findIndex(({ node }) => node === again.node));
  const paths = [...chain, chain[0]!].map(({ path }) => path);
  return referenceCycle(paths, again.place ?? again.node.place);
}
