import { assertEquals } from "@std/assert";
import { deliverable, jsonOf } from "../../lib/resolver/deliver.ts";
import { anyMapping, parse, seeded, told } from "./nodes.ts";
import type { Mapping, Node } from "../../lib/resolver/node.ts";

Deno.test("what JSON lacks is listed with its path", () => {
  const config = parse(`a: {b: [1, .nan, {c: -.inf}]}
big: 9007199254740993
zero: -0.0
inf: .inf
1: 10.0
text: "\\ud800\\u2028\\""
__run__: {x: .nan}
__sweep__: 1
__slurm__: 2
__own__: 3
`);
  const { config: delivered, special } = JSON.parse(deliverable(config));
  assertEquals(special, [
    [["a", "b", 1], "nan", ""],
    [["a", "b", 2, "c"], "-inf", ""],
    [["big"], "bigint", "9007199254740993"],
    [["zero"], "-0", ""],
    [["inf"], "inf", ""],
  ]);
  assertEquals(delivered, {
    a: { b: [1, null, { c: null }] },
    big: null,
    zero: null,
    inf: null,
    1: 10,
    text: '\ud800\u2028"',
    __own__: 3,
  });
});

const restore: Readonly<Record<string, (text: string) => unknown>> = {
  "nan": () => NaN,
  "inf": () => Infinity,
  "-inf": () => -Infinity,
  "-0": () => -0,
  "bigint": (text) => BigInt(text),
};

function plainValue(node: Node): unknown {
  if (node.kind === "list") return node.items.map(plainValue);
  if (node.kind === "scalar") return node.value;
  return Object.fromEntries(Array.from(node.entries, ([k, { value }]) => [k, plainValue(value)]));
}

Deno.test("any configuration arrives as it was", () => {
  for (let seed = 0; seed < 300; seed++) {
    const config: Mapping = anyMapping(seeded(seed), 4);
    const { config: delivered, special } = JSON.parse(deliverable(config));
    for (const [path, kind, text] of special) {
      let owner = delivered;
      for (const key of path.slice(0, -1)) owner = owner[key];
      owner[path.at(-1)] = restore[kind]!(text);
    }
    assertEquals(delivered, plainValue(config), JSON.stringify(told(config)));
  }
});

Deno.test("as JSON alone, nothing is left out but what JSON lacks", () => {
  const config = parse("b: 9007199254740993\na: [.nan, 1.5, x]\n__run__: {c: {}}\n");
  assertEquals(jsonOf(config), '{"b":9007199254740993,"a":[null,1.5,"x"],"__run__":{"c":{}}}');
});
