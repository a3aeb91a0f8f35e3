/**
 * `--key value`: text from the command line, typed by the value that it replaces.
 *
 * @module
 */
import { didYouMean, ExpyrunError, type Place } from "../errors.ts";
import {
  childOf,
  kindOf,
  type List,
  type Mapping,
  type Node,
  nodeAt,
  pathsOf,
  shortened,
  type TypedValue,
} from "./node.ts";
import { findReferences } from "./interpolation.ts";
import { runKeys } from "./run_keys.ts";
import { readFloat, readInteger, readLoosely } from "./text.ts";

/** One override. For `--key=value` both places are the same word; a sweep's may stand in a file. */
export interface Override {
  /** The path of the key, such as `training.layers.0`. */
  readonly key: string;
  /** The text, as the shell handed it over. */
  readonly value: string;
  readonly keyPlace: Place;
  readonly valuePlace: Place;
}

/**
 * The configuration with its overrides, in their order: of a key given twice the last wins.
 *
 * @param config merged, not resolved
 * @throws {ExpyrunError} `override`: an unknown key, a mapping, a value that does not convert
 */
export function applyOverrides(config: Mapping, overrides: readonly Override[]): Mapping {
  const defaults = new Map<string, Node>();
  const last = new Map(overrides.map((override) => [override.key, override]));
  let changed: Node = config;
  for (const override of overrides) {
    // Another word may have made the list shorter that it reaches into.
    const there = nodeAt(changed, override.key);
    if (!there) throw unknownKey(config, override);
    const before = defaults.get(override.key) ?? there;
    if (before.kind === "mapping") throw notReplaceable(before, override);
    defaults.set(override.key, before);
    // What loses need not convert, unless others reach into it.
    if (last.get(override.key) !== override && !isReachedInto(override, overrides)) continue;
    const after = { ...convert(before, override.value, override), replaced: before };
    changed = replaceAt(changed, override.key.split("."), after);
  }
  return changed as Mapping;
}

function isReachedInto({ key }: Override, overrides: readonly Override[]): boolean {
  return overrides.some((other) => other.key.startsWith(`${key}.`));
}

/**
 * The configuration with another value in a place.
 *
 * @param path of a key or an item that is there
 */
export function withValue(config: Mapping, path: string, value: Node): Mapping {
  return replaceAt(config, path.split("."), value) as Mapping;
}

/** The tree with another node at the path, which is there. */
function replaceAt(node: Node, path: readonly string[], after: Node): Node {
  const [segment, ...rest] = path;
  if (segment === undefined) return after;
  const child = replaceAt(childOf(node, segment)!, rest, after);
  if (node.kind === "list") return { ...node, items: node.items.with(Number(segment), child) };
  const { entries } = node as Mapping;
  const entry = { ...entries.get(segment)!, value: child };
  return { ...(node as Mapping), entries: new Map(entries).set(segment, entry) };
}

function convert(before: Node, text: string, override: Override): Node {
  const place = override.valuePlace;
  if (before.kind === "list") {
    refuseCollections(before, text, override);
    const items = splitList(before.items, text).map(([model, item]) =>
      model ? convert(model, item, override) : scalar(readLoosely(item), place)
    );
    return { kind: "list", items, place };
  }
  if (before.kind === "mapping") throw notReplaceable(before, override);
  const value = convertTo(before.type, text);
  if (!value) throw unconvertible(before, text, override);
  return scalar(value, place);
}

function scalar(value: TypedValue, place: Place): Node {
  return { kind: "scalar", place, ...value };
}

/** One word holds no list of mappings or of lists; an empty one says which list is meant. */
function refuseCollections(
  { items, place }: List,
  text: string,
  { key, keyPlace }: Override,
): void {
  const index = items.findIndex(({ kind }) => kind !== "scalar");
  const item = items[index];
  if (item === undefined || text === "") return;
  const name = `--${key}.${index}`;
  const hint = item.kind === "list"
    ? `${name} 1,2`
    : item.kind === "mapping"
    ? [...item.entries.keys()].slice(0, 5).map((inner) => `${name}.${inner}`).join(", ")
    : name;
  throw new ExpyrunError({
    code: "override",
    message: `Cannot set "${key}": it is a list of ${item.kind}s`,
    place: keyPlace,
    notes: [{ message: "the list stands here", place }],
    hint: `Set what its items hold: ${hint || name}`,
  });
}

/** Each item of the text with the item whose type it takes; none: as the text reads. */
function splitList(models: readonly Node[], text: string): [Node | undefined, string][] {
  const items = text === "" ? [] : text.split(",");
  const inPlace = items.length === models.length;
  return items.map((item, i) => [inPlace ? models[i] : models[0], item]);
}

