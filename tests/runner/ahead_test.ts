/** Processes that are started while their folder is still being written. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { parseCommand } from "../../lib/cli.ts";
import { prepare } from "../../lib/prepare.ts";
import { type Ahead, startingAhead } from "../../lib/runner/ahead.ts";
import { program, run, withTempDir, writeFiles } from "../temp.ts";
import { tellingWorld } from "../world.ts";
import { embedded, until } from "./experiment.ts";

const files = {
  "config.yml":
    "__run__: { __main__: a:main, __output_dir__: out, __name__: x }\npassword: $A_PASSWORD\n",
  "a.ts": "export function main() {\n" +
    "  Deno.writeTextFileSync('ran', '');\n  console.log(Deno.pid);\n}\n",
};

/** The processes that run an experiment below a folder, as the system lists them. */
async function experiments(folder: string): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,args="]);
  return stdout.split("\n").filter((line) => line.includes(join(folder, "out", "x", "exp.")))
    .map((line) => Number.parseInt(line));
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
): Promise<void> {
  await withTempDir(async (folder) => {
    const git = '#!/bin/sh\n: < "$GATE"\nexit 1\n';
    await writeFiles(folder, { ...files, ".git/HEAD": "ref: refs/heads/main\n", "bin/git": git });
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
    const openGate = async () => (await Deno.open(gate, { read: true, write: true })).close();
    try {
      await until(async () => (await experiments(folder)).length > 0);
      const [experiment] = await experiments(folder);
      await use({ folder, expyrun, experiment: experiment!, openGate });
    } finally {
      await openGate();
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

for (const [signal, code] of [["SIGINT", 130], ["SIGKILL", 137]] as const) {
  testOnUnix(
    `${signal} ends the process before it has begun`,
    () =>
      withWaiting(async ({ folder, expyrun, openGate }) => {
        expyrun.kill(signal);
        if (signal === "SIGINT") await openGate();
        assertEquals((await expyrun.output()).code, code);
        await until(async () => (await experiments(folder)).length === 0);
        assert(!hasRun(folder));
      }),
  );
}

/** Prepares a run in this very process. */
async function withPrepared(
  env: Readonly<Record<string, string>>,
  use: (ahead: Ahead, folder: string) => Promise<void>,
): Promise<void> {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, files);
    const command = parseCommand(["config.yml"]);
    assert(command.kind === "run");
    const world = tellingWorld({ cwd, env: { ...Deno.env.toObject(), ...env } });
    const ahead = startingAhead(world);
    try {
      await prepare({ ...command, placed: ahead.start }, world);
      await use(ahead, cwd);
    } finally {
      ahead.end();
    }
  });
}

testOnUnix(
  "what the folder does not ask for is ended",
  () =>
    withPrepared({ A_PASSWORD: "" }, async (ahead, folder) => {
      assertEquals((await experiments(folder)).length, 1);
      const other = { program: Deno.execPath(), args: [], cwd: folder, env: {} };
      assertEquals(ahead.take(other), undefined);
      await until(async () => (await experiments(folder)).length === 0);
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
