import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError, header, render } from "../../lib/errors.ts";
import { readDocument } from "../../lib/resolver/document.ts";
import { nodeAt, pathsOf } from "../../lib/resolver/node.ts";
import { ask, findPython, tellPython } from "../python.ts";
import { leftOut } from "../snapshotter/experiment.ts";
import { withTempDir } from "../temp.ts";
import { tellingWorld } from "../world.ts";
import { errorOf, listener, parse, told } from "./nodes.ts";

const plain: readonly [written: string, kind: string, value?: unknown][] = [
  ["", "null"],
  ["~", "null"],
  ["null", "null"],
  ["NULL", "null"],
  ["nULL", "string"],
  ["true", "bool", true],
  ["True", "bool", true],
  ["FALSE", "bool", false],
  ["tRUE", "string"],
  ["10", "int", "10"],
  ["+10", "int", "10"],
  ["-0", "int", "0"],
  ["0x1F", "int", "31"],
  ["0xg", "string"],
  ["9007199254740991", "int", "9007199254740991"],
  ["9007199254740993", "int", "9007199254740993"],
  ["-123456789012345678901234567890", "int", "-123456789012345678901234567890"],
  ["0xffffffffffffffff", "int", "18446744073709551615"],
  ["10.0", "float", "10.0"],
  ["10.", "float", "10.0"],
  [".5", "float", "0.5"],
  ["1e-5", "float", "1e-05"],
  ["1E5", "float", "100000.0"],
  ["1e16", "float", "1e+16"],
  ["1e400", "float", "inf"],
  ["-0.0", "float", "-0.0"],
  [".inf", "float", "inf"],
  ["-.INF", "float", "-inf"],
  [".NaN", "float", "nan"],
  ["-.nan", "string"],
  [".", "string"],
  ["1e", "string"],
  ["1.2.3", "string"],
  ["text", "string"],
  ["'10'", "string"],
  ['"true"', "string"],
  ["!!str 10", "string"],
  ["! 10", "string"],
  ["!!int '10'", "int", "10"],
  ["!!float 10", "float", "10.0"],
  ["!!bool 'true'", "bool", true],
  ["!!null ''", "null"],
  ["!!seq []", "list", []],
  ["!!map {}", "mapping", []],
  ["!<tag:yaml.org,2002:int> 7", "int", "7"],
];

Deno.test("scalars are read by the YAML 1.2 core schema, integers exactly", () => {
  for (const [written, kind, value] of plain) {
    const answer = told(nodeAt(parse(`k: ${written}\n`), "k")!);
    assertEquals(answer[0], kind, written);
    if (value !== undefined) assertEquals(answer[1], value, written);
  }
});

Deno.test("the tag !P is text with !P in front", () => {
  const node = nodeAt(parse('a: !P "{b}"\nc: !P 10\n'), "a");
  assertEquals(node?.kind === "scalar" && node.value, "!P{b}");
  assertEquals(told(parse("c: !P 10\n")), told(parse('c: "!P10"\n')));
});

Deno.test("keys are taken as their text, in their order", () => {
  const config = parse("b: 1\n2: x\n1: y\nnull: z\n'yes': q\ntrue: t\n? complex\n: v\n: empty\n");
  assertEquals([...config.entries.keys()], ["b", "2", "1", "null", "yes", "true", "complex", ""]);
});

Deno.test("values and keys know where they stand, quotes included", () => {
  const config = parse(
    'a: "x y"\nb:\n  - [1, {c: d} ]\n  - |\n    text\ne: &n !!str f # no\ng: *n\n',
  );
  const places = Array.from(pathsOf(config), ([path, { place }]) => {
    if (place.kind !== "file") throw new Error("no file");
    return [path, header(place), place.source.text.slice(place.start, place.end)];
  });
  assertEquals(places, [
    ["a", "config.yml:1:4", '"x y"'],
    ["b", "config.yml:3:3", "- [1, {c: d} ]\n  - |\n    text\n"],
    ["b.0", "config.yml:3:5", "[1, {c: d} ]"],
    ["b.0.0", "config.yml:3:6", "1"],
    ["b.0.1", "config.yml:3:9", "{c: d}"],
    ["b.0.1.c", "config.yml:3:13", "d"],
    ["b.1", "config.yml:5:5", "text\n"],
    ["e", "config.yml:6:13", "f"],
    ["g", "config.yml:6:13", "f"],
  ]);
});

