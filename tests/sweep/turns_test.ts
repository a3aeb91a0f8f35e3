import { assertEquals } from "@std/assert";
import { makeTurns } from "../../lib/sweep/turns.ts";

/** Whether a promise has settled, once all that is ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const late = Symbol();
  const soon = new Promise((resolve) => setTimeout(resolve, 0, late));
  return await Promise.race([promise, soon]) !== late;
}

Deno.test("turns: no more at a time than there are, in the order of asking", async () => {
  const turns = makeTurns(2, () => false);
  const [a, b, c, d] = [turns.take(), turns.take(), turns.take(), turns.take()];
  assertEquals([await isSettled(a), await isSettled(b), await isSettled(c)], [true, true, false]);
  (await a)!();
  assertEquals([await isSettled(c), await isSettled(d)], [true, false]);
  // Given back twice it is still one turn.
  (await a)!();
  assertEquals(await isSettled(d), false);
  (await c)!();
  assertEquals(await isSettled(d), true);
});

Deno.test("turns: one that is given back goes to who waits, not to who asks just then", async () => {
  const turns = makeTurns(1, () => false);
  const first = await turns.take();
  const waiting = turns.take();
  first!();
  const late = turns.take();
  assertEquals([await isSettled(waiting), await isSettled(late)], [true, false]);
  (await waiting)!();
  assertEquals(await isSettled(late), true);
});

Deno.test("turns: who waits when all is stopped gets none, and holds nobody up", async () => {
  let stopped = false;
  const turns = makeTurns(1, () => stopped);
  const first = await turns.take();
  const waiting = [turns.take(), turns.take()];
  stopped = true;
  first!();
  assertEquals(await Promise.all(waiting), [undefined, undefined]);
});

Deno.test("turns: a stop sends away who waits", async () => {
  const turns = makeTurns(1, () => false);
  const first = await turns.take();
  const waiting = [turns.take(), turns.take()];
  turns.stop();
  assertEquals(await Promise.all(waiting), [undefined, undefined]);
  // The turn of the one that still runs is not lost.
  first!();
  assertEquals(await isSettled(turns.take()), true);
});
