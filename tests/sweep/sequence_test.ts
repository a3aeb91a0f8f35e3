import { assertEquals } from "@std/assert";
import { arrayOf, counted, joined, kept, mapped, type Sequence } from "../../lib/sweep/sequence.ts";

const made = counted(3, (index) => 10 * index);

const cases: readonly [name: string, sequence: Sequence<number | string>, values: unknown[]][] = [
  ["made when asked for", made, [0, 10, 20]],
  ["mapped", mapped(made, (value) => `v${value}`), ["v0", "v10", "v20"]],
  ["kept", kept(made, (value, index) => value !== 10 && index < 3), [0, 20]],
  ["none kept", kept(made, () => false), []],
  ["joined", joined([made, [7], made]), [0, 10, 20, 7, 0, 10, 20]],
  ["joined arrays", joined([[1], [], [2, 3]]), [1, 2, 3]],
  ["joined from nothing", joined<number>([]), []],
];
for (const [name, sequence, values] of cases) {
  Deno.test(`sequence: ${name}`, () => {
    assertEquals(arrayOf(sequence), values);
    assertEquals(sequence.at(values.length), undefined);
  });
}
