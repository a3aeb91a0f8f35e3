/**
 * Reads what {@linkcode originsJson} writes.
 *
 * @module
 */
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import {
  type Explained,
  type Explanation,
  type Origin,
  type OriginLink,
  type OriginPlace,
  originsJson,
  readKey,
} from "./origins.ts";

/**
 * Explains every scalar, list and empty mapping of a configuration, by key, in the order of the
 * configuration; a list stands before its items.
 */
export function explainAll(explained: Explained): Map<string, Explanation> {
  // By the same way as from a folder, so that both answer the same.
  return parseOrigins(originsJson(explained));
}

/** The explanations that an experiment folder keeps; nothing when it has none that can be read. */
export async function readOrigins(
  folder: ExperimentFolder,
): Promise<Map<string, Explanation> | undefined> {
  try {
    return parseOrigins(await Deno.readTextFile(folder.origins));
  } catch {
    return undefined;
  }
}

/** A number that JSON cannot hold, or that a JavaScript number would show differently: `10.0`. */
interface Shown {
  readonly text: string;
}

type Scalar = string | number | boolean | null | Shown;
type Value = Described | { readonly [key: string]: Value };
type Described = readonly [what: Scalar | readonly Value[], ...rest: readonly Detail[]];
type Detail =
  | number
  | readonly number[]
  | { readonly argument: number }
  | string
  | Shown
  | readonly Link[];
type Link = string | { readonly name: string; readonly value?: string; readonly missing?: true };

interface Reading {
  readonly files: readonly string[];
  readonly explanations: Map<string, Explanation>;
  file: number;
  line: number;
  column: number;
}

/**
 * Reads the text of {@linkcode originsJson}.
 *
 * @throws {Error} when it is no such text
 */
export function parseOrigins(text: string): Map<string, Explanation> {
  const { format, files, values } = parse(text);
  if (format !== 2) throw new Error(`Cannot read origins of format ${format}`);
  const reading: Reading = { files, explanations: new Map(), file: 0, line: 0, column: 0 };
  for (const [key, value] of Object.entries(values)) read(reading, readKey(key), value);
  return reading.explanations;
}

interface OriginsFile {
  readonly format: number;
  readonly files: readonly string[];
  readonly values: { readonly [key: string]: Value };
}

/** What stands in each text that holds a number which JavaScript would spell in another way. */
const respelt = /\.\d*0[,\]}]|\d[eE]|[\d.]{16}|-0[,\]}]|0\.0{6}/;

/** Numbers keep their spelling, which tells `10.0` from `10`. */
function parse(text: string): OriginsFile {
  // Looking at each value on the way takes three times as long as parsing.
  if (!respelt.test(text)) return JSON.parse(text);
  const keep = (_: string, value: unknown, { source }: { source?: string }) =>
    typeof value === "number" && String(value) !== source ? { text: source } : value;
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}

/** @returns the value in one line of JSON */
function read(reading: Reading, key: string, value: Value): string {
  if (!isDescribed(value)) return readMapping(reading, key, value);
  const { explanations } = reading;
  // A list stands before its items, and is told by them.
  explanations.set(key, { key, value: "", chain: [], links: [] });
  const [what, ...details] = value;
  const shown = isList(what)
    ? `[${what.map((item, i) => jsonOf(read(reading, `${key}.${i}`, item))).join(", ")}]`
    : shownScalar(what);
  explanations.set(key, { key, value: shown, ...readDetails(reading, shown, details) });
  return shown;
}

function readMapping(
  reading: Reading,
  key: string,
  value: { readonly [key: string]: Value },
): string {
  const pairs = Object.entries(value).map(([written, child]) => {
    const name = readKey(written);
    return `${JSON.stringify(name)}: ${jsonOf(read(reading, `${key}.${name}`, child))}`;
  });
  return `{${pairs.join(", ")}}`;
}

function isDescribed(value: Value): value is Described {
  return Array.isArray(value);
}

function isList(what: Described[0]): what is readonly Value[] {
  return Array.isArray(what);
}

function shownScalar(what: Scalar): string {
  if (typeof what !== "object" || what === null) return JSON.stringify(what);
  return "text" in what ? what.text : "{}";
}

/** Inside of a collection everything is JSON. */
function jsonOf(shown: string): string {
  return /^-?\.(?:inf|nan)$/.test(shown) ? "null" : shown;
}

function readDetails(reading: Reading, shown: string, details: readonly Detail[]) {
  const chain: Origin[] = [];
  const links: OriginLink[] = [];
  for (const detail of details) {
    if (isLinks(detail)) { for (const link of detail) links.push(linkOf(link)); }
    else if (isPlace(detail)) chain.push({ place: placeOf(reading, detail), value: shown });
    else {
      const value = typeof detail === "string" ? JSON.stringify(detail) : detail.text;
      chain.push({ ...chain.pop()!, value });
    }
  }
  return { chain, links };
}

type PlaceDetail = number | readonly number[] | { readonly argument: number };

function isLinks(detail: Detail): detail is readonly Link[] {
  return Array.isArray(detail) && typeof detail[0] !== "number";
}

function isPlace(detail: Exclude<Detail, readonly Link[]>): detail is PlaceDetail {
  return typeof detail === "number" || Array.isArray(detail) ||
    typeof detail === "object" && "argument" in detail;
}

function placeOf(reading: Reading, detail: PlaceDetail): OriginPlace {
  if (typeof detail === "object" && "argument" in detail) return { argument: detail.argument };
  if (typeof detail === "number") reading.column += detail;
  else {
    const [column = 0, lines = 0, file = reading.file] = detail;
    Object.assign(reading, { file, line: reading.line + lines, column });
  }
  const { line, column } = reading;
  return { file: reading.files[reading.file] ?? "", line, column };
}

function linkOf(link: Link): OriginLink {
  return typeof link === "string"
    ? { kind: "reference", path: link }
    : { kind: "environment", ...link };
}
