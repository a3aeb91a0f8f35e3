import { assertEquals } from "@std/assert";
import { fitted, type Progress, progressLine } from "../../lib/sweep/progress.ts";

const base: Progress = { total: 40, running: 2, succeeded: 0, failed: 0, elapsedMs: 20_000 };
const lines: readonly [change: Partial<Progress>, line: string][] = [
  [{}, "0/40 done, 2 running"],
  [{ succeeded: 10 }, "10/40 done, 2 running, 0.50 runs/s, 1m00s left"],
  [{ succeeded: 9, failed: 1 }, "10/40 done, 2 running, 1 failed, 0.50 runs/s, 1m00s left"],
  [{ succeeded: 40, running: 0, elapsedMs: 2000 }, "40/40 done, 0 running, 20 runs/s"],
  [{ succeeded: 1, elapsedMs: 60_000 }, "1/40 done, 2 running, 1.0 runs/min, 39m00s left"],
  [{ succeeded: 1, elapsedMs: 3_600_000 }, "1/40 done, 2 running, 1.0 runs/h, 1d15h left"],
  [
    { succeeded: 10, stopping: "waiting" },
    "10/40 done, 2 running, 0.50 runs/s, stopping: Ctrl-C again interrupts the running ones",
  ],
  [
    { stopping: "interrupting" },
    "0/40 done, 2 running, stopping: interrupting the running ones, Ctrl-C again kills them",
  ],
  [
    { stopping: "terminating" },
    "0/40 done, 2 running, stopping: interrupting the running ones",
  ],
  [{ running: 0, stopping: "waiting" }, "0/40 done, 0 running, stopping"],
];
for (const [change, line] of lines) {
  Deno.test(`progressLine: ${line}`, () =>
    assertEquals(progressLine({ ...base, ...change }), line));
}

Deno.test("fitted: a line never wraps", () => {
  assertEquals(fitted("abcdef", 6), "abcdef");
  assertEquals(fitted("abcdef", 5), "ab...");
  assertEquals(fitted("abcdef", 3), "");
});
