/**
 * `__sweep__`: the axes of a sweep as the configuration writes them, in the words of W&B.
 *
 * @module
 */
import { toInteger } from "../resolver/scalar.ts";
import { didYouMean, type Place } from "../errors.ts";
import { kindOf, type Mapping, type Node } from "../resolver/node.ts";
import {
  type Assignment,
  type Axis,
  defaultOf,
  type Distribution,
  sweepError,
  typeValue,
  warnOfMissed,
} from "./axis.ts";
import type { World } from "../world.ts";
import { expandRange } from "./range.ts";
import { mapped, type Sequence } from "./sequence.ts";

/** What `__sweep__` says. */
export interface SweepSection {
  readonly method: Method;
  /** In the order written, those of `zip` last. */
  readonly axes: readonly Axis[];
  /** Groups of keys that advance together. */
  readonly zip: readonly (readonly string[])[];
  /** Further runs, one each. */
  readonly points: readonly (readonly Assignment[])[];
  /** A run that holds all values of one of these is left out. */
  readonly exclude: readonly (readonly Assignment[])[];
  readonly maxRuns?: { readonly count: number; readonly place: Place } | undefined;
}

/** How runs are made of axes. */
export type Method =
  | { readonly kind: "grid" }
  | { readonly kind: "random"; readonly n: number; readonly seed: number; readonly place: Place };

const sectionKeys = ["method", "n", "seed", "parameters", "zip", "points", "exclude", "max_runs"];

/**
 * Reads `__sweep__` of a configuration, or what stands for one that has none.
 *
 * @param config merged, not resolved
 * @throws {ExpyrunError} `sweep`, at what is wrong
 */
export function readSweepSection(config: Mapping, world: Pick<World, "warn">): SweepSection {
  const section = config.entries.get("__sweep__")?.value;
  const entries = section === undefined ? new Map() : mappingOf(section, "__sweep__").entries;
  refuseUnknown(entries.keys(), sectionKeys, "__sweep__", (key) => entries.get(key)!.keyPlace);
  const parameters = entries.get("parameters")?.value;
  const zipped = itemsOf(entries.get("zip")?.value, "zip").map((item) =>
    zipGroup(item, config, world)
  );
  // Null takes back an axis that is inherited.
  const axes = parameters
    ? [...mappingOf(parameters, "parameters").entries]
      .filter(([, { value }]) => kindOf(value) !== "null")
    : [];
  return {
    method: readMethod(entries),
    axes: [
      ...axes.map(([key, { keyPlace, value }]) => readAxis(key, keyPlace, value, config, world)),
      ...zipped.flat(),
    ],
    zip: zipped.map((group) => group.map(({ key }) => key)),
    points: itemsOf(entries.get("points")?.value, "points").map((item) => readPoint(item, config)),
    exclude: itemsOf(entries.get("exclude")?.value, "exclude").map((item) =>
      readPoint(item, config)
    ),
    maxRuns: readMaxRuns(entries.get("max_runs")?.value),
  };
}

type Entries = Mapping["entries"];

function readMethod(entries: Entries): Method {
  const method = entries.get("method")?.value;
  const n = entries.get("n")?.value;
  const seed = entries.get("seed")?.value;
  const name = method === undefined || method.kind !== "scalar" ? method && "" : method.value;
  if (name === undefined || name === "grid") {
    const stray = n ?? seed;
    if (stray) throw sweepError('"n" and "seed" are for the method "random"', stray.place);
    return { kind: "grid" };
  }
  if (name !== "random") {
    const hint = nearHint(String(name), ["grid", "random"]) ?? "Known: grid, random";
    throw sweepError(`Unknown method "${name}"`, method!.place, hint);
  }
  if (!n) throw sweepError('The method "random" needs "n", the number of runs', method!.place);
  const drawSeed = seed === undefined ? 0 : wholeNumber(seed, "seed", 0);
  return { kind: "random", n: wholeNumber(n, "n", 1), seed: drawSeed, place: n.place };
}

function readMaxRuns(node: Node | undefined): SweepSection["maxRuns"] {
  if (node === undefined || kindOf(node) === "null") return undefined;
  return { count: wholeNumber(node, "max_runs", 1), place: node.place };
}

