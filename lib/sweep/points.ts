/**
 * A file of points: one run a row.
 *
 * @module
 */
import { extname, resolve } from "../path.ts";
import { ExpyrunError, type Place, type Source } from "../errors.ts";
import { nearHint } from "../near_path.ts";
import type { Mapping, Node } from "../resolver/node.ts";
import type { World } from "../world.ts";
import { type Assignment, sweepError, typeCell } from "./axis.ts";
import { parseCsv } from "./csv.ts";
import { readPoint } from "./section.ts";

/**
 * Reads `--points FILE`.
 *
 * @param place the word that names the file
 * @param readYaml parses YAML whose keys may be paths
 * @throws {ExpyrunError} `unreadable` or `sweep`
 */
export async function readPointsFile(
  file: string,
  place: Place,
  config: Mapping,
  world: World,
  readYaml: (source: Source) => Node,
): Promise<Assignment[][]> {
  const path = resolve(world.cwd, file);
  const source: Source = { name: file, path, text: await readText(path, file, place) };
  switch (extname(file).toLowerCase()) {
    case ".csv":
      return pointsOfCsv(source, config);
    case ".yml":
    case ".yaml":
      return pointsOfYaml(readYaml(source), config);
  }
  throw sweepError(`Cannot read points from "${file}"`, place, "It ends in .csv, .yml or .yaml");
}

async function readText(path: string, file: string, place: Place): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (error) {
    const because = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "it is a folder"
      : error instanceof TypeError
      ? "it is not UTF-8 text"
      : (error as Error).message;
    throw new ExpyrunError({
      code: "unreadable",
      message: `Cannot read "${file}": ${because}`,
      place,
      hint: nearHint(path),
    });
  }
}

/**
 * The points of a YAML file: a list of mappings, as `points` of `__sweep__` is.
 *
 * @throws {ExpyrunError} `sweep`, at what is wrong
 */
export function pointsOfYaml(root: Node, config: Mapping): Assignment[][] {
  if (root.kind === "list") return root.items.map((item) => readPoint(item, config));
  throw sweepError("A file of points is a list", root.place, "Write: - {training.lr: 0.1}");
}

/**
 * The points of a table: the first row names the keys, an empty cell keeps the key's default.
 *
 * @throws {ExpyrunError} `sweep`, at the cell
 */
export function pointsOfCsv(source: Source, config: Mapping): Assignment[][] {
  const at = ({ start, end }: { start: number; end: number }): Place => ({
    kind: "file",
    source,
    start,
    end,
  });
  const rows = parseCsv(source.text);
  if ("openQuote" in rows) {
    const { openQuote: start } = rows;
    const message = `Cannot read "${source.name}": a quote is not closed`;
    throw sweepError(message, at({ start, end: start + 1 }), "Write a quote in a cell twice");
  }
  const [header, ...body] = rows;
  if (!header || body.length === 0) {
    throw sweepError(
      `"${source.name}" holds no points`,
      undefined,
      "A row of keys, then a row for each run",
    );
  }
  for (const [column, { text }] of header.cells.entries()) {
    if (header.cells.findIndex((cell) => cell.text === text) === column) continue;
    const place = at(header.cells[column]!);
    throw sweepError(`The first row names "${text}" twice`, place, "Name each key once");
  }
  return body.map(({ cells, line }) => {
    if (cells.length !== header.cells.length) {
      const message =
        `Line ${line} has ${cells.length} cells, the first row ${header.cells.length}`;
      throw sweepError(message, at(cells.at(-1)!));
    }
    return cells.flatMap((cell, column) => {
      const name = header.cells[column]!;
      const node = cell.text === ""
        ? []
        : [typeCell(name.text, at(name), cell.text, at(cell), config)];
      return node.map((node) => ({ key: name.text, node }));
    });
  });
}