const merges: readonly string[] = [
  "a: &a {x: 1, y: 2}\nb: {<<: *a, z: 3}\n",
  "a: &a {x: 1, y: 2}\nb: {z: 3, <<: *a}\n",
  "a: &a {x: 1, y: 2}\nb: {y: 5, <<: *a, x: 6}\n",
  "a: &a {x: 1, y: 2}\nc: &c {y: 3, w: 4}\nb: {<<: [*a, *c], z: 3}\n",
  "a: &a {x: 1, y: 2}\nc: &c {y: 3, w: 4}\nb: {<<: [*c, *a], w: 9}\n",
  "a: &a {x: 1, y: 2}\nc: &c {y: 3, w: 4}\nb:\n  <<: *a\n  <<: *c\n  z: 1\n",
  "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, z: 3}\n",
  "b: {<<: {x: 1, y: {z: 2}}, y: 3}\n",
  "<<: {x: 1}\ny: 2\n",
  "b: {<<: []}\n",
  "b: {'<<': 1}\n",
  "a: &a [1, &b {c: 2}]\nd: *a\ne: {<<: *b}\n",
];

const python = await findPython("yaml");
if (python) {
  Deno.test("merge keys are read as PyYAML reads them, order and precedence", async () => {
    const script =
      `import yaml\n${tellPython}\nanswers = [told(yaml.safe_load(c)) for c in cases]\n`;
    // Of a list the first wins; PyYAML 6.0.4 gives the last where keys are longer than a letter.
    const [first] = await ask(python, script, ["<<: [{ab: 1}, {ab: 2}]\n"]);
    if (JSON.stringify(first) !== '["mapping",[["ab",["int","1"]]]]') {
      return leftOut("merge keys as PyYAML reads them: this one is wrong");
    }
    const answers = await ask(python, script, merges);
    for (const [i, answer] of answers.entries()) {
      assertEquals(JSON.parse(JSON.stringify(told(parse(merges[i]!)))), answer, merges[i]);
    }
  });
}

const ambiguous = [
  ..."yes Yes NO on Off 1:30 12:30:45 1:30.5 010 -017 08 0o17 0b11 1_000 1_0.5 2024-01-01".split(
    " ",
  ),
  "2024-01-01T10:00:00Z",
];
const certain =
  "1e-5 1e5 1.5e3 .5 1. y n yess none 'yes' \"010\" localhost:80 a:1 1:a 0x1F 1.0 -1 0 00x 1-2-3 12:60"
    .split(" ");

Deno.test("plain text that YAML 1.1 tools read as something else is warned about", () => {
  for (const value of ambiguous) {
    const { heard, warn } = listener();
    parse(`k: ${value}\nlist: [${value}]\n`, warn);
    assertEquals(heard.length, 2, value);
  }
  for (const value of certain) parse(`k: ${value}\n`);
});

Deno.test("an ambiguity is shown with what was read and the way out", () => {
  const { heard, warn } = listener();
  parse("a: on\nb: 010\n", warn);
  assertEquals(heard, [
    `warning: Reading "on" as text: YAML 1.1 tools read something else
 --> config.yml:1:4
  |
1 | a: on
  |    ^^
  = hint: Quote it if it is text, write true, false or the number if it is not
`,
    `warning: Reading "010" as the int 10: YAML 1.1 tools read something else
 --> config.yml:2:4
  |
2 | b: 010
  |    ^^^
  = hint: Write 10 if it is a number, quote it if it is text
`,
  ]);
});

const tagHint = "The tags !!str !!int !!float !!bool !!null !!seq !!map and !P are known";
const indentHint = 'Check the indentation, and quote text that holds ": " or " #"';
const rootHint = "The root of a configuration is a mapping: key: value";
const keyHint = "Keys are single values; quote it if it is text";

