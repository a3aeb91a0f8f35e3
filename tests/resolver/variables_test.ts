import { assertEquals } from "@std/assert";
import { parseDocument } from "../../lib/resolver/document.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { usedVariables } from "../../lib/resolver/variables.ts";
import { tellingWorld } from "../world.ts";

Deno.test("the variables that a configuration used", async (t) => {
  const cases: [text: string, expected: string[]][] = [
    ["a: 1", []],
    ["{a: $B, b: '$A$B', c: $MISSING}", ["A", "B", "MISSING missing"]],
    ["a: $EXPYRUN_CWD/x", []],
    ['a: "!P$A"', []],
    ["{a: [1, {b: $A}], c: '{a}'}", ["A"]],
    ["{a: '{b}', b: $A}", ["A"]],
  ];
  for (const [text, expected] of cases) {
    await t.step(text, () => {
      const document = parseDocument({ name: "c.yml", path: "/c.yml", text }, () => {});
      const config = resolveConfig(document, tellingWorld({ env: { A: "1", B: "2" } }));
      const used = usedVariables(config);
      assertEquals(used.map(({ name, missing }) => missing ? `${name} missing` : name), expected);
    });
  }
});
