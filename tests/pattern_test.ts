import { assertEquals } from "@std/assert";
import { matches, patternOf } from "./pattern.ts";

const known = { tmp: "/tmp/case.1", version: "0.1.0" };

const cases: readonly [text: string, pattern: string, expected: boolean][] = [
  ["", "", true],
  ["a\n", "a\n", true],
  ["a\n", "a", false],
  ["a", "a\n", false],
  ["b a\n", "a\n", false],
  ["abc", "a.c", false],
  ["a[0] {b} $c", "a[0] {b} $c", true],
  ["/tmp/case.1/out", "[TMP]/out", true],
  ["/tmp/case_1/out", "[TMP]/out", false],
  ["expyrun 0.1.0", "expyrun [VERSION]", true],
  ["expyrun 0.1.1", "expyrun [VERSION]", false],
  ["exp.12", "exp.[N]", true],
  ["exp.", "exp.[N]", false],
  ["exp.x", "exp.[N]", false],
  ["at 2026-01-02T03:04:05.678Z", "at [TIME]", true],
  ["at 2026-01-02", "at [TIME]", false],
  ["in 12 ms", "in [DURATION]", true],
  ["in 1.25 s", "in [DURATION]", true],
  ["in 2 min 3 s", "in [DURATION]", true],
  ["in 12 apples", "in [DURATION]", false],
  ["one two", "one [WORD]", true],
  ["one two three", "one [WORD]", false],
  ["one two three", "one [LINE]", true],
  ["one\ntwo", "[LINE]", false],
  ["a\nb\nc\n", "a\n[WILDCARD]c\n", true],
  ["a\nb\nd\n", "a\n[WILDCARD]c\n", false],
  ["[OTHER]", "[OTHER]", true],
];

for (const [text, pattern, expected] of cases) {
  const verb = expected ? "matches" : "does not match";
  Deno.test(`pattern: ${JSON.stringify(text)} ${verb} ${JSON.stringify(pattern)}`, () => {
    assertEquals(matches(text, pattern, known), expected);
  });
}

Deno.test("pattern: what is written for a text matches it, and others like it", () => {
  const text = "expyrun 0.1.0: wrote /tmp/case.1/out/exp.3 at 2026-01-02T03:04:05Z in 0.1 s\n" +
    "    at write (ext:deno_fs/30_fs.js:1:10224)\n";
  const pattern = patternOf(text, known);
  assertEquals(
    pattern,
    "expyrun [VERSION]: wrote [TMP]/out/exp.3 at [TIME] in [DURATION]\n" +
      "    at write (ext:[WORD])\n",
  );
  assertEquals(matches(text, pattern, known), true);
  assertEquals(matches(text.replace("exp.3", "exp.4"), pattern, known), false);
});

Deno.test("carets below the temporary folder are as many as its name has letters", () => {
  const shown = (tmp: string) => `1 | a: ${tmp}/x\n  |    ${"^".repeat(tmp.length + 2)}\nb\n`;
  const pattern = patternOf(shown(known.tmp), known);
  assertEquals(pattern, "1 | a: [TMP]/x\n  |    ^[LINE]\nb\n");
  const longer = { ...known, tmp: "/tmp/case.123" };
  assertEquals(matches(shown(longer.tmp), pattern, longer), true);
  assertEquals(patternOf("1 | a\n  | ^^\n", known), "1 | a\n  | ^^\n");
});
