/**
 * Comma-separated values, as RFC 4180 and spreadsheets write them.
 *
 * @module
 */

/** One row and the line of the file that it begins on, 1-based. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly line: number;
}

/** One cell: its text, and where it stands in the file, in UTF-16 units, the quotes included. */
export interface Cell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads every row that is not empty. A cell in double quotes may hold commas, line ends and, doubled,
 * quotes; blanks around an unquoted cell do not count.
 *
 * @returns the offset of a quote that is not closed, where there is one
 */
export function parseCsv(text: string): Row[] | { readonly openQuote: number } {
  const rows: Row[] = [];
  let cells: Cell[] = [];
  let line = 1;
  let begun = 1;
  const pattern = /(?:[ \t]*("(?:[^"]|"")*")[ \t]*|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
  for (pattern.lastIndex = text.startsWith("\ufeff") ? 1 : 0; pattern.lastIndex < text.length;) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match || (match[2] ?? "").trimStart().startsWith('"')) {
      return { openQuote: text.indexOf('"', start) };
    }
    cells.push(cell(match));
    line += (match[0].match(/\r\n|\n|\r/g) ?? []).length;
    const atEnd = pattern.lastIndex === text.length;
    if (match[3] === "," && !atEnd) continue;
    if (match[3] === ",") cells.push({ text: "", start: text.length, end: text.length });
    // A line that is empty is no row; one of empty cells keeps every default.
    if (cells.length > 1 || cells[0]!.text !== "") rows.push({ cells, line: begun });
    [cells, begun] = [[], line];
  }
  return rows;
}

function cell({ index, 0: whole, 1: quoted, 2: plain }: RegExpExecArray): Cell {
  const written = quoted ?? plain!.trim();
  const start = index + whole.indexOf(written);
  const text = quoted === undefined ? written : quoted.slice(1, -1).replaceAll('""', '"');
  return { text, start, end: start + written.length };
}