function wholeNumber(node: Node, name: string, least: number): number {
  if (node.kind === "scalar" && typeof node.value === "number" && node.type === "int") {
    if (node.value >= least) return node.value;
  }
  throw sweepError(`"${name}" is no whole number from ${least} up`, node.place);
}

function zipGroup(node: Node, config: Mapping, world: Pick<World, "warn">): Axis[] {
  return [...mappingOf(node, "zip").entries].map(([key, { keyPlace, value }]) =>
    value.kind === "list"
      ? { key, place: keyPlace, values: typeItems(key, keyPlace, value.items, config) }
      : readAxis(key, keyPlace, value, config, world)
  );
}

/** A mapping of keys and the value of each. */
export function readPoint(node: Node, config: Mapping): Assignment[] {
  return [...mappingOf(node, "a point").entries].map(([key, { keyPlace, value }]) => ({
    key,
    node: typeValue(key, keyPlace, value, config),
  }));
}

const axisKeys = ["value", "values", "range", "min", "max", "mu", "sigma", "distribution"];

function readAxis(
  key: string,
  place: Place,
  node: Node,
  config: Mapping,
  world: Pick<World, "warn">,
): Axis {
  if (node.kind !== "mapping") {
    const written = node.kind === "list" ? sourceText(node) ?? "[...]" : "[...]";
    const message = `"parameters.${key}" is no mapping`;
    throw sweepError(message, node.place, `Write: ${key}: {values: ${written}}`);
  }
  const { entries } = node;
  refuseUnknown(entries.keys(), axisKeys, key, (name) => entries.get(name)!.keyPlace);
  const forms = ["value", "values", "range"].filter((name) => entries.has(name));
  const drawn = axisKeys.slice(3).filter((name) => entries.has(name));
  if (forms.length + Math.min(drawn.length, 1) !== 1) {
    const hint = "Give one of: values: [...], range: [FROM, TO], min and max";
    throw sweepError(`Cannot tell the values of "${key}"`, node.place, hint);
  }
  if (drawn.length > 0) {
    return { key, place, values: readDistribution(key, place, entries, config) };
  }
  const given = entries.get(forms[0]!)!.value;
  if (forms[0] === "value") return { key, place, values: [typeValue(key, place, given, config)] };
  if (given.kind !== "list" || given.items.length === 0) {
    const message = given.kind === "list"
      ? `"${forms[0]}" of "${key}" is an empty list`
      : `"${forms[0]}" of "${key}" is no list of values`;
    throw sweepError(message, given.place, `Write: ${forms[0]}: [1, 10]`);
  }
  if (forms[0] === "values") {
    return { key, place, values: typeItems(key, place, given.items, config) };
  }
  const typed = (item: Node) => typeValue(key, place, item, config);
  const items = rangeItems(key, place, given.items, config, world);
  // All are of one kind: what is wrong with one must show now.
  typed(items.at(0)!);
  return { key, place, values: mapped(items, typed) };
}

function typeItems(key: string, place: Place, items: readonly Node[], config: Mapping): Node[] {
  return items.map((item) => typeValue(key, place, item, config));
}

/** `[FROM, TO]` or `[FROM, TO, STEP]`, both ends included. */
function rangeItems(
  key: string,
  place: Place,
  items: readonly Node[],
  config: Mapping,
  world: Pick<World, "warn">,
): Sequence<Node> {
  const numbers = items.map((item) => numberOf(item, `range of "${key}"`));
  if (numbers.length < 2 || numbers.length > 3) {
    throw sweepError(`The range of "${key}" is no [FROM, TO] or [FROM, TO, STEP]`, place);
  }
  if (!numbers.every(Number.isFinite)) {
    throw sweepError(`The range of "${key}" has an end that is no finite number`, place);
  }
  const ints = items.every((item) => kindOf(item) === "int");
  const kind = ints && kindOf(defaultOf(key, place, config)) !== "float" ? "int" : "float";
  // By their texts: a number would round an integer beyond 2^53.
  const ends = items.map((item) => item.kind === "scalar" ? String(item.value) : "");
  const expansion = expandRange(ends.join(".."), kind);
  if ("problem" in expansion) throw sweepError(expansion.problem, items[0]!.place, expansion.hint);
  warnOfMissed(expansion, items[0]!.place, world);
  const { place: at } = items[0]!;
  return mapped(
    expansion.values,
    (text): Node =>
      kind === "int"
        ? { kind: "scalar", place: at, type: "int", value: toInteger(text) }
        : { kind: "scalar", place: at, type: "float", value: Number(text) },
  );
}

