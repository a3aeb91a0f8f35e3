import { waitForEnd } from "../../lib/sweep/cancel.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { sharingOf } from "../../lib/snapshotter/share.ts";
import { binary, expyrun, isAlive, program, readFiles } from "../temp.ts";
import { firstSweep, type Project, until, withProject } from "./program.ts";

const unix = Deno.build.os !== "windows";

function test(name: string, use: (project: Project) => Promise<void>) {
  Deno.test({ name: `sweep here: ${name}`, ignore: !unix, fn: () => withProject(use) });
}

/** Starts a sweep, one run at a time, whose runs wait until they are told to go on. */
function startWaiting(project: Project, seeds: string): Deno.ChildProcess {
  const words = ["sweep", "--jobs", "1", "config.yml", "--wait", "-1", "--seed", seeds];
  return project.start(...words);
}

test("the code is copied once, and an edit is not seen by the runs that wait", async (project) => {
  const sweep = startWaiting(project, "1..3");
  await project.until("began", 1);
  const code = join(project.cwd, "code.js");
  await Deno.writeTextFile(code, (await Deno.readTextFile(code)).replace("version 1", "version 2"));
  await project.go();
  assertEquals((await sweep.status).code, 0);
  for (const seed of [1, 2, 3]) {
    const folder = join(project.cwd, `out/s/${seed}/exp.0`);
    assertEquals(await Deno.readTextFile(join(folder, "outputs.log")), `version 1 of ${seed}\n`);
    const file = join(folder, "code.js");
    const { mode, nlink } = await Deno.stat(file);
    // Three names of one file that nobody may write; or clones, where the file system has them. A
    // Worker cannot be denied to write: there, copies.
    assertEquals(nlink, await sharingOf(file, binary === undefined) === "link" ? 3 : 1);
    assertEquals(mode! & 0o222, 0);
  }
});

test("a run that could write to its code by another name shares it with none", async (project) => {
  const config = join(project.cwd, "config.yml");
  const text = await Deno.readTextFile(config);
  const permissions = '  __permissions__: {run: "{allow}"}\n  __name__: "{first}/{allow}"\n';
  await Deno.writeTextFile(
    config,
    `${text.replace(/ {2}__name__.*\n/, permissions)}allow: false\nfirst: x\n`,
  );
  for (const [first, other] of [["false", "true"], ["true", "false"]] as const) {
    const words = ["--allow", first, other, "--first", first];
    assertEquals((await project.run("sweep", "--quiet", "config.yml", ...words)).exitCode, 0);
    for (const allow of [first, other]) {
      const { nlink } = await Deno.stat(join(project.cwd, "out", first, allow, "exp.0/code.js"));
      assertEquals([first, allow, nlink], [first, allow, 1]);
    }
  }
});

test("Ctrl-C starts nothing more and lets the running ones end; resume does the rest", async (project) => {
  const sweep = startWaiting(project, "1..3");
  await project.until("began", 1);
  sweep.kill("SIGINT");
  // It would be gone by now if it did not wait.
  await until(async () => (await project.statuses())[0] === "running");
  await project.go();
  assertEquals((await sweep.status).code, 130);
  assertEquals(await project.statuses(), ["succeeded", "prepared", "prepared"]);
  const { exitCode } = await project.run("sweep", "--quiet", "--resume", firstSweep);
  assertEquals(exitCode, 0);
  assertEquals(await project.statuses(), ["succeeded", "succeeded", "succeeded"]);
  // In the folders that were prepared, each once.
  for (const seed of [1, 2, 3]) {
    const names = [...Deno.readDirSync(join(project.cwd, `out/s/${seed}`))].map(({ name }) => name);
    assertEquals(names, ["exp.0"]);
  }
});

