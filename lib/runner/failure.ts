/**
 * The last words of a run that failed, for its record.
 *
 * @module
 */
import { plain } from "./hint_text.ts";

/** So much of a message is kept. */
const keptLength = 2000;

/**
 * The message of the error that ended a process, without its stack; nothing when there is none, as
 * after `Deno.exit(3)`.
 *
 * @param stderr what the process wrote to stderr last
 *
 * @example
 * ```ts
 * import { errorMessage } from "./failure.ts";
 *
 * const stderr = "error: Uncaught (in promise) Error: too hot\n    at main (file:///a.ts:1:7)\n";
 * console.assert(errorMessage(stderr) === "Error: too hot");
 * ```
 */
export function errorMessage(stderr: string): string | undefined {
  const lines = plain(stderr).split(/\r?\n/);
  const start = lines.findLastIndex((line) => line.startsWith("error: "));
  if (start < 0) return undefined;
  const end = endOf(lines, start + 1);
  // Those of an AggregateError stand below it, with their own stacks.
  return lines.slice(start, end).filter((line) => !/^ {8,}at /.test(line)).join("\n")
    .replace(/^error: (?:Uncaught )?(?:\(in (?:promise|worker "[^"]*")\) )?/, "").trim();
}

/** The message as far as a record keeps it; once it holds no secret, of which a part would stay. */
export function keptMessage(message: string): string {
  return message.length <= keptLength ? message : `${message.slice(0, keptLength)}...`;
}

/** Where the message ends: before the stack, and before the line of code that a caret points at. */
function endOf(lines: readonly string[], from: number): number {
  for (let i = from; i < lines.length; i++) {
    const line = lines[i]!;
    if (/^\s*\^+\s*$/.test(line)) return Math.max(from, i - 1);
    if (/^(?: {4}at |\s*$)/.test(line)) return i;
  }
  return lines.length;
}

/**
 * The text with secrets replaced by the names of their variables.
 *
 * @param secrets the values by name
 */
export function withoutSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  // The longest first: one may be a part of another.
  const longestFirst = Object.entries(secrets)
    .flatMap(([name, value]) => formsOf(value).map((form) => [name, form] as const))
    .filter(([, form]) => form !== "")
    .sort(([, a], [, b]) => b.length - a.length);
  return longestFirst.reduce((all, [name, value]) => all.replaceAll(value, () => `$${name}`), text);
}

/** A line of a key in several lines may stand alone; a shorter one may be an ordinary word. */
const shortestLine = 8;

/** How messages write a value: as it is, in JSON, in quotes of the other kind, in a URL, by its lines. */
function formsOf(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const lines = value.split(/\r?\n/);
  return [
    ...new Set([
      value,
      inJson,
      inJson.replaceAll('\\"', '"'),
      inUrl(value),
      ...lines.length > 1 ? lines.filter((line) => line.length >= shortestLine) : [],
    ]),
  ];
}

function inUrl(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return ""; // It holds half of a character.
  }
}
