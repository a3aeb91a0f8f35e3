import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError, render } from "../../lib/errors.ts";
import { emitRaw } from "../../lib/resolver/emit.ts";
import { loadConfig } from "../../lib/resolver/inherit.ts";
import { type Mapping, nodeAt } from "../../lib/resolver/node.ts";
import { type Files, withTempDir, writeFiles } from "../temp.ts";
import { tellingWorld } from "../world.ts";

/** Loads `main.yml` (or another file) in a folder of these files: its YAML or error, and warnings. */
async function loading(files: Files, file = "main.yml", env = {}): Promise<{
  readonly written: string;
  readonly warned: string[];
  readonly config: Mapping | undefined;
}> {
  return await withTempDir(async (folder) => {
    await writeFiles(folder, files);
    const world = tellingWorld({ cwd: folder, env: { ROOT: folder, ...env } });
    const rendered = (severity: "error" | "warning", problem: ExpyrunError["problem"]) =>
      render(severity, problem, { color: false }).replaceAll(folder, "/work");
    const warned = () => world.warnings.map((problem) => rendered("warning", problem));
    try {
      const config = await loadConfig(file, world);
      return { written: emitRaw(config), warned: warned(), config };
    } catch (error) {
      if (!(error instanceof ExpyrunError)) throw error;
      return { written: rendered("error", error.problem), warned: warned(), config: undefined };
    }
  });
}

Deno.test("paths that begin with a dot start at the file, others at the working directory", async () => {
  const files = {
    "configs/main.yml": "__default__: [./one.yml, ../two.yml, three.yml, $ROOT/four.yml]\n",
    "configs/one.yml": "one: 1\n",
    "two.yml": "two: 2\n",
    "three.yml": "three: 3\n",
    "four.yml": "__default__: ./deep/five.yml\nfour: 4\n",
    "deep/five.yml": "__default__: ./six.yml\n__new_key_policy__: pass\nfive: 5\n",
    "deep/six.yml": "four: 0\nfive: 0\n",
    "configs/three.yml": "wrong: true\n",
  };
  const { written, warned } = await loading(files, "configs/main.yml");
  assertEquals(written, "one: 1\ntwo: 2\nthree: 3\nfour: 4\nfive: 5\n");
  assertEquals(warned, []);
});

Deno.test("mappings merge, everything else replaces, later parents win, keys keep their order", async () => {
  const { written, warned } = await loading({
    "main.yml":
      "__default__: [./a.yml, ./b.yml]\nm: {v: [9], z: {q: 5}}\n__run__: {__name__: nn}\n",
    "a.yml": "x: 1\nm:\n  v: [1, 2]\n  z: {p: 1, q: 2}\n  w: a\n__run__: {__main__: m}\n",
    "b.yml": "m: {w: b}\nx: 2\n",
  });
  const expected = "x: 2\nm:\n  v:\n    - 9\n  z:\n    p: 1\n    q: 5\n  w: b\n" +
    "__run__:\n  __main__: m\n  __name__: nn\n";
  assertEquals(written, expected);
  assertEquals(warned, []);
});

Deno.test("a value keeps the chain of what it replaced", async () => {
  const { config } = await loading({
    "main.yml": "__default__: ./b.yml\nx: 3\n",
    "b.yml": "__default__: ./a.yml\nx: 2\n",
    "a.yml": "x: 1\n",
  });
  const chain = [];
  for (let node = nodeAt(config!, "x"); node; node = node.replaced) {
    chain.push(node.kind === "scalar" && node.value);
  }
  assertEquals(chain, [3, 2, 1]);
});

Deno.test("the chain of later parents goes on into earlier ones", async () => {
  const { config } = await loading({
    "main.yml": "__default__: [./z.yml, ./b.yml]\nx: 3\n",
    "z.yml": "x: 0\n",
    "b.yml": "__default__: ./a.yml\nx: 2\n",
    "a.yml": "x: 1\n",
  });
  const chain = [];
  for (let node = nodeAt(config!, "x"); node; node = node.replaced) {
    chain.push(node.kind === "scalar" && node.value);
  }
  assertEquals(chain, [3, 2, 1, 0]);
});

