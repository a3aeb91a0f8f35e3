import { assert } from "@std/assert";
import { measureUsage } from "../../lib/runner/usage.ts";
import type { Usage } from "../../lib/snapshotter/record.ts";

const mebibytes = 2 ** 20;

/** Holds so many megabytes for a while, in a Deno of its own. */
async function usageOf(megabytes: number, ms: number, alone: boolean): Promise<Usage | undefined> {
  const code = `const held = new Uint8Array(${megabytes * mebibytes}).fill(1);
    const end = performance.now() + ${ms};
    while (performance.now() < end) held[0]++;`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "null" }).spawn();
  const measurement = measureUsage(child.pid, alone);
  await child.status;
  return measurement.end();
}

Deno.test({
  name: "what a child used is measured, to the end",
  ignore: Deno.build.os !== "linux" && Deno.build.os !== "darwin",
  async fn() {
    const usage = await usageOf(200, 0, true);
    assert(usage !== undefined);
    assert(usage.peakMemoryBytes > 200 * mebibytes, `${usage.peakMemoryBytes}`);
    assert(usage.peakMemoryBytes < 600 * mebibytes, `${usage.peakMemoryBytes}`);
    assert(usage.cpuTimeMs > 0);
  },
});

Deno.test({
  name: "of several children at once, each is measured for itself",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const [big, small] = await Promise.all([usageOf(150, 400, false), usageOf(1, 400, false)]);
    assert(big !== undefined && small !== undefined);
    assert(big.peakMemoryBytes > 150 * mebibytes, `${big.peakMemoryBytes}`);
    assert(small.peakMemoryBytes < 140 * mebibytes, `${small.peakMemoryBytes}`);
  },
});

Deno.test("a child that is gone before anyone looked leaves nothing wrong", async () => {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  const measurement = measureUsage(child.pid, false);
  await child.status;
  const usage = measurement.end();
  assert(usage === undefined || usage.peakMemoryBytes > 0);
});
