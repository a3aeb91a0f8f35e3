import { assertEquals, assertStringIncludes } from "@std/assert";
import { header, render } from "../../lib/errors.ts";
import { emitResolved } from "../../lib/resolver/emit.ts";
import { nodeAt } from "../../lib/resolver/node.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { tellingWorld, type ToldWorld } from "../world.ts";
import { errorOf, parse, told } from "./nodes.ts";

const env = {
  N: "10",
  F: "1e-5",
  T: "True",
  S: "text",
  SPACE: " 7 ",
  UNDER: "1_000",
  REF: "{int}",
  BIG: "12345678901234567890",
  _U1: "under",
  PATH0: "/p",
  LITERAL: "!P{int}",
  NULL: "null",
};

function someWorld(): ToldWorld {
  return tellingWorld({ cwd: "/work", env });
}

const base = `int: 10
float: 10.0
small: 1.0e-05
large: 1.0e+16
"yes": true
none: null
text: some
inf: .inf
nan: .nan
neg0: -0.0
big: 12345678901234567890
list: [1, a, {key: v, f: 1.5}, [x, null, true], "it's", 'say "q"', "b\\n\\\\"]
map: {a: 1, b: {c: [2]}, 'k y': x}
empty: {}
nothing: []
alias: "{map}"
`;

/** What text resolves to, as YAML. */
const values: readonly [written: string, yaml: string][] = [
  ["{int}", "10"],
  ["{float}", "10.0"],
  ["{yes}", "true"],
  ["{none}", "null"],
  ["{text}", "some"],
  ["{big}", "12345678901234567890"],
  ["{list.0}", "1"],
  ["{list.2.key}", "v"],
  ["{list.3}", "[x, null, true]"],
  ["{map}", "{a: 1, b: {c: [2]}, 'k y': x}"],
  ["{map.b.c.0}", "2"],
  ["{empty}", "{}"],
  ["{nothing}", "[]"],
  ["{alias.b.c.0}", "2"],
  ["{alias}", "{a: 1, b: {c: [2]}, 'k y': x}"],
  ["x{int}", "x10"],
  ["{int}{int}", "'1010'"],
  ["{float}/{small}/{large}", "10.0/1e-05/1e+16"],
  ["{inf} {nan} {neg0}", "inf nan -0.0"],
  ["{yes} {none} {text}", "true null some"],
  [" {int}", "' 10'"],
  ["{map} ", `"{'a': 1, 'b': {'c': [2]}, 'k y': 'x'} "`],
  [
    "{list} ",
    `"[1, 'a', {'key': 'v', 'f': 1.5}, ['x', null, true], \\"it's\\", 'say \\"q\\"', 'b\\\\n\\\\\\\\'] "`,
  ],
  ["{empty}{nothing}", "'{}[]'"],
  ["$N", "10"],
  ["${N}", "10"],
  ["$F", "1e-05"],
  ["$T", "true"],
  ["$S", "text"],
  ["$NULL", "'null'"],
  ["$SPACE", "7"],
  ["$UNDER", "1000"],
  ["$BIG", "12345678901234567890"],
  ["${N}0", "100"],
  ["$N.5", "10.5"],
  ["-$N", "-10"],
  ["$S$N", "text10"],
  ["$_U1", "under"],
  ["$PATH0/x", "/p/x"],
  ["$EXPYRUN_CWD/data", "/work/data"],
  ["$REF", "10"],
  ["a$REF", "a10"],
  ["$LITERAL", "'!P10'"],
  ["$5 $ $$ ${} ${1} $-", "$5 $ $$ ${} ${1} $-"],
  [
    "\\d{3} {} {{}} {a-b} {3x} {a b} {.a} {a.} {a..b}",
    "\\d{3} {} {{}} {a-b} {3x} {a b} {.a} {a.} {a..b}",
  ],
  ["{{int}}", "'{10}'"],
  ["${int}", "''"],
  ["!P{int} $N", "'{int} $N'"],
  ["!P", "''"],
  ["!P!P{int}", "'!P{int}'"],
  ["x!P{int}", "x!P10"],
  ["plain", "plain"],
];

