import { assertEquals } from "@std/assert";
import { parse as parseStd } from "@std/yaml";
import { CORE_SCHEMA, load, realMapTag } from "js-yaml";
import { emitRaw, emitResolved } from "../../lib/resolver/emit.ts";
import type { Mapping, Node } from "../../lib/resolver/node.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { ask, findPython, tellPython } from "../python.ts";
import { tellingWorld } from "../world.ts";
import { anyMapping, hardTexts, mapping, parse, scalar, seeded, text, told } from "./nodes.ts";

const keyTexts = hardTexts.filter((key) => !key.includes("."));

/** Every hard text as value, key, list item and nested; and trees by chance. */
const configs: readonly Mapping[] = [
  mapping(hardTexts.map((value, i) => [`k${i}`, text(value)])),
  mapping(keyTexts.map((key) => [key, text("v")])),
  mapping([["list", { ...text(""), kind: "list", items: hardTexts.map(text) } as Node]]),
  mapping(keyTexts.map((key) => [key, mapping([[key, mapping([["in", text(key)]])]])])),
  mapping([["long", text("x".repeat(2000))], ["k".repeat(2000), text("v")]]),
  mapping([]),
  mapping([["a", mapping([])], ["b", { ...text(""), kind: "list", items: [] } as Node]]),
  ...Array.from({ length: 300 }, (_, seed) => anyMapping(seeded(seed), 4)),
];

Deno.test("what is written reads to the same values, kinds and key order", () => {
  for (const config of configs) {
    assertEquals(told(parse(emitRaw(config))), told(config), emitRaw(config));
  }
});

const python = await findPython("yaml");
if (python) {
  Deno.test("PyYAML reads the same values, kinds and key order", async () => {
    const script = `
import yaml
${tellPython}
for case in cases:
    try: answers.append(told(yaml.safe_load(case)))
    except Exception as error: answers.append(["ERROR", str(error)])
`;
    const texts = configs.map(emitRaw);
    const answers = await ask(python, script, texts);
    for (const [i, answer] of answers.entries()) {
      assertEquals(answer, JSON.parse(JSON.stringify(told(configs[i]!))), texts[i]);
    }
  });
}

/** As JavaScript readers answer: they know one kind of number, and round. */
function plainValue(node: Node): unknown {
  if (node.kind === "list") return node.items.map(plainValue);
  if (node.kind === "mapping") {
    return Object.fromEntries(Array.from(node.entries, ([k, { value }]) => [k, plainValue(value)]));
  }
  return typeof node.value === "bigint" ? Number(node.value) : node.value;
}

Deno.test("@std/yaml and js-yaml read the same values", () => {
  for (const config of configs) {
    const written = emitRaw(config);
    assertEquals(parseStd(written), plainValue(config), written);
    const map = load(written, { schema: CORE_SCHEMA.withTags(realMapTag) }) as Map<string, unknown>;
    assertEquals([...map.keys()], [...config.entries.keys()]);
    assertEquals(load(written), plainValue(config), written);
  }
});

Deno.test("a resolved configuration resolves to itself, and to the same text", () => {
  const world = tellingWorld({ env: { HOME: "/home/{a}", a: "1" } });
  for (const config of configs) {
    const once = resolveConfig(config, world);
    const written = emitResolved(once);
    const twice = resolveConfig(parse(written), tellingWorld({ warn: refuse }));
    assertEquals(told(twice), told(once), written);
    assertEquals(emitResolved(twice), written);
  }
});

function refuse(problem: { message: string }): never {
  throw new Error(problem.message);
}

const styles: readonly [value: Node, written: string][] = [
  [text("plain text"), "plain text"],
  [text("/data/x.csv"), "/data/x.csv"],
  [text("yes"), "'yes'"],
  [text("1:30"), "'1:30'"],
  [text("10"), "'10'"],
  [text("it's"), "'it''s'"],
  [text(""), "''"],
  [text("a\tb"), '"a\\tb"'],
  [text("a\u2028b"), '"a\\u2028b"'],
  [text("\ud800"), '"\\ud800"'],
  [text("a\nb"), "|-\n  a\n  b"],
  [text("a\nb\n"), "|\n  a\n  b"],
  [text("{a}"), "'!P{a}'"],
  [text("$A"), "'!P$A'"],
  [text("!Px"), "'!P!Px'"],
  [text("\\d{3}"), "'\\d{3}'"],
  [scalar({ type: "float", value: 1e-5 }), "1.0e-05"],
  [scalar({ type: "float", value: 10 }), "10.0"],
  [scalar({ type: "float", value: 1e16 }), "1.0e+16"],
  [scalar({ type: "float", value: -0 }), "-0.0"],
  [scalar({ type: "float", value: NaN }), ".nan"],
  [scalar({ type: "float", value: -Infinity }), "-.inf"],
  [scalar({ type: "int", value: 2n ** 64n }), "18446744073709551616"],
  [scalar({ type: "null", value: null }), "null"],
  [mapping([]), "{}"],
];

Deno.test("values are written in the form that every reader agrees on", () => {
  for (const [value, written] of styles) {
    assertEquals(emitResolved(mapping([["k", value]])), `k: ${written}\n`);
  }
});

Deno.test("keys that read as something else are quoted", () => {
  for (const key of ["1", "yes", "null", "1:30", "", "<<", "=", "~", "2024-01-01", "y"]) {
    assertEquals(emitRaw(mapping([[key, text("v")]])), `'${key}': v\n`);
  }
});
