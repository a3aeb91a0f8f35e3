/**
 * The words of the command line become one {@linkcode Command}, once; and the help that tells
 * which words there are. Knows nothing of the disk, nor of what a configuration means.
 *
 * @module
 */
import { type ArgumentPlace, didYouMean, ExpyrunError } from "./errors.ts";
import type { Override } from "./resolver/override.ts";
import { type Option, type Verb, verbs } from "./verbs.ts";

/** What every verb takes. */
export interface Common {
  /** `--quiet`: no words of expyrun's own around the experiment's. */
  readonly quiet: boolean;
  /** `--strict`: every warning is an error. */
  readonly strict: boolean;
}

/** A configuration and what the command line changes in it. */
export interface ConfigCommand extends Common {
  /** The configuration's path, as written. */
  readonly config: string;
  readonly configPlace: ArgumentPlace;
  readonly overrides: readonly Override[];
  /** `--debug`: run the original code, in a folder of its own. */
  readonly debug: boolean;
  /** Where `--debug` stands when it follows CONFIG, where it could be meant as a key. */
  readonly debugPlace?: ArgumentPlace | undefined;
}

/** What the user asked for. */
export type Command =
  | { readonly kind: "help"; readonly verb?: Verb | undefined }
  | { readonly kind: "version" }
  | { readonly kind: "run" } & ConfigCommand
  | { readonly kind: "resolve"; readonly json: boolean } & ConfigCommand
  | { readonly kind: "prepare"; readonly json: boolean } & ConfigCommand
  | { readonly kind: "execute"; readonly folder: string; readonly folderPlace: ArgumentPlace }
    & Common;

/**
 * Reads the command line.
 *
 * @param words the words without the program's name
 * @throws {ExpyrunError} `usage` or `override`, at the word that is wrong
 */
export function parseCommand(words: readonly string[]): Command {
  const named = words[0] !== undefined && Object.hasOwn(verbs, words[0]);
  const verb = (named ? words[0] : "run") as Verb;
  const { options, next } = parseOptions(verb, words, named ? 1 : 0, !named);
  if (options.has("help")) return { kind: "help", verb: named ? verb : undefined };
  if (options.has("version")) return { kind: "version" };
  const common = { quiet: options.has("quiet"), strict: options.has("strict") };
  const operand = parseOperand(verb, words, next);
  if (verb === "execute") {
    refuseMore(verb, words, next + 1);
    return { kind: verb, folder: operand, folderPlace: at(words, next), ...common };
  }
  const { overrides, debugPlace } = parseOverrides(words, next + 1);
  const config: ConfigCommand = {
    config: operand,
    configPlace: at(words, next),
    overrides,
    debug: options.has("debug") || debugPlace !== undefined,
    debugPlace,
    ...common,
  };
  return verb === "run"
    ? { kind: verb, ...config }
    : { kind: verb, json: options.has("json"), ...config };
}

function at(words: readonly string[], index: number): ArgumentPlace {
  return { kind: "argument", words, index };
}

/** Options stand before the operand; the first word that is none ends them. */
function parseOptions(
  verb: Verb,
  words: readonly string[],
  from: number,
  alone: boolean,
): { options: Set<string>; next: number } {
  const known = verbs[verb].options.filter((option) => alone || !option.alone);
  const options = new Set<string>();
  let next = from;
  for (; next < words.length && isOption(words[next]!); next++) {
    options.add(optionNamed(words[next]!, known, at(words, next)).name);
  }
  return { options, next };
}

function isOption(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

function optionNamed(word: string, known: readonly Option[], place: ArgumentPlace): Option {
  const option = known.find(({ name, short }) => word === `--${name}` || word === `-${short}`);
  if (option) return option;
  const [name = ""] = word.split("=");
  if (known.some((option) => `--${option.name}` === name)) {
    throw usage(`Option "${name}" takes no value`, place, `Write: ${name}`);
  }
  const hint = didYouMean(name, known.map(({ name }) => `--${name}`));
  throw usage(`Unknown option "${word}"`, place, hint);
}

function parseOperand(verb: Verb, words: readonly string[], index: number): string {
  const word = words[index];
  const { operand } = verbs[verb];
  if (word !== undefined && word !== "") return word;
  throw usage(
    word === "" ? `${operand} is empty` : `Missing ${operand}`,
    at(words, index),
    `Usage: ${verbs[verb].usage}`,
  );
}

function refuseMore(verb: Verb, words: readonly string[], index: number): void {
  if (index >= words.length) return;
  const word = words[index]!;
  const hint = isOption(word)
    ? `Options stand before ${verbs[verb].operand}: ${verbs[verb].usage}`
    : `Usage: ${verbs[verb].usage}`;
  throw usage(`Unexpected word "${word}"`, at(words, index), hint);
}

/**
 * The pairs after CONFIG. The word after a key is its value whatever it looks like, so that no
 * option can hide a key of the configuration and `--offset -1` needs no quoting.
 */
function parseOverrides(
  words: readonly string[],
  from: number,
): { overrides: Override[]; debugPlace?: ArgumentPlace | undefined } {
  const overrides: Override[] = [];
  let debugPlace: ArgumentPlace | undefined;
  for (let index = from; index < words.length; index++) {
    const word = words[index]!;
    const place = at(words, index);
    if (!word.startsWith("--") || word === "--") throw strayWord(word, place, overrides.at(-1));
    const equals = word.indexOf("=");
    if (word === "--debug") debugPlace = place;
    else if (equals > 0) {
      const [key, value] = [word.slice(2, equals), word.slice(equals + 1)];
      overrides.push({ key, value, keyPlace: place, valuePlace: place });
    } else {
      const value = words[++index];
      if (value === undefined) throw keyWithoutValue(word, place);
      overrides.push({ key: word.slice(2), value, keyPlace: place, valuePlace: at(words, index) });
    }
  }
  return { overrides, debugPlace };
}

function strayWord(word: string, place: ArgumentPlace, last?: Override): ExpyrunError {
  const hint = last
    ? `"--${last.key}" has its value "${last.value}"; a list is written with commas: --${last.key} ${last.value},${word}`
    : "After CONFIG come pairs: --KEY VALUE";
  return usage(`Unexpected word "${word}": a key that begins with "--" is expected`, place, hint);
}

function keyWithoutValue(word: string, place: ArgumentPlace): ExpyrunError {
  const isOptionName = verbs.run.options.some(({ name }) => word === `--${name}`);
  return new ExpyrunError({
    code: "override",
    message: `Key "${word}" has no value`,
    place,
    hint: isOptionName ? `The option ${word} stands before CONFIG` : `Write: ${word} VALUE`,
  });
}

function usage(message: string, place: ArgumentPlace, hint?: string): ExpyrunError {
  return new ExpyrunError({ code: "usage", message, place, hint });
}
