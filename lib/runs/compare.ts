/**
 * Whether two output files say the same: byte for byte, or number by number within a tolerance.
 *
 * @module
 */

import type { Difference } from "../files.ts";

/** How two files compare. */
export type Comparison =
  | { readonly kind: "identical" }
  /** Every number lies within the tolerance; `largest` is the largest relative difference. */
  | { readonly kind: "close"; readonly largest: number }
  /** The first difference: `where` is `line:column` (1-based), a path in JSON, or `byte N`. */
  | {
    readonly kind: "different";
    readonly where: string;
    readonly before: string;
    readonly after: string;
  };

/** What is compared. */
export interface Contents {
  /** The path, whose ending tells JSON from text. */
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** The first difference that was found; or the largest one within the tolerance so far. */
interface Search {
  readonly tolerance: number;
  largest: number;
  first?: { readonly where: string; readonly before: string; readonly after: string };
}

/**
 * Compares two files.
 *
 * @param tolerance how far two numbers may lie apart, relative to the larger one; absent: the
 * files must be identical
 *
 * @example
 * ```ts
 * import { compareFiles } from "./compare.ts";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const files = { path: "a.csv", before: bytes("loss,0.5\n"), after: bytes("loss,0.5000001\n") };
 * console.assert(compareFiles(files).kind === "different");
 * console.assert(compareFiles(files, 1e-6).kind === "close");
 * ```
 */
export function compareFiles(contents: Contents, tolerance?: number): Comparison {
  const { path, before, after } = contents;
  if (sameBytes(before, after)) return { kind: "identical" };
  const [a, b] = [textOf(before), textOf(after)];
  if (a === undefined || b === undefined) return firstByte(before, after);
  const search: Search = { tolerance: tolerance ?? -1, largest: 0 };
  const [x, y] = path.endsWith(".json") ? [jsonOf(a), jsonOf(b)] : [];
  if (tolerance !== undefined && x && y) compareValues(x.value, y.value, "$", search);
  else compareTexts(a, b, search);
  // Without a tolerance, a difference that no line shows is one of line ends or of a last line.
  if (!search.first && tolerance === undefined) return firstByte(before, after);
  return search.first
    ? { kind: "different", ...search.first }
    : { kind: "close", largest: search.largest };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The text of a file; nothing when it is binary. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function firstByte(a: Uint8Array, b: Uint8Array): Comparison {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return differentBytes({ at, bytes: [a[at], b[at]] });
}

/** How files compare of which no more is told than the bytes that differ first. */
export function differentBytes({ at, bytes: [before, after] }: Difference): Comparison {
  const shown = (byte: number | undefined) =>
    byte === undefined ? "the end" : `0x${byte.toString(16).padStart(2, "0")}`;
  return { kind: "different", where: `byte ${at}`, before: shown(before), after: shown(after) };
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(withMarkedIntegers(text)) };
  } catch {
    return undefined; // Python writes NaN, which JSON lacks: then the numbers of the text count.
  }
}

const integerMark = "\u0000integer:";

/** Of long integers a number keeps the first 16 digits: they stay text. */
function withMarkedIntegers(text: string): string {
  return text.replace(
    /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g,
    (token) => token.startsWith('"') ? token : JSON.stringify(integerMark + token),
  );
}

/** The text of a number of JSON; nothing for any other value. */
function numberText(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string" || !value.startsWith(integerMark)) return undefined;
  return value.slice(integerMark.length);
}

/** Values of JSON; the order of keys does not matter. */
function compareValues(a: unknown, b: unknown, where: string, search: Search): void {
  if (search.first) return;
  const [x, y] = [numberText(a), numberText(b)];
  if (x !== undefined && y !== undefined) return compareNumbers(x, y, where, search);
  if (!isCollection(a) || !isCollection(b) || Array.isArray(a) !== Array.isArray(b)) {
    if (a !== b) search.first = { where, before: shownJson(a), after: shownJson(b) };
    return;
  }
  const own = (value: Record<string, unknown>, key: string) =>
    Object.hasOwn(value, key) ? value[key] : undefined;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    compareValues(
      own(a, key),
      own(b, key),
      Array.isArray(a) ? `${where}[${key}]` : `${where}.${key}`,
      search,
    );
  }
}

function isCollection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function shownJson(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return shortened(text.replaceAll(/"\\u0000integer:(-?\d+)"/g, "$1"));
}

function compareTexts(a: string, b: string, search: Search): void {
  const [before, after] = [a.split(/\r?\n/), b.split(/\r?\n/)];
  const count = Math.max(before.length, after.length);
  for (let i = 0; i < count && !search.first; i++) {
    const [x, y] = [before[i], after[i]];
    if (x === undefined || y === undefined) {
      search.first = { where: `${i + 1}:1`, before: shownLine(x), after: shownLine(y) };
    } else if (x !== y) compareLines(x, y, i + 1, search);
  }
}

function shownLine(line: string | undefined): string {
  return line === undefined ? "the end" : shortened(JSON.stringify(line));
}

/** A number that is no part of a word: `v2` and `2nd` are words. */
const number = /(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w|\.\w)/g;

/** What stands between the numbers must be the same. */
function compareLines(a: string, b: string, line: number, search: Search): void {
  const [x, y] = [piecesOf(a), piecesOf(b)];
  const count = Math.max(x.length, y.length);
  for (let i = 0; i < count && !search.first; i++) {
    const [p, q] = [x[i], y[i]];
    if (p?.isNumber && q?.isNumber) {
      compareNumbers(p.text, q.text, `${line}:${columnAt(a, p.start)}`, search);
    } else if (p?.text !== q?.text) {
      search.first = differingText(a, b, line, p?.start ?? a.length, q?.start ?? b.length);
    }
  }
}

function differingText(a: string, b: string, line: number, from: number, other: number) {
  let same = 0;
  while (from + same < a.length && a[from + same] === b[other + same]) same++;
  const shown = (text: string) =>
    text === "" ? "the end of the line" : shortened(JSON.stringify(text));
  return {
    where: `${line}:${columnAt(a, from + same)}`,
    before: shown(a.slice(from + same)),
    after: shown(b.slice(other + same)),
  };
}

function columnAt(line: string, offset: number): number {
  return [...line.slice(0, offset)].length + 1;
}

interface Piece {
  readonly start: number;
  readonly text: string;
  readonly isNumber: boolean;
}

function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: text, index } of line.matchAll(number)) {
    pieces.push({ start: end, text: line.slice(end, index), isNumber: false });
    pieces.push({ start: index, text, isNumber: true });
    end = index + text.length;
  }
  return [...pieces, { start: end, text: line.slice(end), isNumber: false }];
}

function compareNumbers(a: string, b: string, where: string, search: Search): void {
  const difference = a === b ? 0 : relativeDifference(a, b);
  if (!(difference <= search.tolerance) && a !== b) search.first = { where, before: a, after: b };
  else search.largest = Math.max(search.largest, difference);
}

function relativeDifference(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  // Beyond what a double holds nothing is near.
  if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
  if (x === y) return isInteger(a) && isInteger(b) && BigInt(a) !== BigInt(b) ? Number.EPSILON : 0;
  return Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y));
}

/** Integers beyond 2^53 may differ though the nearest double is the same. */
function isInteger(text: string): boolean {
  return /^-?\d{16,}$/.test(text);
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}...`;
}
