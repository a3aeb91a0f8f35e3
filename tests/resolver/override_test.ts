import { assertEquals, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
import { nodeAt } from "../../lib/resolver/node.ts";
import { applyOverrides, type Override } from "../../lib/resolver/override.ts";
import { errorOf, parse, told } from "./nodes.ts";

const config = parse(`int: 1
float: 1.5
bool: true
text: x
none: null
ints: [1, 2]
mixed: [1, a, true, null]
empty: []
lists: [[1], [2]]
datasets: [{name: a}, {name: b, size: 1}]
training: {lr: 0.1, batch_size: 4}
__run__: {__output_dir__: out}
floats: [0.1, 0.2]
alias: "{training}"
`);

function overridesOf(...words: string[]): Override[] {
  const all = ["run", "c.yml", ...words];
  const overrides: Override[] = [];
  for (let i = 0; i < words.length; i += 2) {
    overrides.push({
      key: words[i]!.slice(2),
      value: words[i + 1]!,
      keyPlace: { kind: "argument", words: all, index: i + 2 },
      valuePlace: { kind: "argument", words: all, index: i + 3 },
    });
  }
  return overrides;
}

/** What the value after the override reads to: YAML that stands for the same. */
const conversions: readonly [key: string, value: string, yaml: string][] = [
  ["int", "5", "5"],
  ["int", " -5_0 ", "-50"],
  ["int", "12345678901234567890", "12345678901234567890"],
  ["int", "010", "10"],
  ["float", "1", "1.0"],
  ["float", "1e-3", "0.001"],
  ["float", "inf", ".inf"],
  ["float", "-Infinity", "-.inf"],
  ["float", "nan", ".nan"],
  ["float", ".inf", ".inf"],
  ["float", "-.Inf", "-.inf"],
  ["float", "+.INF", ".inf"],
  ["float", ".NaN", ".nan"],
  ["float", ".5", "0.5"],
  ["bool", "False", "false"],
  ["bool", "0", "false"],
  ["bool", "TRUE", "true"],
  ["bool", "1", "true"],
  ["text", "5", "'5'"],
  ["text", "", "''"],
  ["text", "--flag", "--flag"],
  ["text", "{int}", "'{int}'"],
  ["none", "5", "5"],
  ["none", "1e5", "1e5"],
  ["none", "true", "true"],
  ["none", "null", "'null'"],
  ["ints", "3,4", "[3, 4]"],
  ["ints", "3", "[3]"],
  ["ints", "3,4,5", "[3, 4, 5]"],
  ["floats", ".inf,-.inf,.nan", "[.inf, -.inf, .nan]"],
  ["mixed", "2,5,0,x", "[2, '5', false, x]"],
  ["mixed", "2,5", "[2, 5]"],
  ["empty", "1,a,2.5,true", "[1, a, 2.5, true]"],
  ["lists.0", "3,4", "[3, 4]"],
  ["ints", "", "[]"],
  ["empty", "", "[]"],
  ["datasets", "", "[]"],
  ["ints.1", "7", "7"],
  ["datasets.0.name", "q", "q"],
  ["datasets.1.size", "3", "3"],
  ["training.lr", "1", "1.0"],
  ["__run__.__output_dir__", "other", "other"],
];

Deno.test("an override is typed by the value that it replaces", () => {
  for (const [key, value, yaml] of conversions) {
    const changed = applyOverrides(config, overridesOf(`--${key}`, value));
    const expected = nodeAt(parse(`k: ${yaml}\n`), "k")!;
    assertEquals(told(nodeAt(changed, key)!), told(expected), `--${key} ${value}`);
    assertEquals(nodeAt(changed, key)!.replaced, nodeAt(config, key));
    assertEquals([...changed.entries.keys()], [...config.entries.keys()]);
  }
});

Deno.test("of a key given twice the last wins, typed by the default", () => {
  const changed = applyOverrides(config, overridesOf("--none", "5", "--int", "2", "--none", "abc"));
  assertEquals(told(nodeAt(changed, "none")!), told(nodeAt(parse("k: abc\n"), "k")!));
  const twice = applyOverrides(config, overridesOf("--ints", "1,2,3", "--ints.2", "9"));
  assertEquals(told(nodeAt(twice, "ints")!), told(nodeAt(parse("k: [1, 2, 9]\n"), "k")!));
});

Deno.test("an item is gone where a later word makes its list shorter", () => {
  const words = ["--ints.1", "5", "--ints", "20", "--ints.1", "6"];
  assertThrows(
    () => applyOverrides(config, overridesOf(...words)),
    ExpyrunError,
    'Cannot set "ints.1": no such key',
  );
});

const errors: readonly [words: [string, string], rendered: string][] = [
  [
    ["--training.batchsize", "5"],
    `error: Cannot set "training.batchsize": no such key
 --> argument 3
  |
  | expyrun run c.yml --training.batchsize 5
  |                   ^^^^^^^^^^^^^^^^^^^^
  = hint: Did you mean "training.batch_size"?
`,
  ],
  [
    ["--lr", "5"],
    `error: Cannot set "lr": no such key
 --> argument 3
  |
  | expyrun run c.yml --lr 5
  |                   ^^^^
  = hint: Did you mean "training.lr"?
`,
  ],
  [
    ["--training.batch_size", "5.0"],
    `error: Cannot set "training.batch_size" to "5.0": "5.0" is no int
 --> argument 4
  |
  | expyrun run c.yml --training.batch_size 5.0
  |                                         ^^^
  = note: the default, of kind int, stands here: config.yml:11:33
  = hint: Give an int, such as 10
`,
  ],
  [
    ["--ints", "1,b"],
    `error: Cannot set "ints" to "1,b": "b" is no int
 --> argument 4
  |
  | expyrun run c.yml --ints 1,b
  |                          ^^^
  = note: the default, of kind int, stands here: config.yml:6:11
  = hint: Give an int, such as 10
`,
  ],
  [
    ["--ints", "[1, 2]"],
    `error: Cannot set "ints" to "[1, 2]": "[1" is no int
 --> argument 4
  |
  | expyrun run c.yml --ints '[1, 2]'
  |                          ^^^^^^^^
  = note: the default, of kind int, stands here: config.yml:6:8
  = hint: A list is written without brackets: --ints 1,2
`,
  ],
  [
    ["--training.batch_size", "8..64..8"],
    `error: Cannot set "training.batch_size" to "8..64..8": "8..64..8" is no int
 --> argument 4
  |
  | expyrun run c.yml --training.batch_size 8..64..8
  |                                         ^^^^^^^^
  = note: the default, of kind int, stands here: config.yml:11:33
  = hint: A range is for "expyrun sweep", in a word of its own: --training.batch_size 8..64..8
`,
  ],
  [
    ["--bool", "yes"],
    `error: Cannot set "bool" to "yes": "yes" is no bool
 --> argument 4
  |
  | expyrun run c.yml --bool yes
  |                          ^^^
  = note: the default, of kind bool, stands here: config.yml:3:7
  = hint: Give a bool: true, false, 1 or 0
`,
  ],
  [
    ["--float", "fast"],
    `error: Cannot set "float" to "fast": "fast" is no float
 --> argument 4
  |
  | expyrun run c.yml --float fast
  |                           ^^^^
  = note: the default, of kind float, stands here: config.yml:2:8
  = hint: Give a float, such as 0.5 or 1e-5
`,
  ],
  [
    ["--training", "5"],
    `error: Cannot set "training": it is a mapping
 --> argument 3
  |
  | expyrun run c.yml --training 5
  |                   ^^^^^^^^^^
  = note: the mapping stands here: config.yml:11:11
  = hint: Set its keys: --training.lr, --training.batch_size
`,
  ],
  [
    ["--datasets", "x"],
    `error: Cannot set "datasets": it is a list of mappings
 --> argument 3
  |
  | expyrun run c.yml --datasets x
  |                   ^^^^^^^^^^
  = note: the list stands here: config.yml:10:11
  = hint: Set what its items hold: --datasets.0.name
`,
  ],
  [
    ["--lists", "1,2"],
    `error: Cannot set "lists": it is a list of lists
 --> argument 3
  |
  | expyrun run c.yml --lists 1,2
  |                   ^^^^^^^
  = note: the list stands here: config.yml:9:8
  = hint: Set what its items hold: --lists.0 1,2
`,
  ],
  [
    ["--alias.batch_size", "2"],
    `error: Cannot set "alias.batch_size": no such key
 --> argument 3
  |
  | expyrun run c.yml --alias.batch_size 2
  |                   ^^^^^^^^^^^^^^^^^^
  = hint: "alias" is "{training}": set --training.batch_size
`,
  ],
  [
    ["--__run__.__code__", "x"],
    `error: Cannot set "__run__.__code__": no such key
 --> argument 3
  |
  | expyrun run c.yml --__run__.__code__ x
  |                   ^^^^^^^^^^^^^^^^^^
  = hint: Set __code__ under __run__ in the file first: overrides replace what is there
`,
  ],
];

Deno.test("what cannot be set shows the argument, the kind wanted and the default", () => {
  for (const [words, rendered] of errors) {
    assertEquals(errorOf(() => applyOverrides(config, overridesOf(...words))), rendered);
  }
  for (const key of ["ints.2", "ints.01", "ints.-1", "text.0", "training.lr.x", "", "a..b"]) {
    const error = errorOf(() => applyOverrides(config, overridesOf(`--${key}`, "1")));
    assertEquals(error.split("\n")[0], `error: Cannot set "${key}": no such key`);
  }
});

Deno.test("a value that loses need not convert, but for what reaches into it", () => {
  const last = (...words: string[]) => applyOverrides(config, overridesOf(...words));
  assertEquals(
    told(last("--int", "x", "--int", "6")),
    told(last("--int", "6")),
  );
  const error = errorOf(() => last("--int", "6", "--int", "x"));
  assertEquals(error.split("\n")[0], 'error: Cannot set "int" to "x": "x" is no int');
  const reaching = ["--ints", "1,2,3", "--ints.2", "9", "--ints", "4,5"];
  assertEquals(told(last(...reaching)), told(last("--ints", "4,5")));
});
