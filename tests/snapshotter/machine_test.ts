import { assert, assertEquals } from "@std/assert";
import { identityOf, machineFacts } from "../../lib/snapshotter/machine.ts";

Deno.test("the machine tells what it is", () => {
  const facts = machineFacts({ USER: "ada" });
  assertEquals(facts.user, "ada");
  assertEquals(facts.host, Deno.hostname());
  assertEquals(facts.os.name, Deno.build.os);
  assert(facts.cpuCount > 0);
  assert(facts.memoryBytes > 2 ** 26);
});

Deno.test("the user is found by the environment, else by the user's number", async (t) => {
  const cases: [Record<string, string>, string][] = [
    [{ USER: "a", LOGNAME: "b" }, "a"],
    [{ LOGNAME: "b" }, "b"],
    [{ USERNAME: "c" }, "c"],
  ];
  for (const [env, expected] of cases) {
    await t.step(JSON.stringify(env), () => assertEquals(machineFacts(env).user, expected));
  }
  await t.step("no variable", () => {
    assert(Deno.build.os === "windows" || machineFacts({}).user !== undefined);
  });
});

Deno.test("two processes differ, and one is the same each time", async () => {
  const [a, again, parent] = await Promise.all([Deno.pid, Deno.pid, Deno.ppid].map(identityOf));
  assertEquals(a, again);
  assert(a!.pid !== parent!.pid);
});

Deno.test("a process that is not there has no start time", async () => {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  assertEquals((await identityOf(child.pid)).startTime, undefined);
});
