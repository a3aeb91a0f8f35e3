/** Processes that are started while their folder is still being written. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { parseCommand } from "../../lib/cli.ts";
import { prepare } from "../../lib/prepare.ts";
import { type Ahead, startingAhead } from "../../lib/runner/ahead.ts";
import { leftOut } from "../snapshotter/experiment.ts";
import { program, readFiles, run, withTempDir, writeFiles } from "../temp.ts";
import { tellingWorld } from "../world.ts";
import { embedded, until } from "./experiment.ts";
import { experimentsIn, isWaiting } from "./processes.ts";

/** A project, and what its experiment does after it has shown that it runs. */
function filesWith(rest = "") {
  return {
    "config.yml":
      "__run__: { __main__: a:main, __output_dir__: out, __name__: x }\npassword: $A_PASSWORD\n",
    "a.ts": "export function main() {\n" +
      `  Deno.writeTextFileSync("ran", "");\n  console.log(Deno.pid);\n  ${rest}\n}\n`,
  };
}

function experiments(folder: string): Promise<number[]> {
  return experimentsIn(join(folder, "out", "x", "exp."));
}

/** Sends a signal, and waits until the process, which is idle otherwise, has taken notice. */
async function signal(process: Deno.ChildProcess, name: Deno.Signal): Promise<void> {
  process.kill(name);
  if (name !== "SIGKILL" && Deno.build.os === "linux") {
    await until(() => isIdle(process.pid) && isIdle(process.pid));
  }
}

/** Whether no signal is left for a process, and all of its threads sleep: one hands it to another. */
function isIdle(pid: number): boolean {
  const read = (path: string) => Deno.readTextFileSync(`/proc/${pid}/${path}`);
  const isAsleep = (thread: string) => read(`task/${thread}/stat`).split(") ").at(-1)![0] === "S";
  try {
    return /^ShdPnd:\t0+$/m.test(read("status")) &&
      [...Deno.readDirSync(`/proc/${pid}/task`)].every(({ name }) => isAsleep(name));
  } catch {
    return false; // A thread has ended meanwhile.
  }
}

function hasRun(folder: string): boolean {
  try {
    return Deno.statSync(join(folder, "out", "x", "exp.0", "ran")).isFile;
  } catch {
    return false;
  }
}

/**
 * Starts the program in a repository whose git does not answer before the gate is opened, and waits
 * until the experiment's process is there.
 */
async function withWaiting(
  use: (at: {
    folder: string;
    expyrun: Deno.ChildProcess;
    experiment: number;
    openGate: () => Promise<void>;
  }) => Promise<void>,
  rest = "",
): Promise<void> {
  await withTempDir(async (folder) => {
    const git = '#!/bin/sh\n: < "$GATE"\nexit 1\n';
    await writeFiles(folder, {
      ...filesWith(rest),
      ".git/HEAD": "ref: refs/heads/main\n",
      "bin/git": git,
    });
    await Deno.chmod(join(folder, "bin", "git"), 0o755);
    const gate = join(folder, "gate");
    await run("mkfifo", [gate]);
    const runtime = embedded ? ["--runtime", "embedded"] : [];
    const [word, ...words] = [...program, "--quiet", ...runtime, "config.yml"];
    const expyrun = new Deno.Command(word!, {
      args: words,
      cwd: folder,
      env: { GATE: gate, PATH: `${join(folder, "bin")}:${Deno.env.get("PATH")}`, A_PASSWORD: "" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // It stays open: git may only be asked after that.
    let opened: Deno.FsFile | undefined;
    const openGate = async () => {
      opened ??= await Deno.open(gate, { read: true, write: true });
    };
    let isOver = false;
    try {
      let experiment = 0;
      await until(async () => {
        experiment = (await experiments(folder))[0] ?? 0;
        return experiment !== 0 && isWaiting(experiment);
      });
      await use({ folder, expyrun, experiment, openGate });
      isOver = true;
    } finally {
      await openGate();
      try {
        if (!isOver) expyrun.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await expyrun.status;
      opened?.close();
    }
  });
}

/** Elsewhere nothing is started ahead. */
function testOnUnix(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `ahead: ${name}`, ignore: Deno.build.os === "windows", fn });
}

testOnUnix(
  "the process that has waited is the one that runs",
  () =>
    withWaiting(async ({ folder, expyrun, experiment, openGate }) => {
      assert(!hasRun(folder));
      await openGate();
      const { code, stdout } = await expyrun.output();
      assertEquals(code, 0);
      assertEquals(new TextDecoder().decode(stdout), `${experiment}\n`);
    }),
);

for (const [name, code] of [["SIGINT", 130], ["SIGKILL", 137]] as const) {
  testOnUnix(
    `${name} ends the process before it has begun`,
    () =>
      withWaiting(async ({ folder, expyrun, openGate }) => {
        await signal(expyrun, name);
        if (name === "SIGINT") await openGate();
        assertEquals((await expyrun.output()).code, code);
        await until(async () => (await experiments(folder)).length === 0);
        assert(!hasRun(folder));
      }),
  );
}

testOnUnix(
  "expyrun killed: what was started ahead dies too, however busy",
  () =>
    withWaiting(async ({ folder, expyrun, openGate }) => {
      await openGate();
      await until(() => hasRun(folder));
      expyrun.kill("SIGKILL");
      await expyrun.output();
      await until(async () => (await experiments(folder)).length === 0);
    }, "while (true);"),
);

testOnUnix(
  "what cannot be removed is told, and is no folder that was ready",
  () =>
    withWaiting(async ({ folder, expyrun, openGate }) => {
      const held = join(folder, "out", "x", "exp.0", "held");
      await Deno.mkdir(held);
      const mounted = await run("mount", ["-t", "tmpfs", "none", held]).catch(() => undefined);
      if (mounted?.exitCode !== 0) leftOut("a folder that cannot be removed: no right to mount");
      await signal(expyrun, "SIGINT");
      await openGate();
      const { code, stderr } = await expyrun.output();
      if (mounted?.exitCode !== 0) return;
      await run("umount", [held]);
      assertEquals(code, 130);
      assertMatch(
        new TextDecoder().decode(stderr),
        /^error: Interrupted by SIGINT while preparing the run: Cannot remove the unfinished folder "\S+exp\.0": .+busy\n$/,
      );
      assert(!Object.keys(await readFiles(join(folder, "out"))).includes("x/exp.0/record.json"));
    }),
);

/** Prepares a run in this very process. */
async function withPrepared(
  env: Readonly<Record<string, string>>,
  use: (ahead: Ahead, folder: string) => Promise<void>,
): Promise<void> {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, filesWith());
    const command = parseCommand(["config.yml"]);
    assert(command.kind === "run");
    const world = tellingWorld({ cwd, env: { ...Deno.env.toObject(), ...env } });
    const ahead = startingAhead();
    try {
      await prepare(command, world, ahead);
      await use(ahead, cwd);
    } finally {
      await ahead.end();
    }
  });
}