test("a second Ctrl-C interrupts; resume repeats in the next folder", async (project) => {
  const sweep = project.start(
    "sweep",
    "--jobs",
    "2",
    "config.yml",
    "--wait",
    "-1",
    "--seed",
    "1..3",
  );
  await Promise.all([project.until("began", 1), project.until("began", 2)]);
  sweep.kill("SIGINT");
  const ended = sweep.status;
  const timer = setInterval(() => sweep.kill("SIGINT"), 200);
  const { code } = await ended.finally(() => clearInterval(timer));
  assertEquals(code, 130);
  assertEquals(await project.statuses(), ["interrupted", "interrupted", "prepared"]);
  await project.go();
  const { exitCode } = await project.run("sweep", "--quiet", "--resume", firstSweep);
  assertEquals([exitCode, await project.statuses()], [0, ["succeeded", "succeeded", "succeeded"]]);
  assertEquals((await project.record(1, 1)).status, "succeeded");
  assertEquals((await project.record(1, 0)).status, "interrupted");
});

test("the record names the inputs that a run finds, however soon they change", async (project) => {
  const config = join(project.cwd, "config.yml");
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(config, text.replace("seed: 0", "  __inputs__: [data]\nseed: 0"));
  await Deno.writeTextFile(join(project.cwd, "data"), "a");
  const sweep = startWaiting(project, "1..2");
  await project.until("began", 1);
  await Deno.writeTextFile(join(project.cwd, "data"), "more");
  await project.go();
  assertEquals((await sweep.status).code, 0);
  const [first, second] = [await project.record(1), await project.record(2)];
  assertEquals([first.inputs![0]!.bytes, second.inputs![0]!.bytes], [1, 4]);
});

test("a run that gets the terminal's own Ctrl-C is interrupted, and repeated by resume", async (project) => {
  const sweep = startWaiting(project, "1..2");
  await project.until("began", 1);
  const began = await Deno.readTextFile(join(project.cwd, "out/s/1/exp.0/began"));
  sweep.kill("SIGINT");
  Deno.kill(Number(began), "SIGINT");
  assertEquals((await sweep.status).code, 130);
  assertEquals(await project.statuses(), ["interrupted", "prepared"]);
});

