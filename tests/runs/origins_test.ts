import { assertEquals, assertThrows } from "@std/assert";
import { parseDocument } from "../../lib/resolver/document.ts";
import { emitResolved } from "../../lib/resolver/emit.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { secretRule } from "../../lib/resolver/secrets.ts";
import { placeText } from "../../lib/runs/explain.ts";
import { originsJson } from "../../lib/runs/origins.ts";
import { parseOrigins } from "../../lib/runs/origins_file.ts";
import type { World } from "../../lib/world.ts";

function origins(text: string): { kept: string; config: string } {
  const raw = parseDocument({ name: "a.yml", path: "/a.yml", text }, () => {});
  const resolved = resolveConfig(
    raw,
    { cwd: "/", env: { V: "1.0" }, warn() {} } as unknown as World,
  );
  const variable = (name: string) => name === "V" ? "1.0" : undefined;
  const kept = originsJson({ raw, resolved, variable, isSecret: secretRule() });
  return { kept, config: emitResolved(resolved) };
}

Deno.test("what is kept of a value, as it is read again", async (t) => {
  const cases: [title: string, text: string, expected: string[]][] = [
    ["numbers keep their spelling", "a: 10.0\nb: 10\nc: 1e-5\nd: 12345678901234567890", [
      "a = 10.0 (a.yml:1:4 10.0)",
      "b = 10 (a.yml:2:4 10)",
      "c = 1e-05 (a.yml:3:4 1e-05)",
      "d = 12345678901234567890 (a.yml:4:4 12345678901234567890)",
    ]],
    ["numbers that JSON lacks", "a: .nan\nb: [-.inf]\nc: -0.0", [
      "a = .nan (a.yml:1:4 .nan)",
      "b = [null] (a.yml:2:4 [null])",
      "b.0 = -.inf (a.yml:2:5 -.inf)",
      "c = -0.0 (a.yml:3:4 -0.0)",
    ]],
    ["collections", "a: {}\nb: []\nc: [{d: 1, e: [x]}]\nf: null\ng: true", [
      "a = {} (a.yml:1:4 {})",
      "b = [] (a.yml:2:4 [])",
      'c = [{"d": 1, "e": ["x"]}] (a.yml:3:4 [{"d": 1, "e": ["x"]}])',
      "c.0.d = 1 (a.yml:3:9 1)",
      'c.0.e = ["x"] (a.yml:3:15 ["x"])',
      'c.0.e.0 = "x" (a.yml:3:16 "x")',
      "f = null (a.yml:4:4 null)",
      "g = true (a.yml:5:4 true)",
    ]],
    ["keys in the order of the file", "b: 1\n10: 2\n2: 3\n=x: 4\n__proto__: 5", [
      "b = 1 (a.yml:1:4 1)",
      "10 = 2 (a.yml:2:5 2)",
      "2 = 3 (a.yml:3:4 3)",
      "=x = 4 (a.yml:4:5 4)",
      "__proto__ = 5 (a.yml:5:12 5)",
    ]],
    ["columns count characters", "a: {b: 😀, c: ü, d: 😀😀, e: 1}", [
      'a.b = "😀" (a.yml:1:8 "😀")',
      'a.c = "ü" (a.yml:1:14 "ü")',
      'a.d = "😀😀" (a.yml:1:20 "😀😀")',
      "a.e = 1 (a.yml:1:27 1)",
    ]],
    ["what a value was made from", 'a: $V\nb: "$V-{a}"\nc: "[{a}]"\nd: ["{a}", 1]\ne: "{d}"', [
      'a = 1.0 (a.yml:1:4 "$V") $V=1.0',
      'b = "1.0-1.0" (a.yml:2:4 "$V-{a}") $V=1.0 {a}',
      'c = "[1.0]" (a.yml:3:4 "[{a}]") {a}',
      'd = [1.0, 1] (a.yml:4:4 ["{a}", 1])',
      'd.0 = 1.0 (a.yml:4:5 "{a}") {a}',
      "d.1 = 1 (a.yml:4:12 1)",
      'e = [1.0, 1] (a.yml:5:4 "{d}") {d}',
      'e.0 = 1.0 (a.yml:5:4 "{d}") {d.0}',
      'e.1 = 1 (a.yml:5:4 "{d}") {d.1}',
    ]],
    ["a variable that is not defined", "a: $W", ['a = "" (a.yml:1:4 "$W") $W!']],
  ];
  for (const [title, text, expected] of cases) {
    await t.step(title, () => {
      const all = parseOrigins(origins(text).kept);
      const lines = Array.from(all.values(), ({ key, value, chain, links }) => {
        const places = chain.map(({ place, value }) => `(${placeText(place)} ${value})`);
        const parts = links.map((link) =>
          link.kind === "reference"
            ? `{${link.path}}`
            : `$${link.name}${link.missing ? "!" : `=${link.value}`}`
        );
        return [`${key} =`, value, ...places, ...parts].join(" ");
      });
      assertEquals(lines, expected);
    });
  }
});

Deno.test("origins stay small, however the text is laid out", async (t) => {
  const items = Array.from(
    { length: 2000 },
    (_, i) => `key${i}: {a: ${i}, b: "text ${i} {key${i}.a}", c: [1,2,3]}`,
  );
  for (const text of [`${items.join("\n")}\n`, `{${items.join(", ")}}`]) {
    await t.step(text.startsWith("{") ? "in one line" : "in lines", () => {
      const { kept, config } = origins(text);
      assertEquals(kept.length <= 2 * config.length, true);
      assertEquals(parseOrigins(kept).size, 2000 * 6);
    });
  }
});

Deno.test("what an earlier version has kept is not read", () => {
  assertThrows(() => parseOrigins('{"format": 1, "values": []}'), Error, "format 1");
});

Deno.test("numbers keep their spelling, each in a text of its own", () => {
  const spelled = "1.0 1.50 -0 1e5 1E-7 0.0000001 12345678901234567890 0.12345678901234567 " +
    "8840895379.8865854 0 7 -3 0.5 1024";
  for (const number of spelled.split(" ")) {
    const text = `{"format":2,"files":["a.yml"],"values":{"a":[${number},[1,1]]}}`;
    assertEquals(parseOrigins(text).get("a")!.value, number);
  }
});
