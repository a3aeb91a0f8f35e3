/** The whole program on a real terminal, which `script` gives it. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { join } from "node:path";
import { runners } from "../lib/runner/runner.ts";
import { openFolder } from "../lib/snapshotter/folder.ts";
import { readRecord } from "../lib/snapshotter/record_file.ts";
import { leftOut } from "./snapshotter/experiment.ts";
import { until } from "./runner/experiment.ts";
import { program, run, withTempDir, writeFiles } from "./temp.ts";

const configuration = `__run__:
  __main__: src.main:main
  __output_dir__: out
  __name__: t

`;

const code = `export function main(): Promise<void> {
  console.log("ready", Deno.pid);
  return new Promise((resolve) => setTimeout(resolve, 600_000));
}
export function ask(): void {
  Deno.listen({ hostname: "127.0.0.1", port: 0 });
}
`;

const isThere = Deno.build.os === "linux" &&
  (await run("script", ["--version"]).catch(() => undefined))?.exitCode === 0;

function onTerminal(name: string, fn: (cwd: string) => Promise<void>): void {
  Deno.test(name, async () => {
    if (!isThere) return leftOut("a real terminal: no script(1)");
    await withTempDir(async (cwd) => {
      await writeFiles(cwd, { "config.yml": configuration, "src/main.ts": code });
      await fn(cwd);
    });
  });
}

const command = (...words: string[]) => [...program, ...words].map((word) => `'${word}'`).join(" ");

/** What a terminal shows of a command. Nobody answers there: what asks waits until it is stopped. */
async function shown(cwd: string, line: string, env: Record<string, string | null> = {}) {
  const words = ["--kill-after=1", "30", "script", "-qec", line, "/dev/null"];
  const { exitCode, stdout } = await run("timeout", words, { cwd, env, stdin: "" });
  return { exitCode, text: stdout };
}

onTerminal(
  "an experiment that needs a permission is refused at once, without a question",
  async (cwd) => {
    const words = ["config.yml", "--__run__.__main__", "src.main:ask"];
    const { exitCode, text } = await shown(cwd, command(...words));
    assertEquals(exitCode, 1, text);
    assertMatch(text, /Requires net access to "127.0.0.1:0"/);
    assertMatch(text, /hint: To allow it:/);
    assertNotMatch(text, /Allow\?|requests? .*access/);
  },
);

onTerminal("nobody is asked, even if the experiment itself had the terminal", async (cwd) => {
  const words = ["--runtime", "deno", "config.yml", "--__run__.__main__", "src.main:ask"];
  await run(program[0], [...program.slice(1), ...words], { cwd });
  const folder = openFolder(join(cwd, "out/t/exp.0"));
  const record = await readRecord(folder);
  const env = Deno.env.toObject();
  const launch = runners.deno.plan({
    record,
    folder,
    env,
    program: Deno.execPath(),
    self: { words: [] },
  });
  const line = [launch.program, ...launch.args].map((word) => `'${word}'`).join(" ");
  const { exitCode, text } = await shown(folder.path, line);
  assertEquals(exitCode, 1, text);
  assertNotMatch(text, /Allow\?|requests? .*access/);
});