test("a signal that nohup has told it to ignore ends nothing", async (project) => {
  if (Deno.build.os !== "linux") return;
  const [first, ...rest] = program;
  const words = ["sweep", "--quiet", "--jobs", "1", "config.yml", "--wait", "-1", "--seed", "1..2"];
  const sweep = new Deno.Command("nohup", {
    args: [first, ...rest, ...words],
    cwd: project.cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await project.until("began", 1);
  sweep.kill("SIGHUP");
  sweep.kill("SIGCONT");
  await project.go();
  assertEquals((await sweep.status).code, 0);
  assertEquals(await project.statuses(), ["succeeded", "succeeded"]);
});

test("each Ctrl-C says what the next one does; the third kills", async (project) => {
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `export async function main() {
      Deno.addSignalListener("SIGINT", () => {});
      Deno.writeTextFileSync("began", "");
      while (true) await new Promise((resolve) => setTimeout(resolve, 1000));
    }`,
  );
  const sweep = project.startTelling("sweep", "--jobs", "1", "config.yml", "--seed", "1", "2");
  await project.until("began", 1);
  let said = "";
  const reader = sweep.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (const next of ["interrupts the running ones", "kills them"]) {
    sweep.kill("SIGINT");
    while (!said.includes(`Ctrl-C again ${next}\n`)) said += (await reader.read()).value!;
  }
  sweep.kill("SIGINT");
  const { code } = await sweep.status;
  await Promise.all([reader.cancel(), sweep.stdout.cancel()]);
  assertEquals([code, (await project.record(1)).signal], [130, "SIGKILL"]);
  assertEquals(await project.statuses(), ["interrupted", "prepared"]);
});

test("cancel interrupts what runs", async (project) => {
  const sweep = startWaiting(project, "1..2");
  await project.until("began", 1);
  const { exitCode, stdout } = await project.run("cancel", firstSweep);
  assertEquals([exitCode, stdout.split("\n")[0]], [0, `Cancelled process ${sweep.pid}`]);
  assertEquals((await sweep.status).code, 143);
  assertEquals(await project.statuses(), ["interrupted", "prepared"]);
  assertStringIncludes((await project.run("cancel", firstSweep)).stdout, "Nothing to cancel");
});

test("a sweep that was moved with its runs is shown, and not gone on with", async (project) => {
  const { cwd } = project;
  await project.run("sweep", "config.yml", "--seed", "1", "13");
  await Deno.rename(join(cwd, "out"), join(cwd, "moved"));
  const moved = "moved/SWEEPS/config.0";
  assertEquals(await project.statuses(moved), ["succeeded", "failed"]);
  const { exitCode, stderr } = await project.run("sweep", "--resume", moved, "--retry");
  assertEquals(exitCode, 125);
  const made = join(await Deno.realPath(cwd), firstSweep);
  assertStringIncludes(stderr, `Cannot go on with "${moved}": it was made in "${made}"`);
  // Back in its place, by another way.
  await Deno.rename(join(cwd, "moved"), join(cwd, "out"));
  await Deno.symlink(join(cwd, "out"), join(cwd, "link"));
  assertEquals(await project.statuses("link/SWEEPS/config.0"), ["succeeded", "failed"]);
  assertStringIncludes(
    (await project.run("sweep", "--resume", "link/SWEEPS/config.0")).stderr,
    "1 run failed: --retry runs them again",
  );
});

test("cancel ends a run that stands alone; one of a sweep only with its sweep", async (project) => {
  const alone = project.start("config.yml", "--wait", "-1", "--seed", "5");
  await project.until("began", 5);
  const cancelled = await project.run("cancel", "out/s/5/exp.0");
  const repeat = "Repeat it with: expyrun rerun out/s/5/exp.0";
  assertEquals(cancelled.stdout, `Cancelled process ${alone.pid}\n${repeat}\n`);
  assertEquals([(await alone.status).code, (await project.record(5)).status], [143, "interrupted"]);
  assertStringIncludes(
    (await project.run("cancel", "out/s/5/exp.0")).stdout,
    "Nothing to cancel: out/s/5/exp.0 is not running, nor in SLURM's queue",
  );
  const sweep = project.start("sweep", "config.yml", "--wait", "-1", "--seed", "1..2");
  await project.until("began", 1);
  const { exitCode, stderr } = await project.run("cancel", "out/s/1/exp.0");
  assertEquals(exitCode, 125);
  assertStringIncludes(stderr, "it is a run of a sweep");
  await project.go();
  assertEquals((await sweep.status).code, 0);
});

test("cancel tells that a run has ended by itself after all", async (project) => {
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `const there = (path) => { try { return Deno.statSync(path).isFile; } catch { return false; } };
    export async function main() {
      Deno.addSignalListener("SIGTERM", () => {});
      Deno.writeTextFileSync("began", "");
      const go = Deno.env.get("EXPYRUN_CWD") + "/go";
      while (!there(go)) await new Promise((resolve) => setTimeout(resolve, 10));
      Deno.exit(0);
    }`,
  );
  const run = project.start("config.yml", "--seed", "5");
  await project.until("began", 5);
  const cancel = project.startTelling("cancel", "out/s/5/exp.0");
  const told = await cancel.stderr.pipeThrough(new TextDecoderStream()).getReader().read();
  assertEquals(
    told.value,
    `expyrun: waiting for process ${run.pid} and what it runs, which were told to end; ` +
      "what does not end in 30 s is killed\n",
  );
  await project.go();
  assertEquals(
    await new Response(cancel.stdout).text(),
    "Nothing cancelled: out/s/5/exp.0 has succeeded, in spite of the signal\n",
  );
  assertEquals([(await cancel.status).code, (await run.status).code], [0, 0]);
});