Deno.test("what is inherited in two ways stands in the chain once, however deep", async () => {
  const levels = 30;
  const files: Record<string, string> = { "main.yml": "x: 0\n" };
  for (let i = 1; i <= levels; i++) {
    files[`b${i}.yml`] = files["main.yml"]!;
    files[`left${i}.yml`] = `__default__: ./b${i}.yml\nx: ${i}.1\n`;
    files[`right${i}.yml`] = `__default__: ./b${i}.yml\nx: ${i}.2\n`;
    const twice = `./same${i}.yml, ./same${i}.yml`;
    files[`same${i}.yml`] = `__default__: [./left${i}.yml, ./right${i}.yml]\n`;
    files["main.yml"] = `__default__: [${twice}]\n`;
  }
  const { config } = await loading(files);
  const chain = [];
  for (let node = nodeAt(config!, "x"); node; node = node.replaced) {
    chain.push(node.kind === "scalar" && node.value);
  }
  assertEquals(chain.length, 2 * levels + 1);
  assertEquals(chain.slice(0, 3), [30.2, 30.1, 29.2]);
  assertEquals(chain.at(-1), 0);
});

Deno.test("a new key is warned about at every depth, with the near miss", async () => {
  const { written, warned } = await loading({
    "main.yml":
      "__default__: ./base.yml\ntraining:\n  batchsize: 1\n  __x: 1\n__y: 2\nmore: {a: 1}\n",
    "base.yml": "training: {batch_size: 2}\n",
  });
  assertEquals(
    written,
    "training:\n  batch_size: 2\n  batchsize: 1\n  __x: 1\n__y: 2\nmore:\n  a: 1\n",
  );
  assertEquals(warned, [
    `warning: Adding the key "training.batchsize": no parent has it
 --> main.yml:3:3
  |
3 |   batchsize: 1
  |   ^^^^^^^^^
  = hint: Did you mean "training.batch_size"?
`,
    `warning: Adding the key "more": no parent has it
 --> main.yml:6:1
  |
6 | more: {a: 1}
  | ^^^^
  = hint: Set __new_key_policy__ to pass if this file may add keys
`,
  ]);
});

Deno.test("expyrun's own keys are no new ones, whatever the policy, nor are their kinds", async () => {
  const { written, warned } = await loading({
    "main.yml": "__default__: ./base.yml\n__new_key_policy__: raise\n" +
      "__run__: {__name__: a, __permissions__: {run: [git]}}\n__slurm__: {time: 60}\n" +
      "__sweep__: {method: grid, parameters: {lr: {values: [1, 2]}}}\n",
    "base.yml": "__run__: {__permissions__: all}\n__slurm__: {partition: gpu}\n" +
      "__sweep__: {parameters: {seed: {values: [1]}}}\n",
  });
  assertEquals(warned, []);
  assertEquals(
    written,
    "__run__:\n  __permissions__:\n    run:\n      - git\n  __name__: a\n" +
      "__slurm__:\n  partition: gpu\n  time: 60\n" +
      "__sweep__:\n  parameters:\n    seed:\n      values:\n        - 1\n" +
      "    lr:\n      values:\n        - 1\n        - 2\n  method: grid\n",
  );
});

Deno.test("the policy is that of the file that says it", async () => {
  const files = {
    "main.yml": "__default__: ./mid.yml\n__new_key_policy__: raise\na: 1\nb: 2\n",
    "mid.yml": "__default__: ./base.yml\n__new_key_policy__: pass\nb: 1\n",
    "base.yml": "a: 0\n",
  };
  assertEquals((await loading(files)).written, "a: 1\nb: 2\n");
  const raising = { ...files, "main.yml": files["main.yml"] + "bb: 3\n" };
  assertEquals(
    (await loading(raising)).written,
    `error: Cannot add the key "bb": no parent has it
 --> main.yml:5:1
  |
5 | bb: 3
  | ^^
  = hint: Set __new_key_policy__ to pass if this file may add keys
`,
  );
});

const kinds: readonly [before: string, after: string, change?: [from: string, to: string]][] = [
  ["1", "2"],
  ["1", "1.5"],
  ["1.5", "1", ["float", "int"]],
  ["null", "1"],
  ["null", "{a: 1}"],
  ["1", "null", ["int", "null"]],
  ["1", "true", ["int", "bool"]],
  ["text", "1", ["string", "int"]],
  ["[1]", "[a, b]"],
  ["[1]", "1", ["list", "int"]],
  ["{a: 1}", "1", ["mapping", "int"]],
  ["1", "{a: 1}", ["int", "mapping"]],
  ["{a: 1}", "[1]", ["mapping", "list"]],
  // Of which kind these are shows only once they are resolved.
  ["1.5", '"{other}"'],
  ["1", "$SEED"],
  ["$SEED", "1"],
  ["{a: 1}", '"{other}"'],
  ["1", "-$SEED.5"],
  ["1", "$HOME/data", ["int", "string"]],
  ["{a: 1}", "$SEED", ["mapping", "string"]],
  ["[1]", "$SEED", ["list", "string"]],
  ["1.5", '"x{other}"', ["float", "string"]],
  ["1.5", '"!P{other}"', ["float", "string"]],
];

