/**
 * Axes: a key of the configuration and the values that it takes, each typed by the key's default.
 *
 * @module
 */
import { type ArgumentPlace, didYouMean, ExpyrunError, type Place } from "../errors.ts";
import { kindOf, type Mapping, type Node, nodeAt, pathsOf } from "../resolver/node.ts";
import { applyOverrides } from "../resolver/override.ts";
import { readLoosely, textOf } from "../resolver/text.ts";
import type { World } from "../world.ts";
import { expandRange, looksLikeRange } from "./range.ts";
import { joined, mapped, type Sequence } from "./sequence.ts";

/** A key and the value that it gets. */
export interface Assignment {
  /** The path of the key, such as `training.lr`. */
  readonly key: string;
  readonly node: Node;
}

/** Numbers to draw from; `method: random` only. */
export type Distribution =
  | {
    readonly kind: "int_uniform" | "uniform" | "log_uniform_values";
    readonly min: number;
    readonly max: number;
  }
  | { readonly kind: "normal"; readonly mu: number; readonly sigma: number };

/** A key and the values that it takes, or the distribution that they are drawn from. */
export interface Axis {
  readonly key: string;
  readonly place: Place;
  readonly values: Sequence<Node> | Distribution;
}

/** Whether an axis has values, rather than a distribution. */
export function isList(values: Axis["values"]): values is Sequence<Node> {
  return "at" in values;
}

/** A key of the command line with the words after it. */
export interface Setting {
  readonly key: string;
  readonly keyPlace: ArgumentPlace;
  readonly words: readonly { readonly text: string; readonly place: ArgumentPlace }[];
  /** Written as `--key=value`: never an axis. */
  readonly fixed: boolean;
}

/**
 * Types the words of one setting: ranges of a numeric key are expanded, every value takes the kind
 * of the key's default.
 *
 * @param config merged, with the fixed overrides
 * @returns one value for a fixed setting, several (or one, of a range of one) for an axis
 * @throws {ExpyrunError} `override` or `sweep`, at the word
 */
export function typeSetting(setting: Setting, config: Mapping, world: World): Axis {
  const { key, keyPlace, words, fixed } = setting;
  const before = nodeAt(config, key);
  const parts = words.map(({ text, place }): Sequence<Node> => {
    const typed = (value: string) => {
      const override = { key, value, keyPlace, valuePlace: place };
      return nodeAt(applyOverrides(config, [override]), key)!;
    };
    const texts = fixed ? [text] : expand(text, before, place, world);
    // What a word cannot be converted to must show now; of a range every value converts.
    return texts.length === 1 ? [typed(texts.at(0)!)] : mapped(texts, typed);
  });
  return { key, place: keyPlace, values: joined(parts) };
}

/** Whether the words of a setting stand for several runs. */
export function isAxis({ words, fixed }: Setting, axis: Axis): boolean {
  if (fixed || !isList(axis.values)) return false;
  // A range of one value is an axis all the same: it was written as one.
  return words.length > 1 || axis.values.length > 1 ||
    isNumeric(axis.values.at(0)) && looksLikeRange(words[0]?.text ?? "");
}

function isNumeric(node: Node | undefined): boolean {
  return node?.kind === "scalar" && (node.type === "int" || node.type === "float");
}

function expand(
  text: string,
  before: Node | undefined,
  place: ArgumentPlace,
  world: World,
): Sequence<string> {
  const kind = before && kindOf(before);
  if (kind === "null" && looksLikeRange(text)) warnOfText(text, place, world);
  if (kind !== "int" && kind !== "float") return [text];
  const expansion = expandRange(text, kind);
  if ("problem" in expansion) throw sweepError(expansion.problem, place, expansion.hint);
  warnOfMissed(expansion, place, world);
  return expansion.values;
}

/** A range is said to include its end: one that does not is told of. */
export function warnOfMissed(
  { missed }: { readonly missed?: string },
  place: Place,
  world: Pick<World, "warn">,
): void {
  if (missed === undefined) return;
  const hint = "Give it a step that meets the end: A..B..STEP; or a number of values: lin:, log:";
  world.warn({ code: "ambiguous", message: `The range ${missed}`, place, hint });
}