test("cancel kills what takes no notice in the end", async (project) => {
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `export async function main() {
      Deno.addSignalListener("SIGTERM", () => Deno.writeTextFileSync("ended", ""));
      Deno.addSignalListener("SIGINT", () => {});
      Deno.writeTextFileSync("began", "");
      while (true) await new Promise((resolve) => setTimeout(resolve, 1000));
    }`,
  );
  const alone = ["config.yml", "--seed", "5"];
  const many = ["sweep", "--jobs", "1", "config.yml", "--seed", "5", "6"];
  for (const words of [alone, many]) {
    const run = project.start(...words);
    await project.until("began", 5);
    run.kill("SIGTERM");
    await project.until("ended", 5);
    let isThere = true;
    const end = run.status.finally(() => isThere = false);
    await waitForEnd(() => Promise.resolve(isThere), run, { say: () => {} }, 0);
    assertEquals((await end).success, false);
    assertEquals((await project.record(5)).signal, "SIGKILL");
    await Deno.remove(join(project.cwd, "out"), { recursive: true });
  }
});

test("cancel ends a run that was stopped", async (project) => {
  const run = project.start("config.yml", "--wait", "-1", "--seed", "5");
  await project.until("began", 5);
  run.kill("SIGSTOP");
  const { stdout } = await project.run("cancel", "out/s/5/exp.0");
  assertStringIncludes(stdout, `Cancelled process ${run.pid}`);
  assertEquals([(await run.status).code, (await project.record(5)).status], [143, "interrupted"]);
});

test("a sweep that is ended by SIGTERM says so, and counts each end once", async (project) => {
  const words = ["sweep", "--jobs", "2", "config.yml", "--wait", "-1", "--seed", "1..2"];
  const sweep = project.startTelling(...words);
  await Promise.all([project.until("began", 1), project.until("began", 2)]);
  sweep.kill("SIGTERM");
  const { code, stderr } = await sweep.output();
  assertEquals(code, 143);
  const said = new TextDecoder().decode(stderr);
  assertStringIncludes(said, "expyrun: 2 running, stopping: interrupting the running ones\n");
  assertEquals([...said.matchAll(/^\[(\d)\/2\] interrupted/gm)].map(([, n]) => n), ["1", "2"]);
});

test("kill -9: the run dies too and is lost, nothing is left running, resume goes on", async (project) => {
  const sweep = startWaiting(project, "1..2");
  await project.until("began", 1);
  sweep.kill("SIGKILL");
  await sweep.status;
  assertEquals(await project.statuses(), ["lost", "prepared"]);
  await project.go();
  const { exitCode } = await project.run("sweep", "--quiet", "--resume", firstSweep);
  assertEquals([exitCode, await project.statuses()], [0, ["succeeded", "succeeded"]]);
  // The killed one never ended: its process is gone.
  assert(!("ended" in await readFiles(join(project.cwd, "out/s/1/exp.0"))));
});

test("a prepared folder that was changed is refused; without it the run is prepared anew", async (project) => {
  const sweep = startWaiting(project, "1..2");
  await project.until("began", 1);
  sweep.kill("SIGINT");
  await project.go();
  await sweep.status;
  const folder = join(project.cwd, "out/s/2/exp.0");
  const text = await Deno.readTextFile(join(folder, "config.yml"));
  await Deno.writeTextFile(join(folder, "config.yml"), `${text}\n`);
  const refused = await project.run("sweep", "--resume", firstSweep);
  assertEquals(refused.exitCode, 1);
  assertStringIncludes(refused.stderr, "[1/1] not started: seed=2\nerror: Cannot execute ");
  assertStringIncludes(refused.stderr, "it is not what was recorded (changed: config.yml)");
  assertStringIncludes(
    refused.stderr,
    "hint: Put the files back, or remove that folder: --resume then prepares the run anew",
  );
  await Deno.remove(folder, { recursive: true });
  assertEquals((await project.run("sweep", "--quiet", "--resume", firstSweep)).exitCode, 0);
  assertEquals((await project.record(2, 0)).status, "succeeded");
});

