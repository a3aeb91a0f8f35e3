import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { measureUsage } from "../../lib/runner/usage.ts";
import type { Usage } from "../../lib/snapshotter/record.ts";
import { root, run } from "../temp.ts";

const mebibytes = 2 ** 20;

/** What is measured of children that hold so many megabytes for so many milliseconds. */
async function usagesOf(alone: boolean, ...held: string[]): Promise<Usage[]> {
  const driver = join(import.meta.dirname!, "usage_driver.ts");
  const options = ["run", "-A", "-q", "--config", join(root, "deno.json"), driver];
  const { stdout, stderr } = await run(Deno.execPath(), [...options, String(alone), ...held], {});
  assert(stderr === "", stderr);
  return JSON.parse(stdout);
}

Deno.test({
  name: "what a child used is measured, to the end",
  ignore: Deno.build.os !== "linux" && Deno.build.os !== "darwin",
  async fn() {
    const [usage] = await usagesOf(true, "200:0");
    assert(usage !== undefined);
    assert(usage.peakMemoryBytes > 200 * mebibytes, `${usage.peakMemoryBytes}`);
    assert(usage.peakMemoryBytes < 600 * mebibytes, `${usage.peakMemoryBytes}`);
    assert(Number.isInteger(usage.cpuTimeMs) && usage.cpuTimeMs > 0, `${usage.cpuTimeMs}`);
  },
});

Deno.test({
  name: "of several children at once, each is measured for itself",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const [big, small] = await usagesOf(false, "150:400", "1:400");
    assert(big !== undefined && small !== undefined);
    assert(big.peakMemoryBytes > 150 * mebibytes, `${big.peakMemoryBytes}`);
    assert(small.peakMemoryBytes < 140 * mebibytes, `${small.peakMemoryBytes}`);
  },
});

Deno.test("a child that is gone before anyone looked leaves nothing wrong", async () => {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  const measurement = measureUsage(child.pid, false);
  await child.status;
  const usage = await measurement.end();
  assert(usage === undefined || usage.peakMemoryBytes > 0);
});

Deno.test({
  name: "usage: a process that was started ahead is looked at at once",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
    const [ahead, other] = [measureUsage(child.pid, false, true), measureUsage(child.pid, false)];
    const [seen, unseen] = [await ahead.end(), await other.end()];
    child.kill();
    await child.status;
    assert(seen!.peakMemoryBytes > 0);
    assertEquals(unseen, undefined);
  },
});