/** File, reason, line:column, the line, what is marked, and the lines after it. */
const errors: readonly [
  text: string,
  reason: string,
  at: string,
  mark: string,
  ...more: string[],
][] = [
  ["- a\n", "its root is a list, not a mapping", "1:1", "- a", `hint: ${rootHint}`],
  ["12\n", "its root is an int, not a mapping", "1:1", "12", `hint: ${rootHint}`],
  [
    "a: 1\n---\nb: 2\n",
    "it holds more than one document",
    "2:1",
    "---",
    "hint: Keep one document a file",
  ],
  [
    "a:\n\tb: 1\n",
    "tab characters must not be used in indentation",
    "2:1",
    "\t",
    "hint: Indent with spaces, never with tabs",
  ],
  ["a: b: c\n", "bad indentation of a mapping entry", "1:5", ":", `hint: ${indentHint}`],
  [
    "key: {x}-{y}\n",
    "bad indentation of a mapping entry",
    "1:9",
    "-",
    "hint: Quote text that begins with a brace",
  ],
  [
    "a: [1, 2",
    "unexpected end of the stream within a flow collection",
    "1:9",
    " ",
    "hint: Check the indentation, and that every quote and bracket is closed",
  ],
  [
    "a: @x\n",
    "bad indentation of a mapping entry",
    "1:4",
    "@",
    'hint: Quote text that begins with "@"',
  ],
  [
    "x: 1\na.b: 1\n",
    'the key "a.b" holds a dot',
    "2:1",
    "a.b",
    "hint: A dot separates the keys of a path; nest mappings, or use another character",
  ],
  [
    "a: 1\nb: {c: 1, c: 2}\n",
    'the key "c" stands twice',
    "2:11",
    "c",
    "note: it first stands here: config.yml:2:5",
    "hint: Remove one of the two",
  ],
  [
    "a: 1\n'a': 2\n",
    'the key "a" stands twice',
    "2:1",
    "'a'",
    "note: it first stands here: config.yml:1:1",
    "hint: Remove one of the two",
  ],
  ["? [a]\n: c\n", "a key is a list or a mapping", "1:3", "[", `hint: ${keyHint}`],
  ["k: &a [v]\n*a : 2\n", "a key is a list or a mapping", "2:1", "*a", `hint: ${keyHint}`],
  ["a: !x y\n", 'the tag "!x" is not known here', "1:4", "!x", `hint: ${tagHint}`],
  ["a: !!set {x}\n", 'the tag "!!set" is not known here', "1:4", "!!set", `hint: ${tagHint}`],
  ["a: !P [1]\n", 'the tag "!P" is for a single value', "1:4", "!P", "hint: Remove it"],
  ["a: !!map [1]\n", 'the tag "!!map" is for a mapping', "1:4", "!!map", "hint: Remove it"],
  ["a: !!seq 1\n", 'the tag "!!seq" is for a list', "1:4", "!!seq", "hint: Remove it"],
  [
    "a: {b:1.5}\n",
    'the key "b:1.5" holds a dot',
    "1:5",
    "b:1.5",
    "hint: Put a space behind the colon: b: 1.5",
  ],
  ["a: !!int x\n", '"x" is no int', "1:10", "x", "hint: Remove the tag, or correct the value"],
  ["a: *x\n", 'no anchor "&x" before this alias', "1:4", "*x"],
  [
    "a: &x {b: [*x]}\n",
    'the alias "*x" stands inside what it names',
    "1:12",
    "*x",
    "hint: A configuration is a tree; no value may hold itself",
  ],
  [
    "a: {<<: [1]}\n",
    '"<<" merges mappings only',
    "1:5",
    "<<",
    'hint: Give "<<" a mapping or a list of mappings; quote it if it is an ordinary key',
  ],
  [
    "a: \x01\n",
    "the stream contains non-printable characters",
    "1:4",
    "\\x01",
    "hint: Write it as an escape, in double quotes",
  ],
];

Deno.test("what cannot be read is shown where it stands", () => {
  for (const [text, reason, at, mark, ...more] of errors) {
    const [line, column] = at.split(":").map(Number) as [number, number];
    const shown = text.split("\n")[line - 1]!.replaceAll("\x01", "\\x01");
    const before = shown.slice(0, column - 1);
    const carets = "^".repeat(mark === "\t" ? 1 : mark.length);
    assertEquals(
      errorOf(() => parse(text)),
      [
        `error: Cannot read "config.yml": ${reason}`,
        ` --> config.yml:${at}`,
        "  |",
        `${line} | ${shown}`,
        `  | ${" ".repeat(before.length)}${carets}`,
        ...more.map((text) => `  = ${text}`),
        "",
      ].join("\n"),
      text,
    );
  }
});

