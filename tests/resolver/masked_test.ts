import { assert, assertEquals } from "@std/assert";
import { parseDocument } from "../../lib/resolver/document.ts";
import { emitResolved } from "../../lib/resolver/emit.ts";
import { jsonOf } from "../../lib/resolver/deliver.ts";
import { type Node, nodeAt, pathsOf } from "../../lib/resolver/node.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import type { World } from "../../lib/world.ts";
import { tellingWorld } from "../world.ts";

const env = {
  A_TOKEN: "s3cret",
  N_TOKEN: "12",
  Z_TOKEN: "010",
  B_TOKEN: "x{a}y$HOME!P",
  P_TOKEN: "!Ptext",
  EMPTY_TOKEN: "",
  HOME: "/home/me",
  BRACES: "{a}",
  DOLLAR: "$",
  MARK: "!P",
  LICENSE: "abc-def",
};
const world = tellingWorld({ cwd: "/work", env });

function resolved(text: string, where: World = world) {
  const document = parseDocument({ name: "c.yml", path: "/c.yml", text }, () => {});
  return resolveConfig(document, where);
}

function valueOf(node: Node | undefined): unknown {
  return node?.kind === "scalar" ? [node.type, node.value] : undefined;
}

Deno.test("a value that holds a secret is written with the name of its variable", async (t) => {
  const cases: [text: string, key: string, value: unknown, written: string | undefined][] = [
    ["a: $A_TOKEN", "a", ["string", "s3cret"], "$A_TOKEN"],
    ["a: ${A_TOKEN}x", "a", ["string", "s3cretx"], "${A_TOKEN}x"],
    ["a: Bearer $A_TOKEN", "a", ["string", "Bearer s3cret"], "Bearer $A_TOKEN"],
    ["a: $N_TOKEN", "a", ["int", 12], "$N_TOKEN"],
    ["a: 1$N_TOKEN", "a", ["int", 112], "1$N_TOKEN"],
    ["a: $HOME/$A_TOKEN", "a", ["string", "/home/me/s3cret"], "/home/me/$A_TOKEN"],
    ["a: $EXPYRUN_CWD/$A_TOKEN", "a", ["string", "/work/s3cret"], "/work/$A_TOKEN"],
    ["a: $EMPTY_TOKEN", "a", ["string", ""], undefined],
    ["a: $MISSING_TOKEN", "a", ["string", ""], undefined],
    ["a: $HOME", "a", ["string", "/home/me"], undefined],
    ['a: "!P$A_TOKEN"', "a", ["string", "$A_TOKEN"], undefined],
    ["a: $LICENSE", "a", ["string", "abc-def"], undefined],
    [
      "{a: $LICENSE, __run__: {__secrets__: [LICENSE]}}",
      "a",
      ["string", "abc-def"],
      "$LICENSE",
    ],
    ["{a: $A_TOKEN, __run__: {__secrets__: none}}", "a", ["string", "s3cret"], undefined],
    // Through references.
    ["{a: $A_TOKEN, b: '{a}'}", "b", ["string", "s3cret"], "$A_TOKEN"],
    ["{a: $N_TOKEN, b: '{a}'}", "b", ["int", 12], "$N_TOKEN"],
    ["{a: $A_TOKEN, b: 'x {a}'}", "b", ["string", "x s3cret"], "x $A_TOKEN"],
    // Not `{a}` alone, which would be an int.
    ["{a: $N_TOKEN, e: '', b: '{a}{e}'}", "b", ["string", "12"], "{a}{e}"],
    [
      "{a: $A_TOKEN, b: 'x {a}', c: '{b}{b}'}",
      "c",
      ["string", "x s3cretx s3cret"],
      "{b}{b}",
    ],
    ["{a: {b: $A_TOKEN}, c: '{a}'}", "c.b", ["string", "s3cret"], "$A_TOKEN"],
    ["{a: [1, $A_TOKEN], c: '{a}'}", "c.1", ["string", "s3cret"], "$A_TOKEN"],
    ["{a: [1, $A_TOKEN], c: '{a}!'}", "c", ["string", "[1, 's3cret']!"], "{a}!"],
    ["{a: $A_TOKEN, b: 'x {a}', c: '{b} {b}'}", "c", [
      "string",
      "x s3cret x s3cret",
    ], "x $A_TOKEN x $A_TOKEN"],
    ["{a: 7, b: '{a} $A_TOKEN'}", "b", ["string", "7 s3cret"], "7 $A_TOKEN"],
    // What would read as something else stays as it was written.
    ["{a: $N_TOKEN, b: '1{a}'}", "b", ["string", "112"], "1{a}"],
    ["{a: $Z_TOKEN, b: 'x{a}'}", "b", ["string", "x10"], "x{a}"],
    ["{a: '!P{b}', b: 1, c: '{a} $A_TOKEN'}", "c", ["string", "{b} s3cret"], "{a} $A_TOKEN"],
    ["{a: 1, c: '$BRACES $A_TOKEN'}", "c", ["string", "1 s3cret"], "1 $A_TOKEN"],
    ["{c: '${DOLLAR}HOME $A_TOKEN'}", "c", ["string", "$HOME s3cret"], "${DOLLAR}HOME $A_TOKEN"],
    ["{c: '$MARK$A_TOKEN'}", "c", ["string", "!Ps3cret"], "$MARK$A_TOKEN"],
    // A secret is taken as it stands: what looks like a reference in it is none.
    ["{a: 1, b: $B_TOKEN}", "b", ["string", "x{a}y$HOME!P"], "$B_TOKEN"],
    ["{a: 1, b: '{a} $B_TOKEN {a}'}", "b", ["string", "1 x{a}y$HOME!P 1"], "1 $B_TOKEN 1"],
    ["{a: $B_TOKEN, b: '<{a}>'}", "b", ["string", "<x{a}y$HOME!P>"], "<$B_TOKEN>"],
    ["b: $P_TOKEN", "b", ["string", "!Ptext"], "$P_TOKEN"],
  ];
  for (const [text, key, value, written] of cases) {
    await t.step(`${text}: ${key}`, () => {
      const node = nodeAt(resolved(text), key);
      assertEquals(valueOf(node), value);
      assertEquals(node?.kind === "scalar" ? node.written : undefined, written);
    });
  }
});

