/**
 * Tables for people: the runs of a sweep, before and after.
 *
 * @module
 */
import { textOf } from "../resolver/text.ts";
import { keysOf, type Runs, type RunValues } from "./plan.ts";
import { entriesOf } from "./sequence.ts";

/** One row's cells beside the values of the run. */
export type Extra = readonly string[];

/**
 * Lays out runs with their values: a column for each key, then further columns.
 *
 * @param extras for each run as many cells as `titles`
 * @returns lines that end in a line feed
 */
export function runsTable(
  runs: Runs,
  titles: readonly string[] = [],
  extras: (index: number) => Extra = () => [],
): string {
  const keys = keysOf(runs);
  const head = ["run", ...keys, ...titles];
  const row = (
    run: RunValues,
    index: number,
  ) => [`${index}`, ...cells(run, keys), ...extras(index)];
  // Rows are made twice, for the widths and for the text: of many runs they would fill the memory.
  const widths = head.map(({ length }) => length);
  for (const [index, run] of entriesOf(runs)) {
    row(run, index).forEach((cell, i) => widths[i] = Math.max(widths[i]!, cell.length));
  }
  const text = makeText();
  text.add(line(head, widths));
  for (const [index, run] of entriesOf(runs)) text.add(line(row(run, index), widths));
  return text.end();
}

const blockLines = 1000;

/** Joins many lines in blocks: one after the other they would be as many pieces until the end. */
function makeText() {
  const blocks: string[] = [];
  let lines: string[] = [];
  return {
    add(line: string): void {
      if (lines.push(line) < blockLines) return;
      blocks.push(lines.join(""));
      lines = [];
    },
    end: () => blocks.join("") + lines.join(""),
  };
}

function line(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd() + "\n";
}

function cells(run: RunValues, keys: readonly string[]): string[] {
  const texts = new Map(run.map(({ key, node }) => [key, oneLine(textOf(node))]));
  // A point leaves out what it keeps of the configuration.
  return keys.map((key) => texts.get(key) ?? "-");
}

/** `lr=0.1 seed=2`, for a line about one run. */
export function valuesText(run: RunValues): string {
  return run.map(({ key, node }) => `${key}=${oneLine(textOf(node))}`).join(" ");
}

/** Text as a part of a line: control characters are blanks, and no more of it than helps. */
export function oneLine(text: string, length = 40): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
  return line.length > length ? `${line.slice(0, length - 3)}...` : line;
}
