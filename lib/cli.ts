/**
 * The words of the command line become one {@linkcode Command}, once; and the help that tells
 * which words there are. Knows nothing of the disk, nor of what a configuration means.
 *
 * @module
 */
import {
  type Command,
  type Common,
  type ConfigCommand,
  type ExplainCommand,
  type FolderOperand,
  type GivenOptions,
  isArchive,
} from "./command.ts";
import { type ArgumentPlace, didYouMean, ExpyrunError, nearMiss, shellWord } from "./errors.ts";
import type { Override } from "./resolver/override.ts";
import { type Option, type Verb, verbs } from "./verbs.ts";
import { type RuntimeName, runtimeNames } from "./world.ts";

/**
 * Reads the command line.
 *
 * @param words the words without the program's name
 * @throws {ExpyrunError} `usage` or `override`, at the word that is wrong
 */
export function parseCommand(words: readonly string[]): Command {
  const named = words[0] !== undefined && Object.hasOwn(verbs, words[0]);
  const verb = (named ? words[0] : "run") as Verb;
  const { options, next, isEnded } = parseOptions(verb, words, named ? 1 : 0, !named);
  if (options.has("help")) return { kind: "help", verb: named ? verb : undefined };
  if (options.has("version")) return { kind: "version" };
  if (!named && next > 0 && !isEnded) refuseLateVerb(words, next);
  // A sweep that is resumed is named by the option.
  const operand = options.has("resume") ? "" : parseOperand(verb, words, next, options);
  if (!named) refuseVerbs(operand, words, next);
  return parseVerb({ verb, words, options, next, operand });
}

/** A verb after options would be taken for a configuration. */
function refuseLateVerb(words: readonly string[], index: number): void {
  const word = words[index];
  if (word === undefined || !Object.hasOwn(verbs, word)) return;
  const rest = [...ofVerb(words.slice(0, index), word as Verb), ...words.slice(index + 1)]
    .map(shellWord).join(" ");
  const hint = `Write the verb first: expyrun ${word} ${rest}`;
  throw usage(
    `Unexpected word "${word}": a verb stands before its options`,
    at(words, index),
    hint,
  );
}

/** The options among the words, and their values, that a verb has, too. */
function ofVerb(words: readonly string[], verb: Verb): string[] {
  const has = (owner: Verb, word: string) =>
    verbs[owner].options.find(({ name }) => word.split("=", 1)[0] === `--${name}`);
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const takesNext = has("run", word)?.value !== undefined && !word.includes("=");
    const taken = takesNext ? words.slice(i, ++i + 1) : [word];
    if (has(verb, word)) kept.push(...taken);
  }
  return kept;
}

/** A word that is no verb is CONFIG; with another one behind it, a verb was meant. */
function refuseVerbs(operand: string, words: readonly string[], index: number): void {
  const next = words[index + 1];
  const hint = next === undefined || next.startsWith("-") ? undefined : verbHint(operand, next);
  if (hint !== undefined) throw usage(`Unknown verb "${operand}"`, at(words, index), hint);
}

/**
 * The way out for a word that is neither a verb nor a file; nothing when it is like no verb.
 *
 * @param next the word behind it
 */
export function verbHint(word: string, next?: string): string | undefined {
  if (word === "help") {
    const isVerb = next !== undefined && Object.hasOwn(verbs, next);
    return isVerb ? `Write: expyrun ${next} --help` : "Write: expyrun --help";
  }
  const near = nearMiss(word, Object.keys(verbs));
  return near && `Did you mean "${near}"?`;
}

/**
 * The way out for the name of an option in the place of a key; nothing for any other word.
 *
 * @param word as it was written, such as `--jobs` or `--jobs=3`
 */
export function optionHint(word: string): string | undefined {
  const name = /^--([^=]+)/.exec(word)?.[1];
  const isOption = Object.values(verbs).some(({ options }) =>
    options.some((option) => option.name === name)
  );
  return isOption ? `The option --${name} stands before CONFIG` : undefined;
}

