import { assert, assertEquals } from "@std/assert";
import { after, timestamp, wait } from "../lib/time.ts";

Deno.test("timestamp: as Date writes it", () => {
  for (let ms = Date.UTC(1999, 11, 31); ms < Date.UTC(2101, 0, 2); ms += 987_654_321) {
    assertEquals(timestamp(new Date(ms)), new Date(ms).toISOString());
  }
  assert(Math.abs(Date.parse(timestamp()) - Date.now()) < 60_000);
});

Deno.test("wait: in the order of the times", async () => {
  const ended: number[] = [];
  await Promise.all([30, 0, 10].map((ms) => wait(ms).then(() => ended.push(ms))));
  assertEquals(ended, [0, 10, 30]);
  await new Promise<void>((resolve) => after(1, resolve));
  // By other means once it was often done.
  for (let i = 0; i < 60; i++) await wait(0);
  await Promise.all([30, 0, 10].map((ms) => wait(ms).then(() => ended.push(ms))));
  assertEquals(ended, [0, 10, 30, 0, 10, 30]);
});
