/**
 * The little language of the tests: temporary folders, trees of files as plain values, and
 * processes as plain values.
 *
 * @module
 */
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Files by their path relative to some folder, written with `/`; the values are their texts. */
export type Files = Readonly<Record<string, string>>;

/**
 * Calls `use` with the real path of a fresh folder, which is removed afterwards.
 *
 * @example
 * ```ts
 * import { readFiles, withTempDir, writeFiles } from "./temp.ts";
 *
 * await withTempDir(async (folder) => {
 *   await writeFiles(folder, { "src/a.ts": "export {};\n" });
 *   console.assert((await readFiles(folder))["src/a.ts"] === "export {};\n");
 * });
 * ```
 */
export async function withTempDir<T>(use: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "expyrun-test-" }));
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes files below a folder, and the folders that they need. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}

/** Reads every file below a folder, sorted by path. A symbolic link reads as `-> target`. */
export async function readFiles(folder: string): Promise<Files> {
  const files: [string, string][] = [];
  for await (const path of walk(folder)) {
    const { isSymlink } = await Deno.lstat(path);
    const text = isSymlink ? `-> ${await Deno.readLink(path)}` : await Deno.readTextFile(path);
    files.push([relative(folder, path).replaceAll("\\", "/"), text]);
  }
  return Object.fromEntries(files.sort(([a], [b]) => a < b ? -1 : 1));
}

/** The paths of everything below a folder that is no folder itself. */
async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}

/** How a process ended, and what it said. */
export interface Ended {
  /** 128 + N when signal N ended it. */
  readonly exitCode: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a process gets besides its words. */
export interface Surroundings {
  readonly cwd?: string;
  /** Variables beside those of the tests; `null` removes one. `NO_COLOR` is set by default. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Standard input; none by default. */
  readonly stdin?: string;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env, stdin }: Surroundings = {},
): Promise<Ended> {
  const process = new Deno.Command(program, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    clearEnv: true,
    env: environment(env ?? {}),
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [{ code, signal, stdout, stderr }] = await Promise.all([
    process.output(),
    stdin === undefined ? undefined : feed(process.stdin, stdin),
  ]);
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { exitCode: code, signal, stdout: out!, stderr: err! };
}

/** The program may end without reading all: then the pipe breaks, which is its own affair. */
async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
}

function environment(changes: Readonly<Record<string, string | null>>): Record<string, string> {
  const all = { ...Deno.env.toObject(), NO_COLOR: "1", ...changes };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** A process that has ended, but whose parent has not asked for it, is not alive. */
export function isAlive(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] })
    .outputSync();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

/** The root of the repository, absolute. */
export const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

const named = Deno.env.get("EXPYRUN_BINARY") || undefined;

/** The compiled program that the tests are to run; undefined: the sources, in `deno run`. */
export const binary: string | undefined = named && resolve(root, named);

/** The module to run in `deno run`: the sources', or that of a package. */
const main = resolve(root, Deno.env.get("EXPYRUN_MODULE") || "main.ts");

/** The words that start the program under test: `deno run -A main.ts`, or the binary. */
export const program: readonly [string, ...string[]] = binary !== undefined
  ? [binary]
  : [Deno.execPath(), "run", "-A", main];

/** Runs expyrun: the sources, or what `EXPYRUN_BINARY` or `EXPYRUN_MODULE` names. */
export function expyrun(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const [first, ...rest] = program;
  return run(first, [...rest, ...args], surroundings);
}
