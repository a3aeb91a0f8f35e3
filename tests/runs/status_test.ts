import { assert, assertEquals } from "@std/assert";
import { deriveStatus, type ShownStatus, statusOf } from "../../lib/runs/status.ts";
import { identityOf, type ProcessIdentity } from "../../lib/snapshotter/machine.ts";

const process: ProcessIdentity = {
  host: "a",
  pid: 7,
  startTime: "100",
  bootId: "x",
  pidNamespace: "pid:[1]",
};

Deno.test("a running record is checked against the machine", async (t) => {
  const cases: [title: string, now: Partial<ProcessIdentity>, expected: ShownStatus][] = [
    ["the same process", {}, "running"],
    ["no such process", { startTime: undefined }, "lost"],
    ["another process with its number", { startTime: "101" }, "lost"],
    ["another boot, the same number and time", { bootId: "y" }, "lost"],
    ["another boot, seen from a container", { bootId: "y", pidNamespace: "pid:[2]" }, "lost"],
    ["another host", { host: "b" }, "unknown"],
    ["another host and boot", { host: "b", bootId: "y" }, "unknown"],
    ["a container of the same machine", { pidNamespace: "pid:[2]" }, "unknown"],
    ["a machine that tells no boot id", { bootId: undefined }, "unknown"],
  ];
  for (const [title, changes, expected] of cases) {
    await t.step(title, () => {
      const now = { ...process, ...changes };
      assertEquals(deriveStatus({ status: "running", process }, now), expected);
    });
  }
});

Deno.test("a record without a process is unknown while it says running", async () => {
  assertEquals(await statusOf({ status: "running" }), "unknown");
});

Deno.test("a final status needs no process", async () => {
  for (const status of ["prepared", "succeeded", "interrupted", "failed"] as const) {
    assertEquals(await statusOf({ status, process }), status);
  }
});

Deno.test("a living process is running, a dead one is lost", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "setTimeout(() => {}, 60_000)"],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const record = { status: "running", process: await identityOf(child.pid) } as const;
  assertEquals(await statusOf(record), "running");
  child.kill("SIGKILL");
  await child.status;
  assertEquals(await statusOf(record), "lost");
});

Deno.test("this process has an identity", async () => {
  const identity = await identityOf(Deno.pid);
  assertEquals(identity.pid, Deno.pid);
  assert(Deno.build.os === "windows" || identity.startTime !== undefined);
  assert(Deno.build.os === "windows" || identity.bootId !== undefined);
});
