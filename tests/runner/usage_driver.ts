/**
 * Measures children that hold so many megabytes for so many milliseconds, all at once, and prints
 * what was measured as JSON. A process of its own, because the kernel counts all the children of
 * one together, those of other tests as well.
 *
 *     deno run -A usage_driver.ts ALONE MEGABYTES:MS...
 *
 * @module
 */
import { measureUsage } from "../../lib/runner/usage.ts";
import type { Usage } from "../../lib/snapshotter/record.ts";

async function usageOf(held: string, alone: boolean): Promise<Usage | undefined> {
  const [megabytes, ms] = held.split(":");
  const code = `const held = new Uint8Array(${megabytes} * 2 ** 20).fill(1);
    const end = performance.now() + ${ms};
    while (performance.now() < end) held[0]++;`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "null" }).spawn();
  const measurement = measureUsage(child.pid, alone);
  await child.status;
  return measurement.end();
}

if (import.meta.main) {
  const [alone, ...held] = Deno.args;
  const usages = await Promise.all(held.map((held) => usageOf(held, alone === "true")));
  console.log(JSON.stringify(usages));
}