function warnOfText(text: string, place: Place, world: World): void {
  world.warn({
    code: "ambiguous",
    message: `Taking "${text}" as text: the key's default is null, so its kind is not known`,
    place,
    hint: "A default that is a number makes it a range",
  });
}

/**
 * Takes a typed value of `__sweep__` or of a points file for a key.
 *
 * @throws {ExpyrunError} `sweep` for an unknown key, a mapping, or another kind than the default's
 */
export function typeValue(key: string, keyPlace: Place, node: Node, config: Mapping): Node {
  const before = defaultOf(key, keyPlace, config);
  if (node.kind === "mapping") {
    throw sweepError(`Cannot sweep "${key}" over a mapping`, node.place, "Sweep over its keys");
  }
  if (isInt(node) && kindOf(before) === "float") {
    return { ...node, type: "float", value: Number(node.value), replaced: before } as Node;
  }
  if (isOpen(before) || isOpen(node) || kindOf(before) === kindOf(node)) {
    return { ...node, replaced: before };
  }
  throw new ExpyrunError({
    code: "sweep",
    message: `Cannot sweep "${key}" over "${textOf(node)}": it is no ${kindOf(before)}`,
    place: node.place,
    notes: [{ message: "the default stands here", place: before.place }],
    hint: `Give values of the kind ${kindOf(before)}, or change the default`,
  });
}

/**
 * The value that a swept key has by default.
 *
 * @throws {ExpyrunError} `sweep` when there is none, or it is a mapping
 */
export function defaultOf(key: string, place: Place, config: Mapping): Node {
  const before = nodeAt(config, key);
  if (before === undefined) {
    const known = Array.from(pathsOf(config)).filter(([, node]) => node.kind !== "mapping");
    const hint = didYouMean(key, known.map(([path]) => path)) ??
      "A sweep changes what the configuration holds; add the key there first";
    throw sweepError(`Cannot sweep "${key}": no such key`, place, hint);
  }
  if (before.kind === "mapping") {
    const keys = [...before.entries.keys()].slice(0, 5).map((name) => `"${key}.${name}"`);
    throw sweepError(
      `Cannot sweep "${key}": it is a mapping`,
      place,
      `Sweep over ${keys.join(", ")}`,
    );
  }
  return before;
}

/** Null, or text whose references and variables make it anything. */
function isOpen(node: Node): boolean {
  if (node.kind !== "scalar") return false;
  return node.type === "null" || node.type === "string" && /[{$]/.test(node.value);
}

function isInt(node: Node): node is Node & { type: "int"; value: number | bigint } {
  return node.kind === "scalar" && node.type === "int";
}

/**
 * A value from a cell of a table, typed by the key's default as the word of an override is.
 *
 * @throws {ExpyrunError} `sweep`, at the cell
 */
export function typeCell(
  key: string,
  keyPlace: Place,
  text: string,
  place: Place,
  config: Mapping,
): Node {
  const before = defaultOf(key, keyPlace, config);
  if (before.kind === "scalar" && before.type === "null") {
    return { kind: "scalar", place, ...readLoosely(text), replaced: before };
  }
  try {
    const override = { key, value: text, keyPlace, valuePlace: place };
    return nodeAt(applyOverrides(config, [override]), key)!;
  } catch (error) {
    if (!(error instanceof ExpyrunError)) throw error;
    throw new ExpyrunError({ ...error.problem, code: "sweep" });
  }
}

/** Whether two values are the same, kinds included. */
export function sameValue(one: Node, other: Node): boolean {
  return kindOf(one) === kindOf(other) && textOf(one) === textOf(other);
}

/** An error in what a sweep is asked to do: exit code 2. */
export function sweepError(message: string, place?: Place, hint?: string): ExpyrunError {
  return new ExpyrunError({ code: "sweep", message, place, hint });
}