/** A command line whose options were read. */
interface Parsed {
  readonly verb: Verb;
  readonly words: readonly string[];
  readonly options: GivenOptions;
  /** The index of the operand. */
  readonly next: number;
  readonly operand: string;
}

/** The value of an option and where it stands. */
interface Given {
  readonly value: string;
  readonly place: ArgumentPlace;
}

function parseVerb(parsed: Parsed): Command {
  const { verb, words, options, next, operand } = parsed;
  const common = {
    quiet: options.has("quiet"),
    strict: options.has("strict"),
    runtime: parseRuntime(options.get("runtime")?.at(-1)),
  };
  const [json, force] = [options.has("json"), options.has("force")];
  switch (verb) {
    case "run":
      return { kind: verb, force, options, ...parseConfig(parsed, common) };
    case "sweep":
      return { kind: verb, words, options, next, ...common };
    case "status":
    case "cancel":
      refuseMore(verb, words, next + 1);
      return { kind: verb, json, folder: operand, folderPlace: at(words, next), ...common };
    case "resolve":
      return { kind: verb, json, ...refuseDebug(parseConfig(parsed, common)) };
    case "prepare":
      return { kind: verb, json, force, ...parseConfig(parsed, common) };
    case "explain":
      return { kind: verb, json, ...refuseDebug(parseExplain(parsed, common)) };
    case "verify":
      return { kind: verb, json, folders: parseFolders(parsed), ...common };
    case "rerun":
      return { kind: verb, force, ...parseRerun(parsed), ...common };
    case "execute": {
      refuseMore(verb, words, next + 1);
      const logOnly = options.has("log-only");
      return {
        kind: verb,
        force,
        logOnly,
        folder: operand,
        folderPlace: at(words, next),
        ...common,
      };
    }
    case "pack": {
      refuseMore(verb, words, next + 1);
      const output = options.get("output")?.at(-1);
      if (output && !isArchive(output.value)) throw otherFormat(output);
      return {
        kind: verb,
        force,
        outputs: options.has("outputs"),
        output: output && { path: output.value, place: output.place },
        folder: operand,
        folderPlace: at(words, next),
        ...common,
      };
    }
  }
}

function parseConfig({ words, options, next, operand }: Parsed, common: Common): ConfigCommand {
  const { overrides, debugPlace } = parseOverrides(words, next + 1);
  return {
    config: operand,
    configPlace: at(words, next),
    overrides,
    debug: options.has("debug") || debugPlace !== undefined,
    debugPlace,
    ...common,
  };
}

/** Where nothing is run the option would do nothing: the key may have been meant. */
function refuseDebug<Config extends Pick<ConfigCommand, "debugPlace">>(command: Config): Config {
  if (command.debugPlace === undefined) return command;
  const hint = 'For a key "debug" write: --debug=VALUE';
  throw usage("Cannot use --debug: nothing is run", command.debugPlace, hint);
}

/** The word after CONFIG is the key, unless it begins an override. */
function parseExplain(parsed: Parsed, common: Common): Omit<ExplainCommand, "json"> {
  const { words, next } = parsed;
  const key = words[next + 1];
  if (key === undefined || key.startsWith("--")) return parseConfig(parsed, common);
  const rest = parseConfig({ ...parsed, next: next + 1 }, common);
  return { ...rest, configPlace: at(words, next), key, keyPlace: at(words, next + 1) };
}

/** By another name nothing would run it. */
function otherFormat({ value, place }: { value: string; place: ArgumentPlace }): ExpyrunError {
  const stem = value.replace(/\.(?:zip|tar|gz|tbz2?|txz|tar\.\w+)$/, "");
  const hint = /\w$/.test(stem) ? `Write: -o ${stem}.tar.gz` : undefined;
  return usage(`Cannot pack into "${value}": an archive is a .tar.gz or .tgz`, place, hint);
}

