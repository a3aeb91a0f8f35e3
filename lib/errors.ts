/**
 * What goes wrong, where, and the way out: the one error class, places, their rendering and the
 * near miss. Imports nothing, so that the process of an experiment can use it too.
 *
 * @module
 */

/** A text that values were read from. */
export interface Source {
  /** The path as the user would write it; what messages show. */
  readonly name: string;
  /** The absolute path. */
  readonly path: string;
  /** The whole text; offsets of places count its UTF-16 units. */
  readonly text: string;
}

/** A stretch of a file: `start` (inclusive) and `end` (exclusive) are offsets into the text. */
export interface FilePlace {
  readonly kind: "file";
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A word of the command line, or a stretch of it. */
export interface ArgumentPlace {
  readonly kind: "argument";
  /** Every word of the command line, without the program's name. */
  readonly words: readonly string[];
  /** Which word, 0-based. */
  readonly index: number;
}

/**
 * Where something was said. Line and column are worked out when a message is rendered, never
 * before: values carry their place from the first stage on, and most are never shown.
 */
export type Place = FilePlace | ArgumentPlace;

/** The closed set of what can go wrong; tests assert these, goldens assert the prose. */
export type ErrorCode =
  /** The words of the command line: verb, option, missing operand. */
  | "usage"
  /** An override: unknown key, unconvertible value, key without a value. */
  | "override"
  /** A file or folder that is not there or cannot be read. */
  | "unreadable"
  /** YAML that cannot be read, or is beyond a limit. */
  | "syntax"
  /** A reserved key holds what it must not. */
  | "section"
  /** `__default__` chains: a cycle. */
  | "inheritance"
  /** A key that no parent knows, under `raise` (or `warn`). */
  | "new-key"
  /** A reference: unknown, or a cycle. */
  | "reference"
  /** An environment variable that is not defined. */
  | "environment"
  /** A value changed its kind from file to file. */
  | "kind-change"
  /** Text that YAML 1.1 tools read as something else. */
  | "ambiguous"
  /** The module of `__main__` cannot be found. */
  | "entry-point"
  /** The code cannot be copied: limits, links, reserved names. */
  | "snapshot"
  /** The dependencies cannot be locked. */
  | "lock"
  /** The experiment folder cannot be made or written. */
  | "folder"
  /** What was made for work that has failed cannot be removed. */
  | "left"
  /** The folder is not in the state that the command needs. */
  | "status"
  /** The experiment's process cannot be started or watched. */
  | "launch"
  /** What a sweep is asked to do: an unknown axis, a zip of unequal lengths, too many runs. */
  | "sweep"
  /** Runs of a sweep that repeat others. */
  | "duplicate"
  /** SLURM refuses, or cannot be reached. */
  | "slurm"
  /** An answer cannot be written. */
  | "output"
  /** A signal ended the work. */
  | "interrupted";

/** One thing that went wrong, as a plain value; an error or a warning is made of it. */
export interface Problem {
  readonly code: ErrorCode;
  /** "Cannot do X: because of Y". Capital first, no full stop, values in double quotes. */
  readonly message: string;
  readonly place?: Place | undefined;
  /** Other places that matter, each with its sentence. */
  readonly notes?: readonly { readonly message: string; readonly place?: Place | undefined }[];
  /** The way out. */
  readonly hint?: string | undefined;
  /** The number of the signal that ended the work, if one did. */
  readonly signal?: number | undefined;
}

/** The only error that expyrun throws on purpose. Any other one is a defect of expyrun. */
export class ExpyrunError extends Error {
  /** What went wrong. */
  readonly problem: Problem;

  /** @param problem what went wrong, where, and the way out */
  constructor(problem: Problem) {
    super(problem.message);
    this.name = "ExpyrunError";
    this.problem = problem;
  }
}

/**
 * The exit code that an error of expyrun itself ends with.
 *
 * @returns 2 for what is asked for (the words of the command line, and what a sweep is to do),
 * 128 + N for signal N, 125 for anything else, as `docker run` does
 */
export function exitCodeOf(
  { code, signal, place }: Pick<Problem, "code" | "signal" | "place">,
): number {
  if (signal !== undefined) return 128 + signal;
  // What __run__ holds may come from the command line, too.
  const isWord = code === "section" && place?.kind === "argument";
  return isWord || code === "usage" || code === "override" || code === "sweep" ? 2 : 125;
}

/** ANSI styling, or none. */
export interface Style {
  /** Whether escape sequences may be used. */
  readonly color: boolean;
}

/**
 * Renders a problem in the layout of Deno's own messages, ending in a line feed.
 *
 * @example
 * ```ts
 * import { render } from "./errors.ts";
 *
 * const problem = { code: "usage", message: 'Unknown option "--quite"' } as const;
 * console.assert(render("error", problem, { color: false }) === 'error: Unknown option "--quite"\n');
 * ```
 */
export function render(severity: "error" | "warning", problem: Problem, style: Style): string {
  const paint = painter(style);
  const label = paint(severity === "error" ? "31;1" : "33;1", severity);
  const lines = [`${label}: ${visible(problem.message)}`];
  if (problem.place) lines.push(...snippet(problem.place, paint));
  for (const note of problem.notes ?? []) {
    const where = note.place ? `: ${header(note.place)}` : "";
    lines.push(`  = ${paint("1", "note")}: ${visible(note.message)}${where}`);
  }
  if (problem.hint) lines.push(`  = ${paint("1", "hint")}: ${visible(problem.hint)}`);
  return lines.join("\n") + "\n";
}

/** `file:line:column`, 1-based, the column in characters; or `argument N`. */
export function header(place: Place): string {
  if (place.kind === "argument") return `argument ${place.index + 1}`;
  const { line, column } = position(place.source.text, place.start);
  return `${place.source.name}:${line}:${column}`;
}

/** The line and column (1-based, in characters) of an offset in UTF-16 units. */
export function position(text: string, offset: number): { line: number; column: number } {
  const start = lineStart(text, offset);
  return { line: lineAt(text, start), column: [...text.slice(start, offset)].length + 1 };
}

/** Where the last line that was asked for begins: of thousands of warnings, each is behind the last. */
let last = { text: "", start: 0, line: 1 };

function lineAt(text: string, start: number): number {
  if (text !== last.text || start < last.start) last = { text, start: 0, line: 1 };
  for (; last.start < start; last.start++) {
    const i = last.start;
    if (text[i] === "\n" || (text[i] === "\r" && text[i + 1] !== "\n")) last.line++;
  }
  return last.line;
}

type Paint = (codes: string, text: string) => string;

function painter(style: Style): Paint {
  return (codes, text) => style.color ? `\x1b[${codes}m${text}\x1b[0m` : text;
}

function lineStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
  return start;
}

