import { assertEquals, assertRejects } from "@std/assert";
import { type PoolEnd, type PoolRequest, runPool } from "../../lib/sweep/pool.ts";

/** A pool whose runs end as told, and what happened in it, in order. */
function pool(ends: readonly PoolEnd[], rest: Partial<PoolRequest> = {}) {
  const log: string[] = [];
  const request: PoolRequest = {
    runs: [...ends.keys()],
    lanes: 1,
    retries: 0,
    failFast: false,
    stopped: () => false,
    start: (run, attempt) => {
      log.push(`start ${run}.${attempt}`);
      return Promise.resolve(ends[run]!);
    },
    ended: (run, end) => void log.push(`${end} ${run}`),
    ...rest,
  };
  return { log, result: runPool(request) };
}

Deno.test("runPool: one after the other in a lane", async () => {
  const { log, result } = pool(["succeeded", "failed", "succeeded"]);
  assertEquals([...(await result)], [[0, "succeeded"], [1, "failed"], [2, "succeeded"]]);
  assertEquals(
    log.join(", "),
    "start 0.0, succeeded 0, start 1.0, failed 1, start 2.0, succeeded 2",
  );
});

Deno.test("runPool: never more than its lanes at a time, and as many", async () => {
  let [running, most] = [0, 0];
  const { result } = pool(Array(7).fill("succeeded"), {
    lanes: 3,
    start: async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 0));
      running--;
      return "succeeded";
    },
  });
  assertEquals((await result).size, 7);
  assertEquals(most, 3);
});

Deno.test("runPool: a failed run is repeated, an interrupted one is not", async () => {
  const { log, result } = pool(["failed", "interrupted"], { retries: 2 });
  await result;
  assertEquals(
    log.join(", "),
    "start 0.0, start 0.1, start 0.2, failed 0, start 1.0, interrupted 1",
  );
});

Deno.test("runPool: a repetition that succeeds counts as success", async () => {
  const { result } = pool(["failed"], {
    retries: 1,
    start: (_, attempt) => Promise.resolve(attempt === 0 ? "failed" : "succeeded"),
  });
  assertEquals([...(await result)], [[0, "succeeded"]]);
});

Deno.test("runPool: fail-fast starts nothing after a failure, retries included", async () => {
  const { log, result } = pool(["succeeded", "failed", "succeeded"], {
    failFast: true,
    retries: 1,
  });
  assertEquals([...(await result).keys()], [0, 1]);
  assertEquals(log.at(-1), "failed 1");
});

Deno.test("runPool: stopped, it waits for what runs and starts nothing more", async () => {
  const started: number[] = [];
  const { result } = pool(["succeeded", "failed", "succeeded"], {
    retries: 5,
    stopped: () => started.includes(1),
    start: (run) => {
      started.push(run);
      return Promise.resolve(run === 1 ? "failed" : "succeeded");
    },
  });
  assertEquals([...(await result).keys()], [0, 1]);
  assertEquals(started, [0, 1]);
});

Deno.test("runPool: what cannot even start ends the pool, after the other lanes", async () => {
  let ended = 0;
  const { result } = pool(["succeeded", "succeeded", "succeeded", "succeeded"], {
    lanes: 2,
    start: async (run) => {
      if (run === 0) throw new Error("no such program");
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended++;
      return "succeeded";
    },
  });
  await assertRejects(() => result, Error, "no such program");
  assertEquals(ended, 1);
});

Deno.test("runPool: what was not started after all is no end", async () => {
  const { log, result } = pool(["succeeded", "succeeded"], {
    start: (run) => Promise.resolve(run === 0 ? undefined : "succeeded"),
  });
  assertEquals([...(await result)], [[1, "succeeded"]]);
  assertEquals(log, ["succeeded 1"]);
});

Deno.test("runPool: what may not be started is not repeated, and counts as a failure", async () => {
  const { log, result } = pool(["refused", "succeeded"], { retries: 2, failFast: true });
  assertEquals([...(await result)], [[0, "refused"]]);
  assertEquals(log.join(", "), "start 0.0, refused 0");
});