function parseFolders({ words, next }: Parsed): FolderOperand[] {
  return words.slice(next).map((folder, i) => ({ folder, folderPlace: at(words, next + i) }));
}

function parseRerun({ words, options, next, operand }: Parsed) {
  const tolerance = options.get("tolerance")?.at(-1);
  const { overrides, debugPlace } = parseOverrides(words, next + 1);
  if (debugPlace) {
    throw usage("Cannot repeat with --debug: the code is that of the run", debugPlace);
  }
  if (options.has("json") && !options.has("report")) {
    const place = options.get("json")![0]!.place;
    const hint = "Add --report to be told what differs; without it, the output is the run's";
    throw usage("Cannot answer in JSON: without --report nothing is answered", place, hint);
  }
  refuseIdle(options, overrides);
  return {
    folder: operand,
    folderPlace: at(words, next),
    overrides,
    report: options.has("report"),
    json: options.has("json"),
    check: (options.get("check") ?? []).map(({ value, place }) => ({ glob: value, place })),
    ...(tolerance ? { tolerance: parseTolerance(tolerance) } : {}),
  };
}

/** Options that would do nothing were meant to do something. */
function refuseIdle(options: GivenOptions, [changed]: readonly Override[]): void {
  const [check, tolerance] = ["check", "tolerance"].map((name) => options.get(name)?.at(-1));
  const stray = check ?? tolerance;
  if (options.has("report") && stray) {
    const message = "Cannot check outputs with --report: it runs nothing";
    throw usage(message, options.get("report")![0]!.place, "Leave --report out");
  }
  if (options.has("report") && changed) {
    const message = `Cannot change "${changed.key}" with --report: it compares the recorded run`;
    throw usage(message, changed.keyPlace as ArgumentPlace, "Leave --report out");
  }
  if (tolerance === undefined || check) return;
  const hint = "Add --check GLOB: the outputs to compare";
  throw usage("Cannot use --tolerance without --check", tolerance.place, hint);
}

function parseRuntime(given: Given | undefined): RuntimeName | undefined {
  if (given === undefined) return undefined;
  const { value, place } = given;
  const name = runtimeNames.find((name) => name === value);
  if (name !== undefined) return name;
  const message = `Unknown runtime "${value}"`;
  throw usage(message, place, didYouMean(value, runtimeNames));
}

function parseTolerance({ value, place }: Given): number {
  const number = Number(value);
  if (value.trim() !== "" && number >= 0 && Number.isFinite(number)) return number;
  const message = `Cannot read --tolerance: "${value}" is no number of at least 0`;
  throw usage(message, place, "Write: --tolerance 1e-6");
}

function at(words: readonly string[], index: number): ArgumentPlace {
  return { kind: "argument", words, index };
}

/** Options stand before the operand; the first word that is none ends them, and `--` does. */
function parseOptions(
  verb: Verb,
  words: readonly string[],
  from: number,
  alone: boolean,
): { options: GivenOptions; next: number; isEnded: boolean } {
  const known = verbs[verb].options.filter((option) => alone || !option.alone);
  const options = new Map<string, Given[]>();
  let next = from;
  for (; next < words.length && words[next] !== "--" && isOption(words[next]!); next++) {
    const option = optionNamed(words, next, known, options);
    const given = options.get(option.name) ?? [];
    options.set(option.name, given);
    if (option.value === undefined) {
      given.push({ value: "", place: at(words, next) });
      continue;
    }
    const equals = words[next]!.indexOf("=");
    if (equals > 0) given.push({ value: words[next]!.slice(equals + 1), place: at(words, next) });
    else given.push(valueOf(option, known, words, ++next));
  }
  const isEnded = words[next] === "--";
  return { options, next: isEnded ? next + 1 : next, isEnded };
}

