/**
 * Compiles the program into one self-contained file in dist/:
 *
 *     deno task compile                          for this machine: dist/expyrun
 *     deno task compile TARGET                   for another one, such as aarch64-apple-darwin
 *     deno task compile --all                    for all of them, with SHA256SUMS
 *
 * `DENORT_BIN` names the denort to use in place of the one that Deno downloads.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.ts";
import { deno } from "./deno.ts";

/** What a binary can be compiled for. */
export const targets = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

/** The files to compile, by what the words ask for. */
export interface Job {
  /** Absent: this machine. */
  readonly target?: string | undefined;
  /** The name of the file in dist/. */
  readonly file: string;
}

/**
 * Reads the words.
 *
 * @throws {Error} for a target that is none
 */
export function jobsOf(words: readonly string[]): Job[] {
  const extension = (target: string) => target.includes("windows") ? ".exe" : "";
  if (words.length === 0) return [{ file: `expyrun${extension(Deno.build.target)}` }];
  const wanted = words.includes("--all") ? targets : words;
  return wanted.map((target) => {
    if (!targets.some((known) => known === target)) {
      throw new Error(`Unknown target "${target}"; known: --all, ${targets.join(", ")}`);
    }
    return { target, file: `expyrun-${target}${extension(target)}` };
  });
}

/** What a binary says of itself beside its version. */
async function stamp(): Promise<{ commit: string }> {
  const commit = Deno.env.get("EXPYRUN_COMMIT") ?? await output("git", ["rev-parse", "HEAD"]);
  return { commit: commit.trim() };
}

async function output(program: string, args: readonly string[]): Promise<string> {
  try {
    const command = new Deno.Command(program, { args: [...args], cwd: root, stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : "unknown";
  } catch {
    return "unknown";
  }
}

/** The folder's configuration makes the binary read packages from the node_modules folder beside the
 * code that it runs, by the rules of Node. */
async function makeStage(stage: string): Promise<void> {
  await bundle(stage);
  const config = { nodeModulesDir: "manual", lock: false };
  await Deno.writeTextFile(join(stage, "deno.json"), JSON.stringify(config));
  await Deno.writeTextFile(join(stage, "stamp.json"), JSON.stringify(await stamp()));
}

async function compile({ target, file }: Job): Promise<void> {
  const stage = await Deno.makeTempDir({ prefix: "expyrun-compile-" });
  try {
    await makeStage(stage);
    await compileStage({ target, file }, stage);
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function compileStage({ target, file }: Job, stage: string): Promise<void> {
  const path = join(dist, file);
  await deno([
    "compile",
    "--quiet",
    "--no-check",
    "--no-code-cache",
    "--allow-all",
    "--no-prompt",
    "--unstable-worker-options",
    "--unstable-raw-imports",
    ...target === undefined ? [] : ["--target", target],
    "--include",
    "stamp.json",
    "--include",
    "lib/runner/worker.js",
    "--output",
    path,
    "main.js",
  ], stage);
  const { size } = await Deno.stat(path);
  console.log(`${relative(root, path)}  ${(size / 2 ** 20).toFixed(1)} MiB`);
}

/** Lines as `sha256sum --check` reads them. */
async function writeSums(jobs: readonly Job[]): Promise<void> {
  const lines = await Promise.all(jobs.map(async ({ file }) => {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(dist, file)));
    return `${new Uint8Array(digest).toHex()}  ${file}\n`;
  }));
  await Deno.writeTextFile(join(dist, "SHA256SUMS"), lines.join(""));
}

if (import.meta.main) {
  const jobs = jobsOf(Deno.args);
  await Deno.mkdir(dist, { recursive: true });
  for (const job of jobs) await compile(job);
  if (jobs.some(({ target }) => target !== undefined)) await writeSums(jobs);
}
