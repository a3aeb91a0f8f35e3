/**
 * An uncaught error in the words in which the runtime shows it on the main thread: the message, the
 * line of code, the frames of the experiment, and the causes.
 *
 * @module
 */
import type { Addresses } from "./import_rules.ts";
import { locateImport } from "./locate.ts";

/** Where imports of an experiment stand, and what its import map makes of them. */
export interface Origin {
  /** The URL of the module that the experiment began with. */
  readonly entry: string;
  readonly imports: Addresses;
}

/**
 * The text for stderr.
 *
 * @param error what was thrown
 * @param inPromise whether a promise was rejected with it
 * @param origin where the experiment's imports are looked for
 */
export function uncaughtText(error: unknown, inPromise: boolean, origin: Origin): string {
  const start = `error: Uncaught ${inPromise ? "(in promise) " : ""}`;
  if (!(error instanceof Error)) return `${start}${Deno.inspect(error)}\n`;
  const frames = framesOf(error);
  const place = frames.length > 0 ? undefined : importPlace(error, origin);
  const lines = place ? [`    at ${place}`] : [...codeLines(frames), ...frames];
  return [start + headOf(error), ...lines, ...causeLines(error)].join("\n") + "\n";
}

function headOf(error: Error): string {
  const unparsed = unparsedText(error.message);
  if (unparsed !== undefined) return `SyntaxError: ${unparsed}`;
  const { name, message } = error;
  const head = name === "" ? message : message === "" ? name : `${name}: ${message}`;
  return asOnTheMainThread(head);
}

/** What a compiled program says of a module that cannot be parsed: the inside of an error of Rust. */
const unparsed =
  /^JsErrorBox \{ inner: ParseDiagnostic\(.*?path: "([^"]*)".*?SourcePos\((\d+)\).*?kind: (.*?), source: /s;

function unparsedText(message: string): string | undefined {
  const [, path, start, kind] = unparsed.exec(message) ?? [];
  if (path === undefined) return undefined;
  const url = `file://${path}`;
  const before = textBefore(url, Number(start));
  const place = `${before.split("\n").length}:${before.length - before.lastIndexOf("\n")}`;
  return `The module's source code could not be parsed: ${kind} at ${url}:${place}`;
}

function textBefore(url: string, bytes: number): string {
  try {
    return new TextDecoder().decode(Deno.readFileSync(new URL(url)).subarray(0, bytes));
  } catch {
    return "";
  }
}

/** Words that differ where the program is compiled: what they advise is not to be done. */
function asOnTheMainThread(message: string): string {
  return message
    .replace(
      /specify the required permissions during compilation using `deno compile (--allow-[a-z]+)`/,
      "run again with the $1 flag",
    )
    .replace(/Module not found: (\S+)/, 'Module not found "$1".')
    .replace(/^TypeError: (?=TypeError: Import ")/, ""); // It was thrown in a hook of the program.
}

/** Those of the code, and of the runtime below it; not those of the program itself. */
function framesOf(error: Error): string[] {
  const stack = typeof error.stack === "string" ? error.stack : "";
  const first = stack.search(/^ {4}at /m);
  if (first < 0) return [];
  return stack.slice(first).split("\n").filter((line) =>
    line.startsWith("    at ") && !isOwn(line)
  );
}

const ownRoot = new URL("../../", import.meta.url).href;

function isOwn(frame: string): boolean {
  return frame.includes(ownRoot) && import.meta.url.startsWith(ownRoot);
}

/** The line that the first frame in a file is on, with a caret below. */
function codeLines(frames: readonly string[]): string[] {
  const place = frames.map((frame) => /(file:\/\/[^\s)]+):(\d+):(\d+)\)?$/.exec(frame)).find(
    Boolean,
  );
  if (!place) return [];
  const [, url, line, column] = place;
  const text = lineOf(url!, Number(line));
  if (text === undefined || text.trim() === "" || text.length > longestShown) return [];
  const before = text.slice(0, Number(column) - 1).replace(/[^\t]/g, " ");
  return [text, `${before}^`];
}

const longestShown = 150;

function lineOf(url: string, line: number): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(url)).split("\n")[line - 1]?.replace(/\r$/, "");
  } catch {
    return undefined; // It may not be read, or is gone.
  }
}

function causeLines(error: Error): string[] {
  const inner = error instanceof AggregateError ? error.errors.flatMap(innerLines) : [];
  return [...inner, ...causesOf(error, [error])];
}

function innerLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [`    ${Deno.inspect(error)}`];
  return [headOf(error), ...framesOf(error)].map((line) => `    ${line}`);
}

function causesOf({ cause }: Error, seen: readonly Error[]): string[] {
  if (cause === undefined) return [];
  if (!(cause instanceof Error)) return [`Caused by: ${Deno.inspect(cause)}`];
  if (seen.includes(cause)) return [];
  return [`Caused by: ${headOf(cause)}`, ...framesOf(cause), ...causesOf(cause, [...seen, cause])];
}

/** An import that cannot be served has no frame: it is found by its words. */
function importPlace({ message }: Error, { entry, imports }: Origin): string | undefined {
  const patterns = [
    /^Module not found: (\S+)$/,
    /^(?:TypeError: )?Import "([^"]+)" not a dependency/,
    /^Could not resolve "([^"]+)", but found it in a package\.json/,
    /matching package for '([^']+)'/,
  ];
  for (const pattern of patterns) {
    const wanted = pattern.exec(message)?.[1];
    if (wanted !== undefined) return locateImport(entry, wanted, imports);
  }
  return undefined;
}