Deno.test("what is written resolves to the same values, and holds no secret", async (t) => {
  const texts = [
    "{a: $A_TOKEN, b: 'x {a}', c: '{b}{b}', d: [1, '{a}'], e: '{d}!', f: {g: '{d}'}}",
    "{a: $N_TOKEN, b: '1{a}', c: '{b}', d: '{a}', e: 'x{a}'}",
    "{a: $Z_TOKEN, b: 'x{a}', c: '{b}$HOME'}",
    "{a: 1, b: $B_TOKEN, c: '{b}', d: '$B_TOKEN{a}', e: '{d}{a}'}",
    "{p: '!P{b}', b: 1, c: '{p} $A_TOKEN', d: '{c}', e: '$P_TOKEN', f: '{e}'}",
    "{c: '$MARK$A_TOKEN', d: '${DOLLAR}HOME $A_TOKEN', e: '{d}', f: '$BRACES$A_TOKEN'}",
  ];
  for (const text of texts) {
    await t.step(text, () => {
      const first = resolved(text);
      const written = emitResolved(first);
      const again = resolved(written);
      const values = (root: Node) =>
        Array.from(pathsOf(root), ([path, node]) => [path, valueOf(node)]);
      assertEquals(values(again), values(first));
      assertEquals(emitResolved(again), written);
      for (const secret of [env.A_TOKEN, env.B_TOKEN, env.Z_TOKEN, env.P_TOKEN]) {
        assert(!written.includes(secret), written);
        assert(!jsonOf(first).includes(secret), jsonOf(first));
      }
    });
  }
});

Deno.test("a secret says nothing of itself in warnings", () => {
  const told = tellingWorld({ env: { A_TOKEN: "ab{cd}ef" } });
  resolved("a: $A_TOKEN", told);
  assertEquals(told.warnings, []);
});