test("going on that is stopped while it prepares leaves the runs as they were", async (project) => {
  await Deno.writeTextFile(join(project.cwd, "code.js"), "export function main() { throw 1; }\n");
  await project.run("sweep", "--quiet", "config.yml", "--seed", "1..2");
  // Of two folders to be made, the second one cannot be.
  await Deno.remove(join(project.cwd, "out/s/2/exp.0/config.yml"));
  const { exitCode, stderr } = await project.run("sweep", "--retry", "--resume", firstSweep);
  assertEquals(exitCode, 125, stderr);
  assertEquals(await project.statuses(), ["failed", "failed"]);
  // Its number is free for another.
  await project.run("--quiet", "config.yml", "--seed", "1");
  const status = await project.run("status", "--json", firstSweep);
  const { runs } = JSON.parse(status.stdout);
  const folders = runs.map(({ folder }: { folder: string }) => folder.slice(-"s/1/exp.0".length));
  assertEquals(folders, ["s/1/exp.0", "s/2/exp.0"]);
});

test("one process at a time conducts a sweep", async (project) => {
  const sweep = startWaiting(project, "1..2");
  await project.until("began", 1);
  const { exitCode, stderr } = await project.run("sweep", "--resume", firstSweep);
  assertEquals(exitCode, 125);
  assertStringIncludes(stderr, `process ${sweep.pid} on`);
  await project.go();
  assertEquals((await sweep.status).code, 0);
});

test("each run has all files that the first one has", async (project) => {
  await Deno.writeTextFile(join(project.cwd, "package.json"), '{"type": "module"}\n');
  const { exitCode } = await project.run("sweep", "--quiet", "config.yml", "--seed", "1..2");
  assertEquals(exitCode, 0);
  const namesOf = (seed: number) =>
    Array.from(Deno.readDirSync(join(project.cwd, `out/s/${seed}/exp.0`)), ({ name }) => name)
      .sort();
  assert(namesOf(1).includes("package.json"));
  assertEquals(namesOf(2), namesOf(1));
  const [first, second] = [await project.record(1), await project.record(2)];
  assertEquals(second.digests!["package.json"], first.digests!["package.json"]);
  assertEquals(Object.keys(second.digests!), Object.keys(first.digests!));
});

test("a run that takes too long is ended, and that is a failure", async (project) => {
  const words = ["--quiet", "--timeout", "300ms", "config.yml", "--wait", "-1", "--seed", "1..2"];
  const { exitCode } = await project.run("sweep", ...words);
  assertEquals(exitCode, 1);
  const { status, timedOut, signal } = await project.record(1);
  assertEquals({ status, timedOut, signal }, {
    status: "failed",
    timedOut: true,
    signal: "SIGTERM",
  });
});

test("a run that takes too long and takes no notice is killed", async (project) => {
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `export async function main() {
      Deno.addSignalListener("SIGTERM", () => {});
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    }\n`,
  );
  const words = ["--quiet", "--timeout", "2s", "config.yml", "--seed", "1..1"];
  assertEquals((await project.run("sweep", ...words)).exitCode, 1);
  const { status, timedOut } = await project.record(1);
  assertEquals({ status, timedOut }, { status: "failed", timedOut: true });
});

test("nor is it a success to end in time when told to", async (project) => {
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `export async function main() {
      Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
      await new Promise((resolve) => setTimeout(resolve, 60000));
    }\n`,
  );
  const words = ["--quiet", "--timeout", "1s", "config.yml", "--seed", "1..1"];
  const { exitCode } = await project.run("sweep", ...words);
  assertEquals(exitCode, 1);
  // On a machine that is too busy for it to listen in time it is killed, which is a failure, too.
  const { status, timedOut } = await project.record(1);
  assertEquals({ status, timedOut }, { status: "failed", timedOut: true });
});

