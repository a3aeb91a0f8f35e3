import { assertEquals } from "@std/assert";
import type { Node } from "../../lib/resolver/node.ts";
import { runsTable, valuesText } from "../../lib/sweep/table.ts";
import type { RunValues } from "../../lib/sweep/plan.ts";
import { config } from "./config.ts";

function run(text: string): RunValues {
  return [...config(text).entries].map(([key, { value }]) => ({ key, node: value as Node }));
}

Deno.test("runsTable: a column for each key", () => {
  assertEquals(
    runsTable([
      run("{lr: 0.1, model: resnet}"),
      run("{lr: 10.0, model: [1, a]}"),
      run("{seed: 7}"),
    ]),
    [
      "run  lr    model     seed",
      "0    0.1   resnet    -",
      "1    10.0  [1, 'a']  -",
      "2    -     -         7",
      "",
    ].join("\n"),
  );
});

Deno.test("runsTable: further columns", () => {
  assertEquals(
    runsTable([run("{a: 1}")], ["status", "folder"], (index) => ["succeeded", `/x/${index}`]),
    "run  a  status     folder\n0    1  succeeded  /x/0\n",
  );
});

Deno.test("valuesText: one line, however long or broken the values are", () => {
  assertEquals(
    valuesText(run(`{a: 1.0e-5, b: "x\\n\\ny", c: ${"z".repeat(50)}}`)),
    `a=1e-05 b=x y c=${"z".repeat(37)}...`,
  );
});