function isOption(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

function valueOf(
  { name, value }: Option,
  known: readonly Option[],
  words: readonly string[],
  index: number,
): Given {
  const word = words[index];
  // Options of sbatch may have the names of ours.
  const isOther = name !== "sbatch" && known.some((other) => word === `--${other.name}`);
  if (word !== undefined && !isOther) return { value: word, place: at(words, index) };
  const because = isOther ? `: "${word}" is an option` : "";
  const message = `Option "--${name}" has no value${because}`;
  throw usage(message, at(words, index), `Write: --${name} ${value}`);
}

function optionNamed(
  words: readonly string[],
  index: number,
  known: readonly Option[],
  given: GivenOptions,
): Option {
  const [word, place] = [words[index]!, at(words, index)];
  const [bare = "", value] = word.split("=", 2);
  const option = known.find(({ name, short }) => bare === `--${name}` || bare === `-${short}`);
  if (option && (value === undefined || option.value !== undefined)) return option;
  if (option) throw usage(`Option "${bare}" takes no value`, place, `Write: ${bare}`);
  const message = `Unknown option "${word}"`;
  // With its value left out, an option took CONFIG, and the keys behind it are taken for options.
  const config = /\.ya?ml$/.exec(words[index - 1] ?? "")?.input;
  const notes = config === undefined ? [] : takenNotes(words, index, given);
  const taker = notes.length > 0 && known.find(({ name }) => words[index - 2] === `--${name}`);
  const hint = taker
    ? `Write: --${taker.name} ${taker.value} ${config}`
    : otherVerbHint(bare) ?? didYouMean(bare, known.map(({ name }) => `--${name}`));
  throw new ExpyrunError({ code: "usage", message, place, notes, hint });
}

/** Where an option of another verb belongs. */
function otherVerbHint(word: string): string | undefined {
  const owners = Object.entries(verbs)
    .filter(([, { options }]) => options.some(({ name, alone }) => !alone && word === `--${name}`))
    .map(([verb]) => `expyrun ${verb}`);
  return owners.length > 0 ? `${word} is an option of: ${owners.join(", ")}` : undefined;
}

function parseOperand(
  verb: Verb,
  words: readonly string[],
  index: number,
  options: GivenOptions,
): string {
  const word = words[index];
  const { operand } = verbs[verb];
  if (word !== undefined && word !== "") return word;
  throw new ExpyrunError({
    code: "usage",
    message: word === "" ? `${operand} is empty` : `Missing ${operand}`,
    place: at(words, index),
    notes: takenNotes(words, index, options),
    hint: `Usage: ${verbs[verb].usage}`,
  });
}

/** Says which option has the word before this one, the whole of it, as its value. */
function takenNotes(
  words: readonly string[],
  index: number,
  options: GivenOptions,
): { message: string }[] {
  const word = words[index - 1];
  const isTaken = [...options.values()].flat()
    .some(({ value, place }) => place.index === index - 1 && value === word);
  return isTaken ? [{ message: `${words[index - 2]} took "${word}" as its value` }] : [];
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
  const before = place.words[place.index - 1];
  const hint = before === "--debug"
    ? `--debug is the option; for a key "debug" write: --debug=${word}`
    : last
    ? swallowed(last) ??
      `"--${last.key}" has its value "${last.value}"; a list is written with commas: ` +
        `--${last.key} ${last.value},${word}; to run with each value: ` +
        `expyrun sweep CONFIG --${last.key} ${last.value} ${word}`
    : "After CONFIG come pairs: --KEY VALUE";
  return usage(`Unexpected word "${word}": a key that begins with "--" is expected`, place, hint);
}

/** An option after CONFIG takes the key behind it for its value. */
function swallowed({ key, value }: Override): string | undefined {
  return value.startsWith("--") ? optionHint(`--${key}`) : undefined;
}

function keyWithoutValue(word: string, place: ArgumentPlace): ExpyrunError {
  return new ExpyrunError({
    code: "override",
    message: `Key "${word}" has no value`,
    place,
    hint: optionHint(word) ?? `Write: ${word} VALUE`,
  });
}

function usage(message: string, place: ArgumentPlace, hint?: string): ExpyrunError {
  return new ExpyrunError({ code: "usage", message, place, hint });
}
