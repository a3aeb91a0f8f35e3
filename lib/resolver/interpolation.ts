/**
 * What is read inside text: `$NAME`, `${NAME}`, `{a.b}` and the `!P` in front that switches all of
 * it off.
 *
 * @module
 */
import { nearMiss, type Place } from "../errors.ts";
import type { World } from "../world.ts";
import type { Link } from "./node.ts";

/** In front of text that is taken as it stands. */
export const literalMark = "!P";

const variable = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g;
const reference = /\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}/g;
const anything = new RegExp(`^${literalMark}|${variable.source}|${reference.source}`);

/** Whether the resolver would read text as anything but itself. */
export function isReadAgain(text: string): boolean {
  return anything.test(text);
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
  reference.lastIndex = 0;
  for (let match; (match = reference.exec(text));) {
    found.push({ path: match[1]!, text: match[0], index: match.index });
  }
  return found;
}

/** Text whose environment variables were replaced. */
export interface Expansion {
  readonly text: string;
  readonly links: readonly Link[];
  /** The place of what stands at an index of the new text. */
  placeOf(index: number, text: string): Place;
}

/** The environment as configurations see it: `EXPYRUN_CWD` is the working directory. */
export function variablesOf(world: World): (name: string) => string | undefined {
  return (name) => {
    if (name === "EXPYRUN_CWD") return world.cwd;
    return Object.hasOwn(world.env, name) ? world.env[name] : undefined;
  };
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly place: Place;
  /** How far the text after it moved, compared to the original text. */
  readonly shift: number;
}

/** Replaces the environment variables in text; an undefined one is warned about and left empty. */
export function expandVariables(text: string, place: Place, world: World): Expansion {
  if (!text.includes("$")) {
    return { text, links: [], placeOf: (index, part) => placeWithin(place, text, index, part) };
  }
  const lookUp = variablesOf(world);
  const links: Link[] = [];
  const replacements: Replacement[] = [];
  let shift = 0;
  const expanded = text.replace(variable, (whole, bare, braced, index: number) => {
    const name: string = bare ?? braced;
    const at = placeWithin(place, text, index, whole);
    const value = lookUp(name);
    if (value === undefined) warnUndefined(whole, name, at, world);
    else links.push({ kind: "environment", name, place: at });
    const start = index + shift;
    const end = start + (value ?? "").length;
    shift += (value ?? "").length - whole.length;
    replacements.push({ start, end, place: at, shift });
    return value ?? "";
  });
  const placeOf = (index: number, part: string) => {
    const before = replacements.findLast(({ start }) => start <= index);
    if (before && index < before.end) return before.place;
    return placeWithin(place, text, index - (before?.shift ?? 0), part);
  };
  return { text: expanded, links, placeOf };
}

function warnUndefined(whole: string, name: string, place: Place, world: World): void {
  const near = nearMiss(name, ["EXPYRUN_CWD", ...Object.keys(world.env)]);
  world.warn({
    code: "environment",
    message: `Cannot expand "${whole}": no such environment variable`,
    place,
    hint: near && `Did you mean "$${near}"?`,
  });
}

/**
 * The place of a part of a scalar's text. Escapes and folded lines make the text differ from the
 * file: then the part is searched for; the whole value's place if it is not there as such.
 */
export function placeWithin(place: Place, value: string, index: number, part: string): Place {
  if (place.kind === "argument") return place;
  const { text } = place.source;
  const quote = text[place.start];
  let start = place.start + (quote === '"' || quote === "'" ? index + 1 : index);
  const same = text.startsWith(part, start) &&
    text.startsWith(value.slice(0, index), start - index);
  if (!same) {
    const raw = text.slice(place.start, place.end);
    const at = nthIndex(raw, part, value.slice(0, index).split(part).length);
    if (at < 0) return place;
    start = place.start + at;
  }
  return { kind: "file", source: place.source, start, end: start + part.length };
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
