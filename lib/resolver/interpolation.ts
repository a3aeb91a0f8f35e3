/**
 * What is read inside text: `$NAME`, `${NAME}`, `{a.b}` and the `!P` in front that switches all of
 * it off.
 *
 * @module
 */
import { nearMiss, type Place, type Problem } from "../errors.ts";
import type { World } from "../world.ts";
import type { Link } from "./node.ts";

/** In front of text that is taken as it stands. */
export const literalMark = "!P";

const variable = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g;
const reference = /\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}/g;
const anything = new RegExp(`^${literalMark}|${variable.source}|${reference.source}`);
/** Braces whose text is not all ASCII. */
const foreign = /\{[\w.]*[\u0080-\uffff]/;
let unicodeReference: RegExp | undefined;

/** The pattern of a reference; that with the letters of all scripts only where there are any. */
function referenceIn(text: string): RegExp {
  if (!foreign.test(text)) return reference;
  // In here, as compiling it takes longer than resolving most configurations.
  return unicodeReference ??= /\{([\p{L}_][\p{L}\p{M}\p{Nd}_]*(?:\.[\p{L}\p{M}\p{Nd}_]+)*)\}/gu;
}

/** Whether the resolver would read text as anything but itself. */
export function isReadAgain(text: string): boolean {
  return anything.test(text) || foreign.test(text) && findReferences(text).length > 0;
}

/** Whether the whole text is one reference: then it is of whatever kind that is. */
export function isReference(text: string): boolean {
  return findReferences(text)[0]?.text === text;
}

/** Whether text may become a number or a bool by the variables in it. */
export function mayBecomeScalar(text: string): boolean {
  if (text.startsWith(literalMark)) return false;
  const rest = replaceVariables(text, () => "");
  return rest !== text && /^[-+.\deE]*$/.test(rest);
}

/** Whether a path of keys can be written as a reference. */
export function isReferable(path: string): boolean {
  const text = `{${path}}`;
  return findReferences(text)[0]?.text === text;
}

/** Text that resolves to exactly the given text. */
export function literally(text: string): string {
  return isReadAgain(text) ? literalMark + text : text;
}

/** A reference found in text. */
export interface Found {
  /** Such as `training.lr`. */
  readonly path: string;
  /** With its braces. */
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly index: number;
}

/** The references in text, in order. */
export function findReferences(text: string): Found[] {
  const found: Found[] = [];
  if (!text.includes("{")) return found;
  const pattern = referenceIn(text);
  pattern.lastIndex = 0;
  for (let match; (match = pattern.exec(text));) {
    found.push({ path: match[1]!, text: match[0], index: match.index });
  }
  return found;
}

/** Text with each environment variable replaced by what `use` makes of it. */
export function replaceVariables(
  text: string,
  use: (whole: string, name: string, index: number) => string,
): string {
  return text.replace(
    variable,
    (whole, bare, braced, index: number) => use(whole, bare ?? braced, index),
  );
}

/** Text with each reference replaced by what `use` makes of it. */
export function replaceReferences(text: string, use: (found: Found) => string): string {
  return text.replace(
    referenceIn(text),
    (text, path: string, index: number) => use({ path, text, index }),
  );
}

/** Text whose environment variables were replaced. */
export interface Expansion {
  readonly text: string;
  readonly links: readonly Link[];
  /** The stretches of the text that stood in variables, by index: `end` is exclusive. */
  readonly inserted: readonly Inserted[];
  /** The place of what stands at an index of the new text. */
  readonly placeOf: Locate;
}

/** The environment as configurations see it: `EXPYRUN_CWD` is the working directory. */
export function variablesOf(world: World): (name: string) => string | undefined {
  return (name) => {
    if (name === "EXPYRUN_CWD") return world.cwd;
    return Object.hasOwn(world.env, name) ? world.env[name] : undefined;
  };
}

/** What a variable was replaced by. */
export interface Inserted {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

interface Replacement extends Inserted {
  readonly place: Place;
  /** How far the text after it moved, compared to the original text. */
  readonly shift: number;
}

/**
 * Replaces the environment variables in text; an undefined one is warned about and left empty.
 *
 * @param isKey whether the configuration has a key of this name
 */
export function expandVariables(
  text: string,
  place: Place,
  world: World,
  isKey: (name: string) => boolean = () => false,
): Expansion {
  if (!text.includes("$")) {
    return { text, links: [], inserted: [], placeOf: locator(place, text) };
  }
  const lookUp = variablesOf(world);
  const locate = locator(place, text);
  const links: Link[] = [];
  const replacements: Replacement[] = [];
  let shift = 0;
  const expanded = replaceVariables(text, (whole, name, index) => {
    const at = locate(index, whole);
    const value = lookUp(name);
    if (value === undefined) {
      // As other tools write references.
      const hint = isKey(name) ? `The value of a key is "{${name}}", without the $` : undefined;
      warnUndefined(whole, name, at, world, hint);
    }
    links.push({
      kind: "environment",
      name,
      place: at,
      ...(value === undefined ? { missing: true } : {}),
    });
    const start = index + shift;
    const end = start + (value ?? "").length;
    shift += (value ?? "").length - whole.length;
    replacements.push({ name, start, end, place: at, shift });
    return value ?? "";
  });
  const placeOf = (index: number, part: string) => {
    const before = lastBefore(index, replacements);
    if (before && index < before.end) return before.place;
    return locate(index - (before?.shift ?? 0), part);
  };
  return { text: expanded, links, inserted: replacements, placeOf };
}

/** The last of them that begins there, or before: a text may hold thousands, and as many references. */
function lastBefore(index: number, replacements: readonly Replacement[]): Replacement | undefined {
  let [from, to] = [0, replacements.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (replacements[middle]!.start <= index) from = middle + 1;
    else to = middle;
  }
  return replacements[from - 1];
}

/** What stands in the place of what is unknown; under --strict nothing does. */
export function emptyInstead({ strict }: Pick<World, "strict">): Pick<Problem, "notes"> {
  return strict ? {} : { notes: [{ message: "empty text stands in its place" }] };
}

function warnUndefined(
  whole: string,
  name: string,
  place: Place,
  world: World,
  hint: string | undefined,
): void {
  const near = nearMiss(name, ["EXPYRUN_CWD", ...Object.keys(world.env)]);
  world.warn({
    code: "environment",
    message: `Cannot expand "${whole}": no such environment variable`,
    place,
    ...emptyInstead(world),
    hint: hint ?? (near && `Did you mean "$${near}"?`),
  });
}

/** Finds the places of the parts of a scalar's text. */
type Locate = (index: number, part: string) => Place;

// A part of text that is not written as it reads is searched for; in long text that takes too long.
const searchLimit = 10_000;

/**
 * Escapes and folded lines make a scalar's text differ from the file: then a part is searched for,
 * and the whole value's place stands for one that is not there as such.
 */
function locator(place: Place, value: string): Locate {
  if (place.kind === "argument") return () => place;
  const { source } = place;
  const quote = source.text[place.start];
  const first = place.start + (quote === '"' || quote === "'" ? 1 : 0);
  if (source.text.startsWith(value, first)) {
    return (index, part) => {
      const start = first + index;
      return { kind: "file", source, start, end: start + part.length };
    };
  }
  if (value.length > searchLimit) return () => place;
  const raw = source.text.slice(place.start, place.end);
  return (index, part) => {
    const at = nthIndex(raw, part, value.slice(0, index).split(part).length);
    if (at < 0) return place;
    return { kind: "file", source, start: place.start + at, end: place.start + at + part.length };
  };
}

/** The index of the n-th (1-based) occurrence; -1 when there are fewer. */
function nthIndex(text: string, part: string, n: number): number {
  let at = -1;
  for (let i = 0; i < n; i++) {
    at = text.indexOf(part, at + 1);
    if (at < 0) return -1;
  }
  return at;
}
