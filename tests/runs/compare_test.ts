import { assertEquals } from "@std/assert";
import { compareFiles, type Comparison } from "../../lib/runs/compare.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const same: Comparison = { kind: "identical" };
const close = (largest: number): Comparison => ({ kind: "close", largest });
const different = (where: string, before: string, after: string): Comparison => ({
  kind: "different",
  where,
  before,
  after,
});

type Row = [path: string, before: string, after: string, tolerance: number | undefined, Comparison];

Deno.test("files are identical, close or different", async (t) => {
  const cases: Row[] = [
    ["a.txt", "x\n", "x\n", undefined, same],
    ["a.txt", "x\n", "x\n", 0, same],
    ["a.txt", "", "", undefined, same],
    ["a.txt", "x\ny 1\n", "x\ny 2\n", undefined, different("2:3", "1", "2")],
    ["a.txt", "x\n", "y\n", 1, different("1:1", '"x"', '"y"')],
    ["a.txt", "a\nb\n", "a\n", 1, different("2:1", '"b"', "the end of the line")],
    ["a.txt", "a", "a\n", undefined, different("2:1", "the end", '""')],
    ["a.txt", "a\r\n", "a\n", undefined, different("byte 1", "0x0d", "0x0a")],
    ["a.txt", "a\r\n", "a\n", 0, close(0)],
    ["a.txt", "ü 1 2", "ü 1 3", undefined, different("1:5", "2", "3")],
    ["a.txt", "loss 100", "loss 101", 0.01, close(1 / 101)],
    ["a.txt", "loss 100", "loss 102", 0.01, different("1:6", "100", "102")],
    ["a.txt", "1e-5", "0.00001", 0, close(0)],
    ["a.txt", "It is 100.", "It is 101.", 0.01, close(1 / 101)],
    ["a.txt", "1e-5", "0.00001", undefined, different("1:1", "1e-5", "0.00001")],
    ["a.txt", "-1", "1", 1, different("1:1", "-1", "1")],
    ["a.txt", "0", "1e-30", 0.5, different("1:1", "0", "1e-30")],
    ["a.txt", "v1", "v2", 1, different("1:2", '"1"', '"2"')],
    ["a.txt", "nan", "0.5", 1, different("1:1", '"nan"', '"0.5"')],
    ["a.txt", "a 1", "a", 1, different("1:2", '" 1"', "the end of the line")],
    [
      "a.txt",
      "12345678901234567",
      "12345678901234568",
      0,
      different(
        "1:1",
        "12345678901234567",
        "12345678901234568",
      ),
    ],
    ["a.csv", "x,y\n1,2.0\n", "x,y\n1,2.0000001\n", 1e-6, close(0.0000001 / 2.0000001)],
    ["a.csv", "x,y\n1,2.0\n", "x,y\n1,2.1\n", 1e-6, different("2:3", "2.0", "2.1")],
    ["a.csv", '"1","a"', '"1.0","a"', 0, close(0)],
    ["a.json", '{"a": 1, "b": [1.0]}', '{"b":[1],"a":1}', 0, close(0)],
    ["a.json", '{"a": 1}', '{"a":1}', undefined, different("1:6", '" 1}"', '"1}"')],
    ["a.json", '{"a": [1, 2]}', '{"a": [1, 3]}', 0.1, different("$.a[1]", "2", "3")],
    ["a.json", '{"a": 1}', '{"b": 1}', 0.1, different("$.a", "1", "nothing")],
    ["a.json", '{"a": 1}', '{"a": "1"}', 0.1, different("$.a", "1", '"1"')],
    ["a.json", '{"a": []}', '{"a": {}}', 0.1, different("$.a", "[]", "{}")],
    ["a.json", '{"a": NaN, "b": 1}', '{"a": NaN, "b": 1.0}', 0, close(0)],
    [
      "a.json",
      '{"id": 12345678901234567890}',
      '{"id": 12345678901234567891}',
      0,
      different("$.id", "12345678901234567890", "12345678901234567891"),
    ],
    [
      "a.json",
      '{"id": 12345678901234567890, "a": 1}',
      '{"id": 12345678901234567890, "a": 2}',
      1,
      close(0.5),
    ],
    ["a.json", '{"a": 0.12345678901234560}', '{"a": 0.1234567890123456}', 0, close(0)],
    [
      "a.json",
      '{"a": [-12345678901234567]}',
      '{"a": "12345678901234567"}',
      0,
      different("$.a", "[-12345678901234567]", '"12345678901234567"'),
    ],
    ["a.json", '{"loss": 1e400}', '{"loss": 0.5}', 1e-6, different("$.loss", "Infinity", "0.5")],
    ["a.csv", "1e400", "0.5", 1, different("1:1", "1e400", "0.5")],
    ["a.json", '{"constructor": 1}', "{}", 1, different("$.constructor", "1", "nothing")],
    ["a.json", "{}", '{"__proto__": 1}', 1, different("$.__proto__", "nothing", "1")],
    ["a.bin", "a\0b", "a\0c", 1, different("byte 2", "0x62", "0x63")],
    ["a.bin", "a\0b", "a\0", 1, different("byte 2", "0x62", "the end")],
  ];
  for (const [path, before, after, tolerance, expected] of cases) {
    await t.step(JSON.stringify([path, before, after, tolerance ?? null]), () => {
      const contents = { path, before: bytes(before), after: bytes(after) };
      const actual = compareFiles(contents, tolerance);
      if (actual.kind === "close" && expected.kind === "close") {
        assertEquals(actual.largest.toPrecision(6), expected.largest.toPrecision(6));
      } else assertEquals(actual, expected);
    });
  }
});

Deno.test("a long difference is cut", () => {
  const contents = { path: "a.txt", before: bytes("a".repeat(1000)), after: bytes("b") };
  const comparison = compareFiles(contents);
  assertEquals(comparison.kind === "different" && comparison.before.length, 83);
});