const yamlOnly = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

function convertTo(type: TypedValue["type"], text: string): TypedValue | undefined {
  if (type === "string") return { type, value: text };
  if (type === "null") return readLoosely(text);
  if (type === "bool") return readBool(text);
  // `.inf` is how YAML writes what Python reads as `inf`.
  const value = type === "int"
    ? readInteger(text)
    : readFloat(yamlOnly.test(text) ? text.replace(".", "") : text);
  return value === undefined ? undefined : { type, value } as TypedValue;
}

function readBool(text: string): TypedValue | undefined {
  const word = text.toLowerCase();
  if (word === "true" || word === "1") return { type: "bool", value: true };
  return word === "false" || word === "0" ? { type: "bool", value: false } : undefined;
}

function unknownKey(config: Mapping, { key, keyPlace }: Override): ExpyrunError {
  const known = Array.from(pathsOf(config)).filter(([, node]) => node.kind !== "mapping");
  return new ExpyrunError({
    code: "override",
    message: `Cannot set "${key}": no such key`,
    place: keyPlace,
    hint: unsetHint(key) ?? borrowedHint(config, key) ?? didYouMean(
      key,
      known.map(([path]) => path),
    ) ??
      "Overrides replace what the configuration holds; add the key there first",
  });
}

/** What lies inside a reference is set where it is referred to. */
function borrowedHint(config: Mapping, key: string): string | undefined {
  const segments = key.split(".");
  for (let length = segments.length - 1; length > 0; length--) {
    const node = nodeAt(config, segments.slice(0, length).join("."));
    if (node?.kind !== "scalar" || node.type !== "string") continue;
    const [reference] = findReferences(node.value);
    if (reference?.text !== node.value) return undefined;
    const meant = [reference.path, ...segments.slice(length)].join(".");
    return `"${segments.slice(0, length).join(".")}" is "${node.value}": set --${meant}`;
  }
  return undefined;
}

/** A key of `__run__` that expyrun knows and no file sets is not misspelt. */
function unsetHint(key: string): string | undefined {
  const [section, name = ""] = key.split(".");
  if (section !== "__run__" || !runKeys.includes(name)) return undefined;
  return `Set ${name} under __run__ in the file first: overrides replace what is there`;
}

function notReplaceable(before: Mapping, { key, keyPlace }: Override): ExpyrunError {
  const keys = [...before.entries.keys()].slice(0, 5).map((name) => `--${key}.${name}`);
  return new ExpyrunError({
    code: "override",
    message: `Cannot set "${key}": it is a mapping`,
    place: keyPlace,
    notes: [{ message: "the mapping stands here", place: before.place }],
    hint: keys.length > 0 ? `Set its keys: ${keys.join(", ")}` : "Change it in the configuration",
  });
}

const wanted: Readonly<Record<string, string>> = {
  int: "an int, such as 10",
  float: "a float, such as 0.5 or 1e-5",
  bool: "a bool: true, false, 1 or 0",
};

function unconvertible(before: Node, text: string, override: Override): ExpyrunError {
  const kind = kindOf(before);
  return new ExpyrunError({
    code: "override",
    message: `Cannot set "${override.key}" to "${shortened(override.value)}": ` +
      `"${shortened(text)}" is no ${kind}`,
    place: override.valuePlace,
    notes: [{ message: `the default, of kind ${kind}, stands here`, place: before.place }],
    hint: bareListHint(text, override) ?? rangeHint(override) ?? valuesHint(before, override) ??
      `Give ${wanted[kind]}`,
  });
}

/** What stands behind an `=` is one value, also for a sweep. */
function rangeHint({ key, value }: Override): string | undefined {
  if (!/^(?:lin:|log:)?[-\d][^,]*\.\.[-\d]/.test(value)) return undefined;
  return `A range is for "expyrun sweep", in a word of its own: --${key} ${value}`;
}

/** Other tools separate the values of a sweep by commas. */
function valuesHint(before: Node, { key, value }: Override): string | undefined {
  const values = value.split(",");
  if (before.kind !== "scalar" || values.length < 2) return undefined;
  if (!values.every((text) => convertTo(before.type, text))) return undefined;
  return `Several values are a word each, for "expyrun sweep": --${key} ${values.join(" ")}`;
}

/** Other tools want a list in brackets. */
function bareListHint(text: string, { key, value }: Override): string | undefined {
  // It is an item of what was given: the key has a list.
  if (text === value) return undefined;
  const items = /^\[(.*)\]$/s.exec(value)?.[1];
  return items && `A list is written without brackets: --${key} ${items.replace(/, +/g, ",")}`;
}
