import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Lease, slotVariables, takeSlot } from "../../lib/sweep/gpu.ts";
import { withTempDir } from "../temp.ts";

Deno.test("takeSlot: a slot is held once, until it is given back", async () => {
  await withTempDir(async (folder) => {
    const leases = join(folder, "leases");
    const first = await takeSlot(leases, ["0", "1"]);
    const second = await takeSlot(leases, ["0", "1"]);
    assertEquals([first?.slot, second?.slot], ["0", "1"]);
    assertEquals(await takeSlot(leases, ["0", "1"]), undefined);
    first!.end();
    const third = await takeFreed(leases, ["0", "1"]);
    assertEquals(third?.slot, "0");
    second!.end();
    third!.end();
  });
});

Deno.test("takeSlot: a process that is killed gives its slots back", async () => {
  await withTempDir(async (folder) => {
    const module = new URL("../../lib/sweep/gpu.ts", import.meta.url);
    const code = `import { takeSlot } from "${module}";
      console.log((await takeSlot("${folder}", ["0"]))?.slot);
      setInterval(() => {}, 1000);`;
    const holder = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-lock", code],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "0\n");
    assertEquals(await takeSlot(folder, ["0"]), undefined);
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    const lease = await takeFreed(folder, ["0"]);
    assert(lease);
    lease.end();
  });
});

/**
 * A slot that was just given back: a process that is being started at that moment, by any other
 * test, holds what its parent has open until it is its own. The pool asks again in the same way.
 */
async function takeFreed(folder: string, slots: readonly string[]): Promise<Lease | undefined> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const lease = await takeSlot(folder, slots);
    if (lease?.slot === slots[0]) return lease;
    lease?.end();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}

Deno.test("slotVariables name the one card", () => {
  assertEquals(slotVariables("GPU-1"), {
    CUDA_VISIBLE_DEVICES: "GPU-1",
    ROCR_VISIBLE_DEVICES: "GPU-1",
  });
});