function snippet(place: Place, paint: Paint): string[] {
  const { number, line, before, marked } = place.kind === "file"
    ? fileSnippet(place)
    : argumentSnippet(place);
  const gutter = " ".repeat(number.length);
  const bar = paint("34;1", "|");
  const carets = "^".repeat(Math.max(1, width(marked)));
  return [
    `${gutter}${paint("34;1", "-->")} ${header(place)}`,
    `${gutter} ${bar}`,
    `${paint("34;1", number)} ${bar} ${line}`,
    `${gutter} ${bar} ${blank(before)}${paint("31;1", carets)}`,
  ];
}

interface Snippet {
  readonly number: string;
  readonly line: string;
  readonly before: string;
  readonly marked: string;
}

// Long lines are cut around the place: a configuration may be one line of a megabyte.
const shownBefore = 60;
const shownAfter = 100;

function fileSnippet({ source: { text }, start, end }: FilePlace): Snippet {
  const begin = lineStart(text, start);
  let stop = start;
  while (stop < text.length && text[stop] !== "\n" && text[stop] !== "\r") stop++;
  return {
    number: String(position(text, start).line),
    ...window(text.slice(begin, stop), start - begin, Math.min(end, stop) - begin),
  };
}

function argumentSnippet({ words, index }: ArgumentPlace): Snippet {
  const before = ["expyrun", ...words.slice(0, index)].map(shellWord).join(" ") + " ";
  const marked = index < words.length ? shellWord(words[index]!) : "";
  const after = words.slice(index + 1).map((word) => " " + shellWord(word)).join("");
  return {
    number: " ",
    ...window(before + marked + after, before.length, before.length + marked.length),
  };
}

function window(line: string, start: number, end: number): Omit<Snippet, "number"> {
  const from = Math.max(0, start - shownBefore);
  const to = Math.min(line.length, start + shownAfter);
  const lead = from > 0 ? "..." : "";
  const before = visible(lead + line.slice(from, start), true);
  const marked = visible(line.slice(start, Math.min(end, to)), true);
  const after = visible(line.slice(Math.min(end, to), to), true) + (to < line.length ? "..." : "");
  return { line: before + marked + after, before, marked };
}

/** Text with control characters escaped: a message never moves the user's cursor. */
export function visible(text: string, keepTabs = false): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, (c) => {
    if (c === "\t" && keepTabs) return c;
    const hex = c.charCodeAt(0).toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
}

/** White space of the width of the text, tabs kept, so that carets stand below what they mark. */
function blank(text: string): string {
  return text.split(/(\t)/).map((part) => part === "\t" ? part : " ".repeat(width(part))).join("");
}

/** Terminal columns of the text: East Asian wide characters and emoji take two. */
function width(text: string): number {
  // In here, as compiling these takes longer than loading the whole module, and few need them.
  const combining = /\p{Mn}|\u200d/u;
  const wide =
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
  let columns = 0;
  for (const c of text) columns += wide.test(c) ? 2 : combining.test(c) ? 0 : 1;
  return columns;
}

/** A word as it is typed in a shell, in quotes where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./{}\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The candidate that the word most likely meant; nothing when unsure.
 *
 * A candidate is near when at most a third of the letters of the longer one (at most three) must
 * be changed, inserted, removed or swapped with the next, letter case and `-`/`_` aside; also
 * when it is the only one that ends in the word, as in `lr` for `training.lr`.
 */
export function nearMiss(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates].filter((candidate) => candidate !== word);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of all) {
    const limit = Math.min(3, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(fold(word), fold(candidate));
    if (distance <= limit && distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== undefined) return best;
  const endings = all.filter((candidate) => candidate.endsWith("." + word));
  return endings.length === 1 ? endings[0] : undefined;
}

/** Of thousands of mistakes of one kind, so many are searched for; after that it only takes time. */
export const searchLimit = 50;

function fold(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
}

/** Edit distance with swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length]!;
}

/** A hint that offers the near miss, or lists the valid names, or says nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates];
  const near = nearMiss(word, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return names.length > 0 && names.length <= 12 ? `Known: ${names.join(", ")}` : undefined;
}
