import { assertEquals, assertRejects } from "@std/assert";
import { alternate, finish, median } from "../../tasks/measure.ts";

Deno.test("measure: the median of odd and even counts, in any order", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([10, 1, 2]), 2);
  assertEquals(median([4, 1, 3, 2]), 2.5);
});

Deno.test("measure: subjects take turns", async () => {
  const calls: string[] = [];
  const subject = (name: string) => ({ run: () => void calls.push(name) });
  const timesMs = await alternate(1, subject("a"), subject("b"));
  assertEquals(calls, ["a", "b", "a", "b"]);
  assertEquals(timesMs.length, 2);
});

Deno.test("measure: a command that fails is no measurement", async () => {
  await assertRejects(
    () => finish([Deno.execPath(), "eval", "Deno.exit(1)"], "."),
    Error,
    "failed",
  );
});