Deno.test("text becomes what it stands for", () => {
  for (const [written, yaml] of values) {
    const quoted = JSON.stringify(written);
    const resolved = resolveConfig(parse(`${base}k: ${quoted}\nl: [[${quoted}]]\n`), someWorld());
    const expected = told(nodeAt(parse(`k: ${yaml}\n`), "k")!);
    assertEquals(told(nodeAt(resolved, "k")!), expected, written);
    assertEquals(told(nodeAt(resolved, "l.0.0")!), expected, written);
    const again = resolveConfig(parse(emitResolved(resolved)), someWorld());
    assertEquals(told(again), told(resolved), written);
  }
});

Deno.test("only strings are resolved; the tag !P and quotes mean the same", () => {
  const resolved = resolveConfig(parse('a: 1\nb: !P "{a}"\nc: "!P{a}"\n"{a}": x\n'), someWorld());
  assertEquals(told(resolved), told(parse("a: 1\nb: '{a}'\nc: '{a}'\n'{a}': x\n")));
});

Deno.test("__run__ is resolved like everything else", () => {
  const text = '__run__: {__name__: "{n}-{__run__.__code__}", __code__: $S}\nn: 1\n';
  const resolved = resolveConfig(parse(text), someWorld());
  const name = nodeAt(resolved, "__run__.__name__");
  assertEquals(name?.kind === "scalar" && name.value, "1-text");
});

Deno.test("a resolved value knows where it stands and what it was made from", () => {
  const resolved = resolveConfig(parse('a: 1\nb: "x{a}$S"\nc: "{b}"\n'), someWorld());
  const c = nodeAt(resolved, "c")!;
  assertEquals(header(c.place), "config.yml:3:4");
  const [link] = c.links!;
  assertEquals(link?.kind === "reference" && [link.path, header(link.place)], [
    "b",
    "config.yml:3:5",
  ]);
  assertEquals(link?.kind === "reference" && link.target, nodeAt(resolved, "b"));
  const made = nodeAt(resolved, "b")!.links!.map((
    l,
  ) => [l.kind === "reference" ? l.path : l.name, header(l.place)]);
  assertEquals(made, [["S", "config.yml:2:9"], ["a", "config.yml:2:6"]]);
});

/** The warnings of a configuration, as the user sees them. */
function warningsOf(text: string): string[] {
  const world = someWorld();
  resolveConfig(parse(text), world);
  return world.warnings.map((problem) => render("warning", problem, { color: false }));
}

Deno.test("a reference to declared inputs is absolute, as they are written", () => {
  const world = tellingWorld({ cwd: "/work", env });
  const text = (inputs: string) =>
    `one: "{__run__.__inputs__.0}"\nall: "{__run__.__inputs__}"\nin: "x {__run__.__inputs__.0}"\n` +
    `d: data\n__run__: {__inputs__: ${inputs}, __name__: rel}\nname: "{__run__.__name__}"\n`;
  const values = (inputs: string) => {
    const resolved = resolveConfig(parse(text(inputs)), world);
    return ["one", "all", "in", "name"].map((key) => told(nodeAt(resolved, key)!));
  };
  const expected = values('[/work/data/a, /abs/b, ""]');
  assertEquals(values('["{d}/a", /abs/b, ""]'), expected);
  assertEquals(values('[data/a, /abs/b, ""]'), expected);
  const direct = parse("a: x /work/data/a\n");
  assertEquals(expected[2], told(nodeAt(direct, "a")!));
  const single = resolveConfig(
    parse('a: "{__run__.__inputs__}"\n__run__: {__inputs__: data}\n'),
    world,
  );
  assertEquals(told(nodeAt(single, "a")!), told(nodeAt(parse("a: /work/data\n"), "a")!));
  assertEquals(world.warnings, []);
});