Deno.test("a change of kind is warned about with both places", async () => {
  for (const [before, after, change] of kinds) {
    const { warned } = await loading({
      "main.yml": `__default__: ./base.yml\nk: ${after}\n`,
      "base.yml": `k: ${before}\n`,
    });
    const first = warned[0]?.split("\n")[0];
    const expected = change &&
      `warning: Changing the kind of "k" from ${change[0]} to ${change[1]}`;
    assertEquals(first, expected, `${before} -> ${after}`);
  }
});

Deno.test("a change of kind is shown", async () => {
  const { warned } = await loading({
    "main.yml": "__default__: ./base.yml\na: {lr: 1}\n",
    "base.yml": "a:\n  lr: 1.5\n",
  });
  assertEquals(warned, [
    `warning: Changing the kind of "a.lr" from float to int
 --> main.yml:2:9
  |
2 | a: {lr: 1}
  |         ^
  = note: the float stands here: base.yml:2:7
  = hint: Write the number with a dot
`,
  ]);
});

const errors: readonly [name: string, files: Files, rendered: string][] = [
  [
    "a parent that is not there",
    { "main.yml": "x: 1\n__default__: [./bsae.yml]\n", "base.yml": "" },
    `error: Cannot read "bsae.yml": no such file
 --> main.yml:2:15
  |
2 | __default__: [./bsae.yml]
  |               ^^^^^^^^^^
  = hint: Did you mean "base.yml"?
`,
  ],
  [
    "a cycle",
    {
      "main.yml": "__default__: ./a/b.yml\n",
      "a/b.yml": "__default__: ../a/c.yml\n",
      "a/c.yml": "x: 1\n__default__: $ROOT/main.yml\n",
    },
    `error: Cannot inherit from "/work/main.yml": it inherits from itself, main.yml -> a/b.yml -> a/c.yml -> main.yml
 --> a/c.yml:2:14
  |
2 | __default__: $ROOT/main.yml
  |              ^^^^^^^^^^^^^^
  = hint: Remove one of these __default__ values
`,
  ],
  [
    "a parent that is no path",
    { "main.yml": "__default__: [1]\n" },
    `error: Cannot read "__default__": a path to inherit from is an int
 --> main.yml:1:15
  |
1 | __default__: [1]
  |               ^
  = hint: Give a path or a list of paths
`,
  ],
  [
    "an unknown policy",
    { "main.yml": "__default__: ./b.yml\n__new_key_policy__: rais\n", "b.yml": "x: 1\n" },
    `error: Cannot read "__new_key_policy__": "rais" is no policy
 --> main.yml:2:21
  |
2 | __new_key_policy__: rais
  |                     ^^^^
  = hint: Did you mean "raise"?
`,
  ],
  [
    "a policy without a parent",
    { "main.yml": "x: 1\n__new_key_policy__: pass\n" },
    `error: Cannot use "__new_key_policy__": this file inherits from none
 --> main.yml:2:1
  |
2 | __new_key_policy__: pass
  | ^^^^^^^^^^^^^^^^^^
  = hint: Remove it, or name a parent with __default__
`,
  ],
];

for (const [name, files, rendered] of errors) {
  Deno.test(`inheriting: ${name}`, async () => {
    assertEquals((await loading(files)).written, rendered);
  });
}

Deno.test("a path with an undefined variable that leads nowhere: one error, at the variable", async () => {
  const { written, warned } = await loading({ "main.yml": "__default__: $NOPE/base.yml\n" });
  assertEquals(warned, []);
  assertEquals(
    written,
    `error: Cannot expand "$NOPE": no such environment variable
 --> main.yml:1:14
  |
1 | __default__: $NOPE/base.yml
  |              ^^^^^
`,
  );
});

Deno.test("a path that was meant relative to the file that names it", async () => {
  const files = { "configs/main.yml": "__default__: common.yml\n", "configs/common.yml": "x: 1\n" };
  const { written } = await loading(files, "configs/main.yml");
  assertEquals(
    written,
    `error: Cannot read "common.yml": no such file
 --> configs/main.yml:1:14
  |
1 | __default__: common.yml
  |              ^^^^^^^^^^
  = hint: Did you mean "./common.yml"? Paths without ./ start at the working directory
`,
  );
});

