import { assertEquals, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
import { loadConfig } from "../../lib/resolver/inherit.ts";
import { applyOverrides, type Override } from "../../lib/resolver/override.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { secretRule } from "../../lib/resolver/secrets.ts";
import { explainJson, explainText } from "../../lib/runs/explain.ts";
import type { Explanation } from "../../lib/runs/origins.ts";
import { explainAll } from "../../lib/runs/origins_file.ts";
import type { World } from "../../lib/world.ts";
import { type Files, withTempDir, writeFiles } from "../temp.ts";

const files: Files = {
  "base.yml": `lr: 0.1
layers: [1, 2, 3]
model:
  name: linear
  depth: 1
data: $DATA/train.csv
`,
  "mid.yml": `__default__: ./base.yml
__new_key_policy__: pass
lr: 0.01
extra: {a: 10.0, b: .nan, empty: {}, none: null}
`,
  "top.yml": `__default__: ./mid.yml
__new_key_policy__: pass
title: "{model.name} of {data}"
copy: "{model}"
lists:
  - name: "{title}"
    lr: "{lr}"
layers: [4, 5]
key: "ü $MY_TOKEN"
`,
};

const env = { DATA: "/data", MY_TOKEN: "s3cret" };

async function explained(args: string[] = []): Promise<Map<string, Explanation>> {
  return await withTempDir(async (cwd) => {
    await writeFiles(cwd, files);
    const world = { cwd, env, warn() {} } as unknown as World;
    const raw = applyOverrides(await loadConfig("top.yml", world), overrides(args));
    const resolved = resolveConfig(raw, world);
    const variable = (name: string) => (env as Record<string, string>)[name];
    return explainAll({ raw, resolved, variable, isSecret: secretRule() });
  });
}

function overrides(words: string[]): Override[] {
  return words.filter((_, i) => i % 2 === 0).map((key, i) => ({
    key: key.slice(2),
    value: words[2 * i + 1]!,
    keyPlace: { kind: "argument", words, index: 2 * i },
    valuePlace: { kind: "argument", words, index: 2 * i + 1 },
  }));
}

Deno.test("the chain of a value, winner first", async (t) => {
  const cases: [title: string, key: string, args: string[], expected: string][] = [
    [
      "an argument, a file and its parent",
      "lr",
      ["--lr", "0.5"],
      `lr = 0.5
  argument 2    0.5
  mid.yml:3:5   0.01
  base.yml:1:5  0.1
`,
    ],
    [
      "a key that only the first parent has",
      "model.depth",
      [],
      `model.depth = 1
  base.yml:5:10  1
`,
    ],
    [
      "references and variables, with their own chains",
      "title",
      ["--model.name", "cnn"],
      `title = "cnn of /data/train.csv"
  top.yml:3:8  "{model.name} of {data}"
    {model.name} = "cnn"
      argument 2    "cnn"
      base.yml:4:9  "linear"
    {data} = "/data/train.csv"
      base.yml:6:7  "$DATA/train.csv"
        $DATA: "/data"
`,
    ],
    [
      "a reference of a reference",
      "lists.0.name",
      [],
      `lists.0.name = "linear of /data/train.csv"
  top.yml:6:11  "{title}"
    {title} = "linear of /data/train.csv"
      top.yml:3:8  "{model.name} of {data}"
        {model.name} = "linear"
          base.yml:4:9  "linear"
        {data} = "/data/train.csv"
          base.yml:6:7  "$DATA/train.csv"
            $DATA: "/data"
`,
    ],
    [
      "a part of a mapping that a reference stands for",
      "copy.depth",
      [],
      `copy.depth = 1
  top.yml:4:7  "{model}"
    {model.depth} = 1
      base.yml:5:10  1
`,
    ],
    [
      "a list is one value",
      "layers",
      [],
      `layers = [4, 5]
  top.yml:8:9   [4, 5]
  base.yml:2:9  [1, 2, 3]
`,
    ],
    [
      "an item of a list that replaced another",
      "layers.1",
      [],
      `layers.1 = 5
  top.yml:8:13   5
  base.yml:2:13  2
`,
    ],
    [
      "a list of which one item was set",
      "layers",
      ["--layers.0", "7"],
      `layers = [7, 5]
  top.yml:8:9   [7, 5]
  base.yml:2:9  [1, 2, 3]
layers.0 = 7  argument 2
`,
    ],
    [
      "a mapping: its leaves",
      "extra",
      [],
      `extra.a = 10.0     mid.yml:4:12
extra.b = .nan     mid.yml:4:21
extra.empty = {}   mid.yml:4:34
extra.none = null  mid.yml:4:44
`,
    ],
  ];
  for (const [title, key, args, expected] of cases) {
    await t.step(title, async () => {
      assertEquals(explainText(await explained(args), { key }), expected);
    });
  }
});

Deno.test("without a key, every leaf with the place of its winner", async () => {
  assertEquals(
    explainText(await explained(["--lr", "0.5"]), {}),
    `lr = 0.5                                    argument 2
layers.0 = 4                                top.yml:8:10
layers.1 = 5                                top.yml:8:13
model.name = "linear"                       base.yml:4:9
model.depth = 1                             base.yml:5:10
data = "/data/train.csv"                    base.yml:6:7
extra.a = 10.0                              mid.yml:4:12
extra.b = .nan                              mid.yml:4:21
extra.empty = {}                            mid.yml:4:34
extra.none = null                           mid.yml:4:44
title = "linear of /data/train.csv"         top.yml:3:8
copy.name = "linear"                        top.yml:4:7
copy.depth = 1                              top.yml:4:7
lists.0.name = "linear of /data/train.csv"  top.yml:6:11
lists.0.lr = 0.5                            top.yml:7:9
key = "ü $MY_TOKEN"                         top.yml:9:6
`,
  );
});

Deno.test("as JSON: what programs read", async (t) => {
  const all = await explained(["--lr", "0.5"]);
  await t.step("one value", () => {
    assertEquals(JSON.parse(explainJson(all, { key: "lists.0.lr" })), {
      key: "lists.0.lr",
      value: 0.5,
      chain: [{ place: { file: "top.yml", line: 7, column: 9 }, value: "{lr}" }],
      links: [{
        kind: "reference",
        path: "lr",
        explanation: {
          key: "lr",
          value: 0.5,
          chain: [
            { place: { argument: 2 }, value: 0.5 },
            { place: { file: "mid.yml", line: 3, column: 5 }, value: 0.01 },
            { place: { file: "base.yml", line: 1, column: 5 }, value: 0.1 },
          ],
          links: [],
        },
      }],
    });
  });
  await t.step("a variable; a secret one without its value", () => {
    assertEquals(JSON.parse(explainJson(all, { key: "data" })).links, [
      { kind: "environment", name: "DATA", value: "/data" },
    ]);
    assertEquals(JSON.parse(explainJson(all, { key: "key" })).links, [
      { kind: "environment", name: "MY_TOKEN", secret: true },
    ]);
  });
  await t.step("every leaf", () => {
    const leaves = JSON.parse(explainJson(all, {}));
    assertEquals(leaves.length, 16);
    assertEquals(leaves[0], { key: "lr", value: 0.5, place: { argument: 2 } });
    assertEquals(leaves[7].value, null);
  });
});

Deno.test("a key that does not exist: the near miss", async () => {
  const all = await explained();
  for (const ask of [explainText, explainJson]) {
    const { problem } = assertThrows(() => ask(all, { key: "model.dept" }), ExpyrunError);
    assertEquals(problem.message, 'Cannot explain "model.dept": no such key');
    assertEquals(problem.hint, 'Did you mean "model.depth"?');
  }
});

Deno.test("a chain of ten thousand references ends somewhere", () => {
  const all = new Map(Array.from({ length: 10_000 }, (_, i): [string, Explanation] => {
    const links = [{ kind: "reference", path: `k${i + 1}` } as const];
    const chain = [{ place: { file: "a.yml", line: i + 1, column: 1 }, value: "1" }];
    return [`k${i}`, { key: `k${i}`, value: "1", chain, links }];
  }));
  assertEquals(explainText(all, { key: "k0" }).endsWith(" ...\n"), true);
  JSON.parse(explainJson(all, { key: "k0" }));
});

Deno.test("references that meet again are shown once", () => {
  const levels = Array.from({ length: 30 }, (_, i): [string, Explanation] => {
    const links = i === 29
      ? []
      : [1, 2].map(() => ({ kind: "reference", path: `k${i + 1}` } as const));
    const chain = [{ place: { file: "a.yml", line: i + 1, column: 1 }, value: '""' }];
    return [`k${i}`, { key: `k${i}`, value: '""', chain, links }];
  });
  const all = new Map(levels);
  assertEquals(explainText(all, { key: "k0" }).split("\n").length, 1 + 1 + 29 * 3 + 1);
  assertEquals(JSON.parse(explainJson(all, { key: "k0" })).links[1], {
    kind: "reference",
    path: "k1",
    value: "",
  });
});

Deno.test("as many values as a configuration may hold", () => {
  const all = new Map(Array.from({ length: 200_000 }, (_, i): [string, Explanation] => {
    const chain = [{ place: { file: "a.yml", line: i + 1, column: 1 }, value: "1" }];
    return [`k${i}`, { key: `k${i}`, value: "1", chain, links: [] }];
  }));
  assertEquals(explainText(all, {}).split("\n").length, 200_001);
  JSON.parse(explainJson(all, {}));
});