test("what a run that takes too long has started is told to end, and killed in the end", async (project) => {
  const config = join(project.cwd, "config.yml");
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(
    config,
    text.replace("  __name__", "  __permissions__: all\n  __name__"),
  );
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `export async function main() {
      const scripts = [
        'trap "" TERM; echo $$ >deaf.tmp; mv deaf.tmp deaf; while :; do sleep 1; done',
        'trap "sleep 0.2; : >tidied; exit" TERM; : >tidy; while :; do sleep 0.1; done',
      ];
      for (const script of scripts) {
        new Deno.Command("sh", { args: ["-c", script], stdout: "null", stderr: "null" }).spawn();
      }
      const there = (path) => { try { return Deno.statSync(path).isFile; } catch { return false; } };
      while (!there("deaf") || !there("tidy")) await new Promise((resolve) => setTimeout(resolve, 10));
      Deno.writeTextFileSync("began", "");
      await new Promise((resolve) => setTimeout(resolve, 60000));
    }\n`,
  );
  const words = ["--quiet", "--timeout", "4s", "config.yml", "--seed", "1..1"];
  assertEquals((await project.run("sweep", ...words)).exitCode, 1);
  const { status, signal, timedOut } = await project.record(1);
  assertEquals([status, signal, timedOut], ["failed", "SIGTERM", true]);
  const files = await readFiles(join(project.cwd, "out/s/1/exp.0"));
  assert("began" in files && "tidied" in files, Object.keys(files).join());
  await until(() => Promise.resolve(!isAlive(Number(files["deaf"]))));
});

test("of a record that cannot be read nothing is known, and its run is left alone", async (project) => {
  await project.run("sweep", "--quiet", "config.yml", "--seed", "1..2");
  const record = join(project.cwd, "out/s/2/exp.0/record.json");
  const text = await Deno.readTextFile(record);
  await Deno.writeTextFile(record, text.replace('"format": 1', '"format": 2'));
  assertEquals(await project.statuses(), ["succeeded", "unknown"]);
  assertStringIncludes(
    (await project.run("status", firstSweep)).stdout,
    `\nrun 1 is unknown: Cannot read "${await Deno.realPath(
      record,
    )}": its format is 2, newer than 1\n`,
  );
  const { stderr } = await project.run("sweep", "--resume", firstSweep);
  assertStringIncludes(stderr, "Leaving out 1 run: whether they still run cannot be told");
  await Deno.remove(record);
  assertEquals(await project.statuses(), ["succeeded", "lost"]);
});

test("what only a script of SLURM would hold keeps no sweep from running here", async (project) => {
  const config = join(project.cwd, "config.yml");
  await Deno.writeTextFile(config, "__slurm__: { comment: $A_TOKEN }\n", { append: true });
  const env = { A_TOKEN: "tell nobody of this" };
  const words = ["sweep", "--quiet", "config.yml", "--seed", "1..1"];
  const { exitCode, stderr } = await expyrun(words, { cwd: project.cwd, env });
  assertEquals(exitCode, 0, stderr);
});

test("a run is no sweep to go on with", async (project) => {
  await project.run("--quiet", "config.yml", "--seed", "5");
  const { exitCode, stderr } = await project.run("sweep", "--resume", "out/s/5/exp.0");
  assertEquals(exitCode, 125);
  assertStringIncludes(stderr, 'Cannot go on with "out/s/5/exp.0": it is a run, not a sweep');
  assertStringIncludes(
    stderr,
    "hint: Repeat it with: expyrun rerun out/s/5/exp.0; on SLURM with: ",
  );
});

test("--runtime is that of all runs", async (project) => {
  const words = ["--quiet", "--runtime", "embedded", "config.yml", "--seed", "1..2"];
  const { exitCode, stderr } = await project.run("sweep", ...words);
  assertEquals([exitCode, stderr], [0, ""]);
  assertEquals((await project.record(2)).runtime, "embedded");
});