Deno.test("an undefined variable in __default__ is warned about at its place", async () => {
  const { warned } = await loading({
    "main.yml": "__default__: ./$ROOTT/base.yml\n",
    "base.yml": "x: 1\n",
  });
  assertEquals(warned, [
    `warning: Cannot expand "$ROOTT": no such environment variable
 --> main.yml:1:16
  |
1 | __default__: ./$ROOTT/base.yml
  |                ^^^^^^
  = note: empty text stands in its place
  = hint: Did you mean "$ROOT"?
`,
  ]);
});

Deno.test("a file inherited on two ways is read and warned about once", async () => {
  const { warned } = await loading({
    "main.yml": "__default__: [./a.yml, ./b.yml]\n",
    "a.yml": "__default__: ./base.yml\n",
    "b.yml": "__default__: ./base.yml\n",
    "base.yml": "x: yes\n",
  });
  assertEquals(warned.length, 1);
});

Deno.test("an absolute file inherits relative to itself", async () => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "a.yml": "__default__: ./b.yml\n", "b.yml": "x: 1\n" });
    const config = await loadConfig(join(folder, "a.yml"), tellingWorld());
    assertEquals(emitRaw(config), "x: 1\n");
  });
});

Deno.test("a cycle through a folder that is a link is one, too", async () => {
  const files = { "a.yml": "__default__: ./d/a.yml\nx: 1\n" };
  await withTempDir(async (folder) => {
    await writeFiles(folder, files);
    await Deno.symlink(".", join(folder, "d"));
    const error = await loadConfig("a.yml", tellingWorld({ cwd: folder })).catch((error) => error);
    assertEquals(
      error.problem?.message,
      'Cannot inherit from "d/a.yml": it inherits from itself, a.yml -> a.yml',
    );
    assertEquals(error.problem.code, "inheritance");
  });
});

Deno.test("a path to inherit from may be literal", async () => {
  const files = { "main.yml": '__default__: "!P./$ROOT.yml"\n', "$ROOT.yml": "x: 1\n" };
  assertEquals((await loading(files)).written, "x: 1\n");
});

Deno.test("of thousands of new keys the first have near misses: searching takes time", async () => {
  const keys = (letter: string) =>
    Array.from({ length: 3000 }, (_, i) => `${letter}_a_key_of_some_length_${i}: 1\n`).join("");
  const files = { "main.yml": `__default__: ./a.yml\n${keys("x")}`, "a.yml": keys("y") };
  const { warned } = await loading(files);
  const near = warned.map((text) => text.includes("Did you mean"));
  assertEquals(near, near.map((_, i) => i < 50));
  assertEquals([near.length, warned.at(-1)!.includes("main.yml:3001:1")], [3000, true]);
});

Deno.test("an inherited axis of a sweep is replaced as a whole, the others stay", async () => {
  const { written, warned } = await loading({
    "main.yml": "__default__: ./a.yml\n__sweep__: {parameters: {lr: {range: [0, 1]}, b: null}}\n",
    "a.yml": "lr: 1\n__sweep__: {method: grid, parameters: " +
      "{lr: {values: [1, 2]}, seed: {values: [3]}, b: {value: 1}}}\n",
  });
  const expected = `lr: 1
__sweep__:
  method: grid
  parameters:
    lr:
      range:
        - 0
        - 1
    seed:
      values:
        - 3
    b: null
`;
  assertEquals([written, warned], [expected, []]);
});

Deno.test("a path to inherit from holds no secret", async () => {
  const env = { API_TOKEN: "abcdefgh" };
  const files = { "main.yml": "__default__: ./${API_TOKEN}.yml\n", "abcdefgh.yml": "a: 1\n" };
  const { written } = await loading(files, "main.yml", env);
  assertEquals(
    written,
    `error: Cannot read "__default__": "./\${API_TOKEN}.yml" holds a secret
 --> main.yml:1:14
  |
1 | __default__: ./\${API_TOKEN}.yml
  |              ^^^^^^^^^^^^^^^^^^
  = hint: Use another variable, or set __run__: { __secrets__: none } here if it is no secret
`,
  );
  const none = { ...files, "main.yml": `${files["main.yml"]}__run__: {__secrets__: none}\n` };
  assertEquals((await loading(none, "main.yml", env)).config?.entries.has("a"), true);
});
