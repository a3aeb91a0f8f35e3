import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
import { isAxis, typeSetting } from "../../lib/sweep/axis.ts";
import { arrayOf, type Sequence } from "../../lib/sweep/sequence.ts";
import type { Node } from "../../lib/resolver/node.ts";
import { config, setting, typed } from "./config.ts";
import { tellingWorld } from "../world.ts";

const base = config(`
training: {lr: 0.1, epochs: 3, name: adam, nesterov: true}
sizes: [10, 10]
seed: null
ref: "{training.lr}"
`);

const good: readonly [words: string[], axis: boolean, values: string][] = [
  [["training.lr", "0.1", "1"], true, "float 0.1|float 1.0"],
  [["training.lr", "0.5"], false, "float 0.5"],
  [["training.epochs", "1..3"], true, "int 1|int 2|int 3"],
  [["training.epochs", "3..3"], true, "int 3"],
  [["training.epochs", "-1", "2..3"], true, "int -1|int 2|int 3"],
  [["training.epochs=", "5"], false, "int 5"],
  [["training.name", "1..3"], false, "string 1..3"],
  [["training.name", "a", "b,c"], true, "string a|string b,c"],
  [["training.nesterov", "true", "0"], true, "bool true|bool false"],
  [["sizes", "15,15", "20"], true, "list [15, 15]|list [20]"],
  [["sizes.1", "1..2"], true, "int 1|int 2"],
  [["seed", "1", "x"], true, "int 1|string x"],
  [["ref", "1", "2"], true, "string 1|string 2"],
  [["training.lr", "log:1e-3..1e-1..3"], true, "float 0.001|float 0.01|float 0.1"],
];
for (const [[key, ...words], axis, values] of good) {
  Deno.test(`typeSetting: --${key} ${words.join(" ")}`, () => {
    const given = setting(key!, ...words);
    const result = typeSetting(given, base, tellingWorld());
    assertEquals(arrayOf(result.values as Sequence<Node>).map(typed).join("|"), values);
    assertEquals(isAxis(given, result), axis);
  });
}

const bad: readonly [words: string[], code: string, message: string][] = [
  [["training.epochs", "1", "1.5"], "override", '"1.5" is no int'],
  [["training.epochs=", "1..3"], "override", '"1..3" is no int'],
  [["training.epochs", "1..3..0"], "sweep", "never reaches"],
  [["training.lrr", "1", "2"], "override", "no such key"],
  [["training", "1", "2"], "override", "it is a mapping"],
];
for (const [[key, ...words], code, message] of bad) {
  Deno.test(`typeSetting refuses: --${key} ${words.join(" ")}`, () => {
    const error = assertThrows(
      () => typeSetting(setting(key!, ...words), base, tellingWorld()),
      ExpyrunError,
      message,
    );
    assertEquals(error.problem.code as string, code);
    assertEquals(error.problem.place?.kind, "argument");
  });
}

Deno.test("typeSetting warns of a range that does not meet its end", () => {
  const world = tellingWorld();
  typeSetting(setting("training.lr", "1e-3..1e-1"), base, world);
  typeSetting(setting("training.lr", "0..1"), base, world);
  assertEquals(world.warnings.map(({ message, place }) => [message, place?.kind]), [
    ['The range "1e-3..1e-1" ends at 0.001: its steps of 1 do not meet 1e-1', "argument"],
  ]);
});

Deno.test("typeSetting warns where a default of null keeps a range text", () => {
  const around = tellingWorld();
  const { values } = typeSetting(setting("seed", "0..4"), base, around);
  assertEquals((values as Node[]).map(typed), ["string 0..4"]);
  assertStringIncludes(around.warnings[0]!.message, 'Taking "0..4" as text');
});