Deno.test("an unknown reference is warned about at its brace, and is empty text", () => {
  const text = 'training: {batch_size: 1}\nname: "example-{training.batchsize}"\n';
  assertEquals(warningsOf(text), [
    `warning: Cannot resolve "{training.batchsize}": no such key
 --> config.yml:2:16
  |
2 | name: "example-{training.batchsize}"
  |                ^^^^^^^^^^^^^^^^^^^^
  = note: empty text stands in its place
  = hint: Did you mean "training.batch_size"?
`,
  ]);
  const resolved = resolveConfig(parse('a: "{x}"\nb: "{a}{y}z"\n'), someWorld());
  assertEquals(told(resolved), told(parse("a: ''\nb: z\n")));
});

Deno.test("an undefined variable is warned about at its dollar, and is empty text", () => {
  assertEquals(warningsOf("a:\n  - x ${UNDR}/y\n"), [
    `warning: Cannot expand "\${UNDR}": no such environment variable
 --> config.yml:2:7
  |
2 |   - x \${UNDR}/y
  |       ^^^^^^^
  = note: empty text stands in its place
  = hint: Did you mean "$UNDER"?
`,
  ]);
});

Deno.test("letters are those of all scripts", () => {
  const text = `größe: 2
日本語: {a: 5}
gro\u0308sse: 3
whole: "{日本語.a}"
inside: "{größe}x{gro\u0308sse}"
literal: "!P{größe}"
none: "{größe-} {€}"
`;
  const resolved = resolveConfig(parse(text), someWorld());
  const values = ["whole", "inside", "literal", "none"].map((key) => nodeAt(resolved, key));
  assertEquals(values.map((node) => told(node!)), [
    ...["5", "'2x3'", "'{größe}'", "'{größe-} {€}'"].map((yaml) =>
      told(nodeAt(parse(`k: ${yaml}\n`), "k")!)
    ),
  ]);
  const again = resolveConfig(parse(emitResolved(resolved)), someWorld());
  assertEquals(told(again), told(resolved));
});

/** What is said of text beside the keys of `keys`. */
const unreadable: readonly [text: string, said: string | undefined][] = [
  ["{my-key}", "2:7 a key in a reference holds letters, digits and _ only"],
  ["x {a.my key}", "2:9 a key in a reference holds letters, digits and _ only"],
  ["{0a}", "2:7 a reference does not begin with a digit"],
  ["{3} {other-key} {my-key:x} {a.b}", undefined],
  ["!P{my-key}", undefined],
];

Deno.test("braces around a key that no reference can hold are warned about", () => {
  for (const [text, said] of unreadable) {
    const keys = '{my-key: 1, a: {my key: 2, b: 3}, 0a: 4, "3": 5';
    const world = someWorld();
    resolveConfig(parse(`${keys},\n  t: "${text}"}\n`), world);
    const [warned] = world.warnings;
    const reason = warned?.message.split(": ").at(-1);
    assertEquals(
      warned && `${header(warned.place!)} ${reason}`,
      said && `config.yml:${said}`,
      text,
    );
  }
});

Deno.test("a near miss can be written as a reference", () => {
  const [warned = ""] = warningsOf('my-key: 1\na: "{my_key}"\n');
  assertStringIncludes(warned, "hint: Known: a");
});

/** Where the warning about `{no}` stands. */
const places: readonly [text: string, at: string][] = [
  ["a: x {no}\n", "1:6"],
  ["a: 'x {no}'\n", "1:7"],
  ["a: 'it''s {no}'\n", "1:11"],
  ['a: "\\t{b}{b} {no}"\nb: 1\n', "1:14"],
  ['a: "\\x7bno}"\n', "1:4"],
  ["a: |\n  line\n  more {no}\n", "3:8"],
  ["a: >\n  line\n  more {no}\n", "3:8"],
  ["a: line\n  more {no}\n", "2:8"],
  ["a: $S {no}\n", "1:7"],
  ["a: $REF$S {no}\nint: 1\n", "1:11"],
  ["a: !!str x {no}\n", "1:12"],
];