test("graphics cards: one run each, shared with other sweeps by leases", async (project) => {
  const [a, b] = [crypto.randomUUID(), crypto.randomUUID()];
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `export async function main(name, { wait }) {
      const card = Deno.env.get("CUDA_VISIBLE_DEVICES");
      console.log(card, card === Deno.env.get("ROCR_VISIBLE_DEVICES"));
      // Only one run at a time can make the file.
      const file = Deno.env.get("EXPYRUN_CWD") + "/" + card;
      Deno.writeTextFileSync(file, "", { createNew: true });
      await new Promise((resolve) => setTimeout(resolve, 60));
      Deno.removeSync(file);
    }`,
  );
  const config = join(project.cwd, "config.yml");
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(
    config,
    text.replace("  __name__", "  __permissions__: all\n  __name__"),
  );
  const sweep = (seeds: string) =>
    project.run("sweep", "--gpus", `${a},${b}`, "--jobs", "3", "config.yml", "--seed", seeds);
  const [one, other] = await Promise.all([sweep("1..4"), sweep("5..8")]);
  assertEquals([one.exitCode, other.exitCode], [0, 0], one.stdout + other.stdout);
  const logs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) =>
    Deno.readTextFileSync(join(project.cwd, `out/s/${seed}/exp.0/outputs.log`)).trim()
  );
  assert(logs.every((log) => log === `${a} true` || log === `${b} true`), logs.join("\n"));
});

test("nobody goes on with a sweep while it is being made", async (project) => {
  const sweep = startWaiting(project, "1..200");
  const record = join(project.cwd, firstSweep, "sweep.json");
  await until(() => Deno.lstat(record).then(() => true, () => false));
  const { exitCode, stderr } = await project.run("sweep", "--resume", firstSweep);
  assertEquals(exitCode, 125);
  assertStringIncludes(stderr, `process ${sweep.pid} on `);
  const { stdout } = await project.run("cancel", firstSweep);
  assertStringIncludes(stdout, `Cancelled process ${sweep.pid}`);
  assertEquals((await sweep.status).code, 143);
});

test("a slot that one user has used is there for all, whatever the umask", async (project) => {
  const slot = `slot-${crypto.randomUUID()}`;
  const words = ["sweep", "--quiet", "--gpus", slot, "config.yml", "--seed", "1", "2"];
  const [first, ...rest] = program;
  const { code } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'umask 077; exec "$0" "$@"', first, ...rest, ...words],
    cwd: project.cwd,
  }).output();
  const { mode } = await Deno.stat(`/tmp/expyrun-gpus/${slot}`);
  await Deno.remove(`/tmp/expyrun-gpus/${slot}`);
  assertEquals([code, mode! & 0o777], [0, 0o666]);
});

test("what says how runs are executed holds when the sweep is gone on with", async (project) => {
  const slot = `slot-${crypto.randomUUID()}`;
  await Deno.writeTextFile(
    join(project.cwd, "code.js"),
    `export async function main(_, { seed, wait }) {
      console.log(Deno.env.get("CUDA_VISIBLE_DEVICES"));
      if (seed === 13) throw new Error("unlucky");
      await new Promise((resolve) => setTimeout(resolve, seed === 3 ? 60_000 : wait));
    }`,
  );
  const options = ["--jobs", "1", "--gpus", slot, "--timeout", "60s", "--fail-fast"];
  await project.run("sweep", ...options, "config.yml", "--seed", "13", "2");
  // As if it had been begun by a program with another default.
  const other = binary === undefined ? "embedded" : "deno";
  const record = join(project.cwd, firstSweep, "sweep.json");
  const text = await Deno.readTextFile(record);
  await Deno.writeTextFile(record, text.replace(/"runtime": "\w+"/, `"runtime": "${other}"`));
  const words = ["sweep", "--retries", "1", "--resume", firstSweep, "--retry"];
  const { stderr } = await project.run(...words);
  assertStringIncludes(stderr, `as before with --jobs=1 --gpus=${slot} --timeout=60s\n`);
  const log = (path: string) => Deno.readTextFile(join(project.cwd, "out/s", path, "outputs.log"));
  assertEquals(await log("2/exp.0"), `${slot}\n`);
  // Once because of --retry, once more because of --retries.
  assertStringIncludes(await log("13/exp.2"), slot);
  assertEquals((await project.record(13, 2)).runtime, other);
  assertStringIncludes(
    (await project.run("sweep", "--quiet", "--timeout", "x", "--resume", firstSweep)).stderr,
    'Cannot read --timeout: "x" is no duration',
  );
});

