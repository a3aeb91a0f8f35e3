import { assert, assertEquals } from "@std/assert";
import { parseCsv, type Row } from "../../lib/sweep/csv.ts";

const tables: readonly [name: string, text: string, rows: string[][]][] = [
  ["plain", "a,b\n1,2\n", [["a", "b"], ["1", "2"]]],
  ["no line end at the end", "a,b\n1,2", [["a", "b"], ["1", "2"]]],
  ["CRLF", "a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]],
  ["a byte order mark", "\ufeffa,b\n1,2\n", [["a", "b"], ["1", "2"]]],
  ["blanks around", " a , b\n 1 , 2 \n", [["a", "b"], ["1", "2"]]],
  ["quotes", '"a,b","c""d"\n"x\ny",z\n', [["a,b", 'c"d'], ["x\ny", "z"]]],
  ["blanks around quotes", 'a,b\n "x" , y\n', [["a", "b"], ["x", "y"]]],
  ["empty cells", "a,b,c\n1,,3\n,,3\n1,2,\n", [["a", "b", "c"], ["1", "", "3"], ["", "", "3"], [
    "1",
    "2",
    "",
  ]]],
  ["an empty last cell without line end", "a,b\n1,", [["a", "b"], ["1", ""]]],
  ["empty lines", "a\n\n1\n  \n2\n", [["a"], ["1"], ["2"]]],
  ["a row of empty cells", "a,b\n,\n1,2\n", [["a", "b"], ["", ""], ["1", "2"]]],
  ["nothing", "", []],
];
for (const [name, text, rows] of tables) {
  Deno.test(`parseCsv: ${name}`, () => {
    assertEquals(rowsOf(text).map(({ cells }) => cells.map((cell) => cell.text)), rows);
  });
}

function rowsOf(text: string): Row[] {
  const rows = parseCsv(text);
  assert(!("openQuote" in rows));
  return rows;
}

Deno.test("parseCsv: a quote that is not closed", () => {
  assertEquals(parseCsv('a,b\n"1,2\n'), { openQuote: 4 });
  assertEquals(parseCsv('"a""b", "1\n'), { openQuote: 8 });
});

Deno.test("parseCsv: places and lines", () => {
  const text = 'a,b\n"x\ny", z\n3,4';
  const [, second, third] = rowsOf(text);
  assertEquals(second!.cells.map(({ start, end }) => text.slice(start, end)), ['"x\ny"', "z"]);
  assertEquals([second!.line, third!.line], [2, 4]);
});
