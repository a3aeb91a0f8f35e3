/**
 * Sweeps of the whole program: a small project, and runs of expyrun in it.
 *
 * @module
 */
import { join } from "node:path";
import type { RunRecord } from "../../lib/snapshotter/record.ts";
import { type Ended, expyrun, program, withTempDir, writeFiles } from "../temp.ts";

const config = `__run__:
  __main__: code:main
  __output_dir__: out
  __name__: "s/{seed}"
seed: 0
wait: 0
`;

/**
 * The experiment of these tests. It tells when it begins and ends through files, and waits (by its
 * configuration, in milliseconds; below 0: until a file `go` lies in the working directory).
 */
const code = `
const go = Deno.env.get("EXPYRUN_CWD") + "/go";
const there = (path) => { try { return Deno.statSync(path).isFile; } catch { return false; } };
export async function main(name, { seed, wait }) {
  console.log("version 1 of", seed);
  Deno.writeTextFileSync("began", String(Deno.pid));
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  if (wait < 0) while (!there(go)) await sleep(10);
  else await sleep(wait);
  if (seed === 13) throw new Error("unlucky");
  Deno.writeTextFileSync("ended", "");
}
`;

/** A project in a temporary folder. */
export interface Project {
  readonly cwd: string;
  /** Runs expyrun to its end. */
  run(...words: string[]): Promise<Ended>;
  /** Starts expyrun, its output unread. */
  start(...words: string[]): Deno.ChildProcess;
  /** Starts expyrun, what it says piped. */
  startTelling(...words: string[]): Deno.ChildProcess;
  /** The statuses of a sweep's runs, as `status --json` tells them. */
  statuses(sweep?: string): Promise<string[]>;
  /** The record of a run by its seed. */
  record(seed: number, number?: number): Promise<RunRecord>;
  /** Waits for a file of a run's folder. */
  until(file: "began" | "ended", seed: number, number?: number): Promise<void>;
  /** Lets runs that wait for it go on. */
  go(): Promise<void>;
}

/** The first sweep of a project. */
export const firstSweep = "out/SWEEPS/config.0";

/** Makes a project, and removes it. */
export async function withProject(
  use: (project: Project) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, { "config.yml": config, "code.js": code });
    await use(projectIn(cwd, env));
  });
}

function projectIn(cwd: string, env: Readonly<Record<string, string>>): Project {
  const folderOf = (seed: number, number = 0) => join(cwd, "out/s", String(seed), `exp.${number}`);
  const run = (...words: string[]) => expyrun(words, { cwd, env });
  const [first, ...rest] = program;
  const start = (words: readonly string[], output: "null" | "piped") =>
    new Deno.Command(first, {
      args: [...rest, ...words],
      cwd,
      env: { ...env, NO_COLOR: "1" },
      stdin: "null",
      stdout: output,
      stderr: output,
    }).spawn();
  return {
    cwd,
    run,
    start: (...words) => start(words, "null"),
    startTelling: (...words) => start(words, "piped"),
    statuses: async (sweep = firstSweep) => {
      const { exitCode, stdout, stderr } = await run("status", "--json", sweep);
      if (exitCode !== 0) throw new Error(stderr);
      return JSON.parse(stdout).runs.map(({ status }: { status: string }) => status);
    },
    record: async (seed, number) =>
      JSON.parse(await Deno.readTextFile(join(folderOf(seed, number), "record.json"))),
    until: async (file, seed, number) => await untilThere(join(folderOf(seed, number), file)),
    go: () => Deno.writeTextFile(join(cwd, "go"), ""),
  };
}

async function untilThere(path: string): Promise<void> {
  await waitFor(() => exists(path), 10);
}

/** Waits until a condition holds; asked not too often, since most of them start a process. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  await waitFor(condition, 150);
}

/** Far beyond what any of these tests takes: it only ends what would never end. */
const patienceMs = 120_000;

async function waitFor(condition: () => Promise<boolean>, pauseMs: number): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`It did not come in ${patienceMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