Deno.test("an empty file is an error", () => {
  for (const text of ["", "\n", "# nothing\n", "---\n", "---\n...\n", "null\n"]) {
    assertEquals(
      errorOf(() => parse(text)),
      `error: Cannot read "config.yml": it is empty\n  = hint: ${rootHint}\n`,
    );
  }
});

Deno.test("aliases that stand for too much are an error, and cost nothing", () => {
  let text = `a0: &a0 [${"x,".repeat(10)}]\n`;
  for (let i = 1; i < 30; i++) text += `a${i}: &a${i} [${`*a${i - 1},`.repeat(10)}]\n`;
  assertStringIncludes(
    errorOf(() => parse(text)),
    "its aliases stand for more than 1000000 values",
  );
  // A few thousand aliases of something small are nobody's bomb.
  parse(`a: &a {x: 1}\nb: [${"*a,".repeat(5000)}]\n`);
});

Deno.test("depth is limited, also through aliases; merging adds none", () => {
  const deep = (levels: number) => `a: ${"[".repeat(levels)}${"]".repeat(levels)}\n`;
  parse(deep(98));
  assertStringIncludes(errorOf(() => parse(deep(100_000))), "it nests deeper than 100 levels");
  let nested = "a0: &a0 [x]\n";
  let merged = "a0: &a0 {x: 1}\n";
  for (let i = 1; i < 200; i++) {
    nested += `a${i}: &a${i} [*a${i - 1}]\n`;
    merged += `a${i}: &a${i} {<<: *a${i - 1}}\n`;
  }
  assertStringIncludes(errorOf(() => parse(nested)), "it nests deeper than 100 levels");
  parse(merged);
});

/** What reading a file of these bytes says. */
async function reading(bytes: Uint8Array | string, name = "config.yml"): Promise<string> {
  return await withTempDir(async (folder) => {
    const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    await Deno.writeFile(join(folder, "config.yml"), data);
    try {
      const config = await readDocument(join(folder, name), name, tellingWorld());
      return JSON.stringify(told(config));
    } catch (error) {
      if (!(error instanceof ExpyrunError)) throw error;
      return render("error", error.problem, { color: false });
    }
  });
}

Deno.test("bytes that are not UTF-8 are shown where they stand", async () => {
  const good = new TextEncoder().encode("a: é\nb: ü");
  const cases: readonly [bytes: number[], at: string][] = [
    [[...good, 0xff, 0x0a], "2:5"],
    [[...good, 0xc3, 0x28], "2:5"],
    [[...good, 0xe2, 0x82], "2:5"],
    [[0xff, 0xfe, 0x61, 0x00], "1:1"],
  ];
  for (const [bytes, at] of cases) {
    const error = await reading(new Uint8Array(bytes));
    assertStringIncludes(error, 'Cannot read "config.yml": it is not UTF-8 text\n');
    assertStringIncludes(error, ` --> config.yml:${at}\n`);
  }
});

Deno.test("a byte order mark and line ends of any kind are read", async () => {
  const expected = JSON.stringify(told(parse("a: 1\nb: 2\n")));
  assertEquals(await reading("\ufeffa: 1\nb: 2\n"), expected);
  assertEquals(await reading("a: 1\r\nb: 2\r\n"), expected);
});

Deno.test("a file that cannot be read is an error with the near miss", async () => {
  assertEquals(
    await reading("", "confg.yml"),
    'error: Cannot read "confg.yml": no such file\n  = hint: Did you mean "config.yml"?\n',
  );
  assertEquals(
    await reading("", "."),
    'error: Cannot read ".": it is a folder\n  = hint: Name the file in it: config.yml\n',
  );
  assertEquals(
    await reading(new Uint8Array(32 * 2 ** 20 + 1).fill(0x20)),
    'error: Cannot read "config.yml": it is larger than 32 MiB\n' +
      "  = hint: Keep data in files of their own\n",
  );
});
