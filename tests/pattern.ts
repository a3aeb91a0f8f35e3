/**
 * Expected text with wildcards for what differs from run to run. Everything else is compared
 * exactly, white space and line ends included.
 *
 * | token        | stands for                                              |
 * |--------------|---------------------------------------------------------|
 * | `[TMP]`      | the temporary folder that the case runs in              |
 * | `[VERSION]`  | expyrun's version, as deno.json says                    |
 * | `[TIME]`     | a moment, as in `2026-01-02T03:04:05.678Z`              |
 * | `[DURATION]` | a stretch of time, as in `12 ms`, `0.1 s` or `2 min 3 s` |
 * | `[N]`        | digits                                                  |
 * | `[WORD]`     | anything without white space                            |
 * | `[LINE]`     | anything up to the end of the line, or nothing          |
 * | `[WILDCARD]` | anything, over many lines, or nothing                   |
 *
 * @module
 */

/** The texts that stand in for `[TMP]` and `[VERSION]`. */
export interface Known {
  readonly tmp: string;
  readonly version: string;
}

const duration = String.raw`\d+(?:\.\d+)? ?(?:ms|s|min|h)(?: \d+ ?(?:s|min))*`;

const wildcards: Readonly<Record<string, string>> = {
  "[TIME]": String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`,
  "[DURATION]": duration,
  "[N]": String.raw`\d+`,
  "[WORD]": String.raw`\S+`,
  "[LINE]": String.raw`[^\n]*`,
  "[WILDCARD]": String.raw`[\s\S]*?`,
};

const token = /(\[(?:TMP|VERSION|TIME|DURATION|N|WORD|LINE|WILDCARD)\])/;

/** Whether the text is what the pattern describes. */
export function matches(text: string, pattern: string, known: Known): boolean {
  const source = pattern.split(token).map((part) => wildcards[part] ?? literal(part, known));
  return new RegExp(`^${source.join("")}$`).test(text);
}

function literal(part: string, { tmp, version }: Known): string {
  const text = part === "[TMP]" ? tmp : part === "[VERSION]" ? version : part;
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/**
 * A pattern for the text: what expected files are first written with. Only `[TMP]` (and
 * carets below it), `[VERSION]` (where it follows the program's name), `[TIME]`, `[DURATION]` and the
 * lines of Deno's own frames are put in, where they are sure; the others are for the author.
 */
export function patternOf(text: string, { tmp, version }: Known): string {
  return text
    .replaceAll(tmp, "[TMP]")
    // The name of the folder is not always as long, nor are the carets below it.
    .replace(/(\[TMP\][^\n]*\n[ \d]*\|[^\S\n]*)\^{2,}(?=$|\n)/g, "$1^[LINE]")
    .replaceAll(`expyrun ${version}`, "expyrun [VERSION]")
    .replace(/\(ext:[^)\n]*\)/g, "(ext:[WORD])")
    .replace(new RegExp(wildcards["[TIME]"]!, "g"), "[TIME]")
    .replace(new RegExp(`(?<= (?:in|after) )${duration}(?=$|\\n)`, "g"), "[DURATION]");
}