const distributions = ["int_uniform", "uniform", "log_uniform_values", "normal"] as const;

function readDistribution(
  key: string,
  place: Place,
  entries: Entries,
  config: Mapping,
): Distribution {
  const before = defaultOf(key, place, config);
  const number = (name: string): number => {
    const node = entries.get(name)?.value;
    if (!node) throw sweepError(`The distribution of "${key}" lacks "${name}"`, place);
    return numberOf(node, `"${name}" of "${key}"`);
  };
  const kind = distributionName(entries, kindOf(before));
  if (!["int", "float", "null"].includes(kindOf(before))) {
    throw sweepError(`Cannot draw "${key}": its default is no number`, place);
  }
  if (kindOf(before) === "int" && kind !== "int_uniform") {
    throw sweepError(
      `Cannot draw "${key}" from ${kind}: its default is an int`,
      place,
      "Use int_uniform, or write the default as a float",
    );
  }
  if (kind === "normal") {
    const [mu, sigma] = [number("mu"), number("sigma")];
    if (sigma >= 0) return { kind, mu, sigma };
    throw sweepError(
      `"sigma" of "${key}" is no number from 0 up`,
      entries.get("sigma")!.value.place,
    );
  }
  const [min, max] = [number("min"), number("max")];
  if (min > max) {
    throw sweepError(`"min" of "${key}" is above "max"`, entries.get("min")!.value.place);
  }
  if (kind === "log_uniform_values" && min <= 0) {
    throw sweepError(`"min" of "${key}" is not above 0`, entries.get("min")!.value.place);
  }
  if (kind === "int_uniform" && !(Number.isSafeInteger(min) && Number.isSafeInteger(max))) {
    throw sweepError(
      `"min" and "max" of "${key}" are no integers`,
      entries.get("min")!.value.place,
    );
  }
  return { kind, min, max };
}

/** W&B's rule where none is named: whole numbers between whole numbers; but a float stays one. */
function distributionName(entries: Entries, before: string): Distribution["kind"] {
  const node = entries.get("distribution")?.value;
  if (node === undefined) {
    const ints = ["min", "max"].every((name) =>
      kindOf(entries.get(name)?.value ?? missing) === "int"
    );
    return before === "int" || before === "null" && ints ? "int_uniform" : "uniform";
  }
  const name = node.kind === "scalar" ? String(node.value) : "";
  const known = distributions.find((one) => one === name);
  if (known) return known;
  throw sweepError(`Unknown distribution "${name}"`, node.place, nearHint(name, distributions));
}

/** A name that was written by its beginning, as W&B's `log_uniform`, is the one that was meant. */
function nearHint(name: string, known: readonly string[]): string | undefined {
  const whole = name === "" ? undefined : known.find((one) => one.startsWith(name));
  return whole === undefined ? didYouMean(name, known) : `Did you mean "${whole}"?`;
}

/** A short list as it was written. */
function sourceText({ place }: Node): string | undefined {
  if (place.kind !== "file") return undefined;
  const text = place.source.text.slice(place.start, place.end);
  return /^\[[^\n]{1,60}\]$/.test(text) ? text : undefined;
}

const missing = { kind: "list", items: [] } as unknown as Node;

function numberOf(node: Node, what: string): number {
  if (node.kind === "scalar" && (node.type === "int" || node.type === "float")) {
    return Number(node.value);
  }
  throw sweepError(`${what} is no number`, node.place);
}

function mappingOf(node: Node, what: string): Mapping {
  if (node.kind === "mapping") return node;
  throw sweepError(`"${what}" is no mapping`, node.place);
}

function itemsOf(node: Node | undefined, what: string): readonly Node[] {
  if (node === undefined || kindOf(node) === "null") return [];
  if (node.kind === "list") return node.items;
  throw sweepError(`"${what}" is no list`, node.place);
}

function refuseUnknown(
  keys: Iterable<string>,
  known: readonly string[],
  where: string,
  placeOf: (key: string) => Place,
): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    throw sweepError(`Unknown key "${key}" in "${where}"`, placeOf(key), didYouMean(key, known));
  }
}