Deno.test("places inside text are found whatever the style", () => {
  for (const [text, at] of places) {
    const [warning, ...rest] = warningsOf(text);
    assertStringIncludes(warning ?? "", `--> config.yml:${at}\n`, text);
    assertEquals(rest, []);
  }
});

Deno.test("a warning is given once, however many references lead to it", () => {
  assertEquals(warningsOf('a: "{b}{c}"\nb: "{no}$UNDEFINED{c}"\nc: "x{b2}"\nb2: 1\n').length, 2);
  assertEquals(warningsOf('a: "$UNDEFINED{b}"\nb: "{c}"\nc: 1\n').length, 1);
  assertEquals(warningsOf("a: &a $UNDEFINED\nb: *a\n").length, 1);
});

const cycles: readonly [text: string, chain: string, at: string][] = [
  ['a: "{a}"\n', "a -> a", "1:5"],
  ['a: "x{b}"\nb: "{c.d}"\nc: {e: 1, d: ["{a}"]}\n', "a -> b -> c.d -> c.d.0 -> a", "3:16"],
  ['a: {b: "{a}"}\n', "a -> a.b -> a", "1:9"],
  ['x: 1\na: "{x}{b}"\nb: "{a}"\n', "a -> b -> a", "3:5"],
];

Deno.test("a cycle is an error that names the chain", () => {
  for (const [text, chain, at] of cycles) {
    const error = errorOf(() => resolveConfig(parse(text), someWorld()));
    const [first] = chain.split(" ");
    assertStringIncludes(error, `Cannot resolve "${first}": it needs itself, ${chain}\n`);
    assertStringIncludes(error, `--> config.yml:${at}\n`);
  }
  assertEquals(
    errorOf(() => resolveConfig(parse('a: "{b}"\nb: "{a}"\n'), someWorld())),
    `error: Cannot resolve "a": it needs itself, a -> b -> a
 --> config.yml:2:5
  |
2 | b: "{a}"
  |     ^^^
  = hint: Write one of them out, or put "!P" in front of text that is no reference
`,
  );
});

Deno.test("neighbours in a mapping may name each other", () => {
  const resolved = resolveConfig(parse('a: {x: "{a.y}", y: "{a.z}", z: 1}\n'), someWorld());
  assertEquals(told(resolved), told(parse("a: {x: 1, y: 1, z: 1}\n")));
});

Deno.test("ten thousand references in a row are no deeper than one", () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `k${i}: "{k${i + 1}}"\n`);
  const resolved = resolveConfig(parse(`${lines.join("")}k10000: [1]\n`), someWorld());
  assertEquals(told(nodeAt(resolved, "k0.0")!), ["int", "1"]);
});

Deno.test("references that stand for too much are an error", () => {
  const bombs: [first: string, next: (i: number) => string, reason: string][] = [
    [
      `[${"x,".repeat(10)}]`,
      (i) => `[${`"{a${i}}",`.repeat(10)}]`,
      "its references stand for more than 1000000 values",
    ],
    [
      "x".repeat(10),
      (i) => `"${`{a${i}}`.repeat(10)}"`,
      "references insert more than 32 MiB of text",
    ],
    ["[x]", (i) => `["{a${i}}"]`, "its references nest deeper than 100 levels"],
  ];
  for (const [first, next, reason] of bombs) {
    const lines = Array.from({ length: 200 }, (_, i) => `a${i + 1}: ${next(i)}\n`);
    const text = `a0: ${first}\n${lines.join("")}`;
    assertStringIncludes(errorOf(() => resolveConfig(parse(text), someWorld())), reason);
  }
});