test("a run's configuration and code repeat it by itself", async (project) => {
  await project.run("sweep", "--quiet", "config.yml", "--seed", "1..2");
  const { exitCode, stdout } = await project.run("--quiet", "out/s/2/exp.0/config.yml");
  assertEquals([exitCode, stdout], [0, "version 1 of 2\n"]);
});

test("what a full disk or a missing file stops leaves nothing behind", async (project) => {
  const config = join(project.cwd, "config.yml");
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(config, text.replace('"s/{seed}"', '"{name}"') + "name: a\n");
  // The second name is a file: its folder cannot be made.
  await Deno.mkdir(join(project.cwd, "out"));
  await Deno.writeTextFile(join(project.cwd, "out/b"), "");
  const { exitCode, stderr } = await project.run("sweep", "config.yml", "--name", "a", "b");
  assertEquals(exitCode, 125);
  assertStringIncludes(stderr, "a file is in the way");
  assertEquals(Object.keys(await readFiles(join(project.cwd, "out"))), ["b"]);
  assertEquals([...Deno.readDirSync(join(project.cwd, "out"))].map(({ name }) => name), ["b"]);
});

test("what was never prepared gets the code of the others when it is resumed", async (project) => {
  await project.run("sweep", "--quiet", "config.yml", "--seed", "1..2");
  const code = join(project.cwd, "code.js");
  await Deno.writeTextFile(code, (await Deno.readTextFile(code)).replace("version 1", "version 2"));
  // As if it had been killed before the second run was prepared.
  const folders = join(project.cwd, firstSweep, "folders.jsonl");
  const [first] = (await Deno.readTextFile(folders)).split("\n");
  await Deno.writeTextFile(folders, `${first}\n{"run":1,"fol`);
  await Deno.remove(join(project.cwd, "out/s/2"), { recursive: true });
  const { exitCode } = await project.run("sweep", "--quiet", "--resume", firstSweep);
  assertEquals(exitCode, 0);
  const log = join(project.cwd, "out/s/2/exp.0/outputs.log");
  assertEquals(await Deno.readTextFile(log), "version 1 of 2\n");
});

test("of copies that were changed none is run; where none is left, today's code is, with a warning", async (project) => {
  await project.run("sweep", "--quiet", "config.yml", "--seed", "1..2");
  const resume = (...options: string[]) => project.run("sweep", ...options, "--resume", firstSweep);
  const copy = join(project.cwd, "out/s/1/exp.0/code.js");
  await Deno.remove(join(project.cwd, "out/s/2"), { recursive: true });
  await Deno.chmod(copy, 0o644);
  await Deno.writeTextFile(copy, "// more\n", { append: true });
  const changed = await resume();
  assertEquals(changed.exitCode, 125);
  assertStringIncludes(changed.stderr, 'exp.0": it is not what was recorded (changed: code.js)');
  assertStringIncludes(changed.stderr, "hint: Put the files back, or begin a new sweep\n");
  await Deno.remove(join(project.cwd, "out/s"), { recursive: true });
  const message = "No folder of the sweep is left: its runs get the code of today\n";
  const strict = await resume("--strict");
  assertEquals([strict.exitCode, strict.stderr.startsWith(`error: ${message}`)], [125, true]);
  const { exitCode, stderr } = await resume("--quiet");
  assertEquals([exitCode, stderr.startsWith(`warning: ${message}`)], [0, true]);
});