testOnUnix(
  "what the folder does not ask for is ended",
  () =>
    withPrepared({ A_PASSWORD: "" }, async (ahead, folder) => {
      assertEquals((await experiments(folder)).length, 1);
      const other = { program: Deno.execPath(), args: [], cwd: folder, env: {} };
      assertEquals(await ahead.take(other), undefined);
      assertEquals(await experiments(folder), []);
      assert(!hasRun(folder));
    }),
);

testOnUnix(
  "what gets a secret is not started ahead",
  () =>
    withPrepared({ A_PASSWORD: "tell nobody" }, async (_, folder) => {
      assertEquals(await experiments(folder), []);
    }),
);

/** Prepares a run of these files; answers with what its folder holds when a process may start. */
async function atStart(
  cwd: string,
  files: Readonly<Record<string, string>>,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  await writeFiles(cwd, { "config.yml": filesWith()["config.yml"], ...files });
  const command = parseCommand(["config.yml"]);
  assert(command.kind === "run");
  const world = tellingWorld({ cwd, env: { ...Deno.env.toObject(), A_PASSWORD: "" } });
  const [take, end] = [() => Promise.resolve(undefined), () => Promise.resolve()];
  const path = join(cwd, "out", "x", "exp.0");
  let there: string[] = [];
  const start = async () => {
    there = Object.keys(await readFiles(path));
    await meanwhile();
  };
  await prepare(command, world, { start, take, end });
  assert((await readFiles(path))["a.ts"] !== undefined);
  return there;
}

const code = { "a.ts": "export function main() {}\n" };
const linked = '{ "links": ["./linked"] }\n';
const copied: readonly [what: string, files: Record<string, string>, isCopied: boolean][] = [
  ["nothing to lock", code, false],
  ["a package to lock", { "a.ts": `import "npm:ms@2.1.3";\n${code["a.ts"]}` }, true],
  [
    "what Deno reads as it starts",
    { ...code, "deno.json": linked, "linked/deno.json": "{}" },
    true,
  ],
];
for (const [what, files, isCopied] of copied) {
  testOnUnix(
    `code with ${what} is copied ${isCopied ? "before" : "while"} its process starts`,
    () =>
      withTempDir(async (cwd) => {
        const there = await atStart(cwd, files);
        assert(there.includes("deno.json") && there.includes("deno.lock"), there.join());
        assertEquals(there.includes("a.ts"), isCopied, there.join());
      }),
  );
}

testOnUnix("an import that is written meanwhile is locked", () =>
  withTempDir(async (cwd) => {
    const changed = `import "npm:ms@2.1.3";\n${code["a.ts"]}`;
    await atStart(cwd, code, () => Deno.writeTextFile(join(cwd, "a.ts"), changed));
    const files = await readFiles(join(cwd, "out", "x", "exp.0"));
    assertEquals(files["a.ts"], changed);
    assertMatch(files["deno.lock"]!, /"ms@2\.1\.3"/);
    assertMatch(files["frozen_requirements.txt"]!, /ms@?.*2\.1\.3/);
  }));