// deno-lint-ignore no-control-regex -- that is what colours are made of
const escape = /\x1b\[/;

onTerminal("expyrun colours its errors on a terminal only, and not under NO_COLOR", async (cwd) => {
  const colours = { NO_COLOR: null, TERM: "xterm" };
  const terminal = await shown(cwd, command("absent.yml"), colours);
  assertMatch(terminal.text, /Cannot/);
  assertMatch(terminal.text, escape);
  const plain = await shown(cwd, command("absent.yml"), { NO_COLOR: "1" });
  assertMatch(plain.text, /Cannot/);
  assertNotMatch(plain.text, escape);
  const dumb = await shown(cwd, command("absent.yml"), { ...colours, TERM: "dumb" });
  assertNotMatch(dumb.text, escape);
  const piped = await run("/bin/sh", ["-c", `${command("absent.yml")} 2>&1 | cat`], {
    cwd,
    env: colours,
  });
  assertMatch(piped.stdout, /Cannot/);
  assertNotMatch(piped.stdout, escape);
});

onTerminal("a sweep shows how far it is on one line, which is gone at the end", async (cwd) => {
  await writeFiles(cwd, {
    "quick.ts": "export const main = (_: string, { seed }: { seed: number }) => {\n" +
      '  if (seed === 2) throw new Error("unlucky");\n};\n',
    "sweep.yml": configuration.replace("src.main", "quick").replace("t\n", '"s/{seed}"\n') +
      "seed: 0\n",
  });
  const words = ["sweep", "--jobs", "1", "sweep.yml", "--seed", "1..3"];
  const { exitCode, text } = await shown(cwd, command(...words));
  assertEquals(exitCode, 1, text);
  // Each state of the line begins where the last one did, with that one removed.
  const states = text.split("\r\x1b[K").map((part) => part.replaceAll("\r\n", "\n"));
  assert(states.some((state) => state === "0/3 done, 1 running"), text);
  assert(
    states.some((state) => /^1\/3 done, [01] running, [\d.]+ runs\/s, .* left$/.test(state)),
    text,
  );
  assert(
    states.some((state) => /^3\/3 done, 0 running, 1 failed, [\d.]+ runs\/s$/.test(state)),
    text,
  );
  // What failed stays, above the line; what succeeded does not.
  assert(
    states.some((state) =>
      /^\[2\/3\] failed \(exit code 1\) in .*: seed=2 \(Error: unlucky\)\n/.test(state)
    ),
    text,
  );
  assertNotMatch(text, /\] succeeded/);
  assertMatch(states.at(-1)!, /^run {2}seed {2}status/);
});

onTerminal("Ctrl-Z stops the experiment too, and fg continues both", async (cwd) => {
  const [first, ...rest] = program;
  const shell = new Deno.Command(first, {
    args: [...rest, "config.yml"],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const log = join(cwd, "out/t/exp.0/outputs.log");
  const pattern = /ready (\d+)\n/;
  const output = () => Deno.readTextFile(log).catch(() => "");
  await until(async () => pattern.test(await output()));
  const pids = [shell.pid, Number(pattern.exec(await output())![1])];
  try {
    const all = (stopped: boolean) => pids.every((pid) => (processState(pid) === "T") === stopped);
    assertEquals(pids.map((pid) => processState(pid) === "T"), [false, false]);
    Deno.kill(shell.pid, "SIGTSTP");
    await until(() => all(true));
    Deno.kill(shell.pid, "SIGCONT");
    await until(() => all(false));
  } finally {
    Deno.kill(shell.pid, "SIGCONT");
    Deno.kill(shell.pid, "SIGTERM");
    assertEquals((await shell.status).code, 143);
  }
});

/** As /proc says it: T is stopped. */
function processState(pid: number): string | undefined {
  return /^State:\s+(\S)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
}

for (const isColoured of [false, true]) {
  Deno.test(`the log of an error is ${isColoured ? "coloured under FORCE_COLOR" : "plain"}`, () =>
    withTempDir(async (cwd) => {
      const text = `export function main() { throw new Error("boom"); }\n`;
      await writeFiles(cwd, { "config.yml": configuration, "src/main.ts": text });
      const [first, ...rest] = program;
      const env = { NO_COLOR: null, ...(isColoured ? { FORCE_COLOR: "1" } : {}) };
      await run(first, [...rest, "--runtime", "deno", "config.yml"], { cwd, env });
      const log = await Deno.readTextFile(join(cwd, "out/t/exp.0/outputs.log"));
      assertMatch(log, /boom/);
      assertEquals(escape.test(log), isColoured, log);
    }));
}
