/** Processes of a sweep that are started before their turn. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { experimentsIn, isWaiting } from "../runner/processes.ts";
import { firstSweep, type Project, until, withProject } from "./program.ts";

/** Elsewhere nothing is started ahead. */
function test(name: string, use: (project: Project) => Promise<void>) {
  Deno.test({
    name: `sweep ahead: ${name}`,
    ignore: Deno.build.os === "windows",
    fn: () => withProject(use),
  });
}

/** The sweep has three runs. The first takes as long as told; the second one waits for `go`. */
async function startSweep(
  project: Project,
  { waitMs = 0, options = [] }: { waitMs?: number; options?: readonly string[] } = {},
): Promise<Deno.ChildProcess> {
  const axes = ["--seed", "1", "2", "3", "--wait", `${waitMs}`, "-1", "0"];
  const words = ["--jobs", "1", ...options, "--zip", "seed,wait", "config.yml", ...axes];
  const sweep = project.start("sweep", ...words);
  await project.until("began", 2);
  return sweep;
}

function thirds({ cwd }: Project): Promise<number[]> {
  return experimentsIn(join(cwd, "out/s/3/exp."));
}

/** The process of the third run, which waits for its turn. */
async function waitingThird(project: Project): Promise<number> {
  let [pid] = await thirds(project);
  await until(async () => {
    [pid] = await thirds(project);
    return pid !== undefined && isWaiting(pid);
  });
  return pid!;
}

test("where runs are short, the next one's process waits for its turn", async (project) => {
  const sweep = await startSweep(project);
  const pid = await waitingThird(project);
  assertEquals(await project.statuses(), ["succeeded", "running", "prepared"]);
  await project.go();
  assertEquals((await sweep.status).code, 0);
  assertEquals(await project.statuses(), ["succeeded", "succeeded", "succeeded"]);
  assertEquals(await Deno.readTextFile(join(project.cwd, "out/s/3/exp.0/began")), `${pid}`);
});

test("Ctrl-C ends what waits, and its run stays prepared", async (project) => {
  const sweep = await startSweep(project);
  await waitingThird(project);
  sweep.kill("SIGINT");
  await until(async () => (await thirds(project)).length === 0);
  assertEquals((await project.statuses())[1], "running");
  await project.go();
  assertEquals((await sweep.status).code, 130);
  assertEquals(await project.statuses(), ["succeeded", "succeeded", "prepared"]);
  assertEquals((await project.run("sweep", "--resume", firstSweep)).exitCode, 0);
  assertEquals(await project.statuses(), ["succeeded", "succeeded", "succeeded"]);
});

test("expyrun killed: what waits is gone, and resume runs its folder", async (project) => {
  const sweep = await startSweep(project);
  await waitingThird(project);
  sweep.kill("SIGKILL");
  await sweep.status;
  await until(async () => (await thirds(project)).length === 0);
  assertEquals((await project.record(3)).status, "prepared");
  await project.go();
  assertEquals((await project.run("sweep", "--resume", firstSweep)).exitCode, 0);
  assertEquals((await project.record(3)).status, "succeeded");
});

test("another expyrun runs what waits: at once, and the sweep leaves it alone", async (project) => {
  const sweep = await startSweep(project, { options: ["--retries", "1"] });
  await waitingThird(project);
  assertEquals((await project.run("execute", "out/s/3/exp.0")).exitCode, 0);
  assertEquals((await project.statuses())[1], "running");
  await project.go();
  assertEquals((await sweep.status).code, 0);
  assertEquals(await project.statuses(), ["succeeded", "succeeded", "succeeded"]);
  // It is no failure that is repeated.
  assertEquals([...Deno.readDirSync(join(project.cwd, "out/s/3"))].length, 1);
});

test("what dies while it waits has not begun, and is started again", async (project) => {
  const sweep = await startSweep(project);
  Deno.kill(await waitingThird(project), "SIGKILL");
  await until(async () => (await thirds(project)).length === 0);
  await project.go();
  assertEquals((await sweep.status).code, 0);
  assertEquals(await project.statuses(), ["succeeded", "succeeded", "succeeded"]);
});

test("a folder that is removed while it waits is left out, the others go on", async (project) => {
  const sweep = project.start(
    ...["sweep", "--jobs", "1", "--zip", "seed,wait", "config.yml"],
    ...["--seed", "1", "2", "3", "4", "--wait", "0", "-1", "0", "0"],
  );
  await waitingThird(project);
  await Deno.remove(join(project.cwd, "out/s/3"), { recursive: true });
  await project.go();
  assertEquals((await sweep.status).code, 1);
  assertEquals((await project.record(4)).status, "succeeded");
});

const cases = [
  ["where runs are long", { waitMs: 3100 }],
  ["where the end of one decides about the next", { options: ["--fail-fast"] }],
  ["where each has a slot", { options: ["--gpus", "0"] }],
] as const;

for (const [name, how] of cases) {
  test(`${name}, nothing is started before its turn`, async (project) => {
    const sweep = await startSweep(project, how);
    // By then it would be there: `status` starts a runtime, too.
    assertEquals(await project.statuses(), ["succeeded", "running", "prepared"]);
    assertEquals(await thirds(project), []);
    await project.go();
    assertEquals((await sweep.status).code, 0);
  });
}
