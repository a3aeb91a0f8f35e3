import { assertEquals, assertStringIncludes } from "@std/assert";
import { emitRaw, emitResolved } from "../../lib/resolver/emit.ts";
import { nodeAt } from "../../lib/resolver/node.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { tellingWorld } from "../world.ts";
import { errorOf, mapping, parse, text, told } from "./nodes.ts";

const world = tellingWorld({ cwd: "/work" });

Deno.test("text that aliases or references stand for is limited as files are", () => {
  const long = "x".repeat(2 ** 20);
  const aliases = (count: number) => `t: &t ${long}\nl: [${"*t,".repeat(count)}]\n`;
  parse(aliases(32));
  assertStringIncludes(
    errorOf(() => parse(aliases(33))),
    "its aliases stand for more than 32 MiB of text\n --> config.yml:2:101",
  );
  const within = `t: &t {k: [${long}]}\nl: [${"*t,".repeat(40)}]\n`;
  assertStringIncludes(errorOf(() => parse(within)), "its aliases stand for more than 32 MiB");
  const references = (value: string, count: number) =>
    resolveConfig(parse(`t: ${value}\nl: [${'"{t}",'.repeat(count)}]\n`), world);
  for (const value of [long, `{k: [${long}]}`]) {
    references(value, 32);
    assertStringIncludes(
      errorOf(() => references(value, 33)),
      "references insert more than 32 MiB of text\n --> config.yml:2:",
    );
  }
});

Deno.test("a configuration that could not be read again is not written", () => {
  const half = 2 ** 24;
  const key = "k: \n".length;
  const config = (length: number) =>
    mapping([["k", text("x".repeat(half))], ["l", text("é".repeat(length))]]);
  const fits = 2 ** 25 - half - 2 * key - "''".length;
  for (const emit of [emitRaw, emitResolved]) {
    const quotes = emit(config(1)).length - half - 2 * key - 1;
    assertEquals(emit(config((fits + 2 - quotes) / 2 | 0)).length > half, true);
    assertStringIncludes(
      errorOf(() => emit(config(fits / 2 + 2 | 0))),
      "Cannot write the configuration: it is larger than 32 MiB",
    );
  }
});

Deno.test("what resolving nests can be read again, to the last level", () => {
  const nested = (levels: number, inner: string) =>
    `${"{k: ".repeat(levels)}${inner}${"}".repeat(levels)}`;
  const lists = (levels: number, inner: string) =>
    `${"[".repeat(levels)}${inner}${"]".repeat(levels)}`;
  for (const nest of [nested, lists]) {
    const written = (levels: number) =>
      emitResolved(
        resolveConfig(parse(`x: ${nest(49, "1")}\ny: ${nest(levels, '"{x}"')}\n`), world),
      );
    const deepest = written(50);
    assertEquals(emitResolved(resolveConfig(parse(deepest), world)), deepest);
    assertStringIncludes(errorOf(() => written(51)), "nest deeper than 100 levels");
    parse(`x: ${nest(99, "1")}\n`);
    assertStringIncludes(errorOf(() => parse(`x: ${nest(100, "1")}\n`)), "deeper than 100 levels");
  }
});

Deno.test("of what a reference leads through, no more is needed than it asks for", () => {
  const config = parse('a: "{b}"\nb: "{c.0.k}"\nc: "{d}"\nd: [{k: 1, e: "{a}x"}]\n');
  const resolved = resolveConfig(config, world);
  const expected = "a: 1\nb: 1\nc: [{k: 1, e: 1x}]\nd: [{k: 1, e: 1x}]\n";
  assertEquals(told(resolved), told(parse(expected)));
  const named = tellingWorld({ cwd: "/work", env: { WHERE: "{d.0}" } });
  const through = parse('a: "{c.k}"\nc: $WHERE\nd: ["{e}"]\ne: {k: 2, z: "{a}"}\n');
  assertEquals(told(nodeAt(resolveConfig(through, named), "e.z")!), ["int", "2"]);
  for (
    const cycle of ['a: "{a.k}"\n', 'a: "{b.k}"\nb: "{a.k}"\n', 'a: "{b.k}"\nb: "{c}"\nc: "{b}"\n']
  ) {
    assertStringIncludes(errorOf(() => resolveConfig(parse(cycle), world)), "it needs itself");
  }
});

Deno.test("a second document is shown where it begins", () => {
  const cases: [string, string][] = [
    ["a: 1\n...\nb: 2\n", "3:1"],
    ["a: 1\n...\n# c\n\n  &x !!str b\n", "5:3"],
    ["a: 1\n---\nb: 2\n", "2:1"],
    ["a: 1\n...\n---\n", "3:1"],
  ];
  for (const [document, at] of cases) {
    const error = errorOf(() => parse(document));
    assertStringIncludes(error, `it holds more than one document\n --> config.yml:${at}\n`);
  }
});
