/**
 * The little language of the snapshotter's tests: projects as plain values, snapshots of them, and
 * frozen runs of the copies.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError, type Place, type Problem, render, type Source } from "../../lib/errors.ts";
import type { RunSpec } from "../../lib/resolver/run_section.ts";
import { findEntryPoint } from "../../lib/snapshotter/entry_point.ts";
import { claimFolder, type ExperimentFolder } from "../../lib/snapshotter/folder.ts";
import type { CodeRecord, RunRecord } from "../../lib/snapshotter/record.ts";
import { writeRecord } from "../../lib/snapshotter/record_file.ts";
import { referToOriginal, takeSnapshot } from "../../lib/snapshotter/snapshot.ts";
import { type Ended, root, run } from "../temp.ts";
import { tellingWorld } from "../world.ts";

const text = `__run__:
  __main__: "src.main:main"
  __output_dir__: "out"
  __code__: .
  __include__: ["data"]
`;
const source: Source = { name: "config.yml", path: "/config.yml", text };

/** The place of a word of the configuration that the tests pretend to have. */
export function placeOf(word: string): Place {
  const start = text.indexOf(word);
  return { kind: "file", source, start, end: start + word.length };
}

/** What a test says of a run; paths are relative to the project. */
export interface Wish {
  readonly main?: string;
  readonly code?: string;
  readonly outputDir?: string;
  readonly include?: readonly string[];
}

/** The run section of a project in `folder`; the output directory is `../out` beside it. */
export function specOf(folder: string, wish: Wish = {}): RunSpec {
  const [module = "", name = "main"] = (wish.main ?? "src.main:main").split(":");
  const nothing = { allow: false, deny: false } as const;
  const names = ["read", "write", "net", "env", "sys", "run", "ffi", "import"] as const;
  return {
    main: { module, function: name, place: placeOf('"src.main:main"') },
    name: "test",
    namePlace: placeOf("__run__"),
    outputDir: join(folder, wish.outputDir ?? "../out"),
    outputDirPlace: placeOf('"out"'),
    code: join(folder, wish.code ?? "."),
    include: (wish.include ?? []).map((path) => ({ path, place: placeOf('"data"') })),
    permissions: Object.fromEntries(names.map((name) => [name, nothing])),
  } as unknown as RunSpec;
}

/** A snapshot that was taken. */
export interface Taken {
  readonly folder: ExperimentFolder;
  readonly code: CodeRecord;
  readonly warnings: readonly Problem[];
}

/** Prepares the code of a project, as the program does; with `debug` nothing is copied. */
export async function take(project: string, wish: Wish = {}, debug = false): Promise<Taken> {
  const spec = specOf(project, wish);
  const world = tellingWorld({ env: Deno.env.toObject() });
  const deno = { program: world.deno, env: world.env };
  const entry = await findEntryPoint(spec);
  const folder = await claimFolder({ ...spec, debug });
  const placed = debug
    ? await referToOriginal(spec, entry, folder, deno)
    : await takeSnapshot(spec, entry, folder, deno, world);
  const code = await placed.complete();
  await writeRecord(folder, recordOf(spec, folder, code));
  return { folder, code, warnings: world.warnings };
}

/** The record of a run that was just prepared. */
export function recordOf(spec: RunSpec, folder: ExperimentFolder, code: CodeRecord): RunRecord {
  return {
    format: 1,
    status: "prepared",
    name: spec.name,
    folder: folder.path,
    command: ["config.yml"],
    cwd: "/",
    versions: { expyrun: "0.0.0", ...Deno.version },
    runtime: "deno",
    code,
    permissions: spec.permissions,
    preparedAt: "2026-01-01T00:00:00.000Z",
  };
}

/** Runs the module of a snapshot as the product does: frozen, by its own configuration. */
export async function runFrozen({ code, folder }: Taken): Promise<Ended> {
  const config = code.config === undefined ? [] : ["--config", code.config];
  const lock = ["--lock", code.lock!];
  const module = join(code.root, code.module);
  const args = ["run", "-q", "-R", "-E", "--no-prompt", "--frozen", ...config, ...lock, module];
  return await run(Deno.execPath(), args, { cwd: folder.path });
}

/** Runs the module of a snapshot, and checks what it prints. */
export async function assertPrints(taken: Taken, stdout: string): Promise<void> {
  const { exitCode, stderr, ...ended } = await runFrozen(taken);
  assertEquals({ stdout: ended.stdout, exitCode, stderr }, { stdout, exitCode: 0, stderr: "" });
}

/** Checks that the action fails with exactly these words, the folder shown as `$DIR`. */
export async function assertRefuses(
  action: () => Promise<unknown>,
  folder: string,
  expected: string,
): Promise<void> {
  const error = await assertRejects(action, ExpyrunError) as ExpyrunError;
  const shown = render("error", error.problem, { color: false }).replaceAll(folder, "$DIR");
  assertEquals(`${error.problem.code}\n${shown}`, expected);
}

/**
 * Runs code that permission bits bind, as they do not bind root: without that capability.
 *
 * @returns what it prints, or nothing, loudly, where that cannot be done
 */
export async function bound(code: string): Promise<string | undefined> {
  const before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  const [program, ...words] = Deno.uid() === 0 ? [...before, Deno.execPath()] : [Deno.execPath()];
  const able = await run(program!, [...words, "--version"]).catch(() => undefined);
  if (able?.exitCode !== 0) return leftOut("permission bits: root, and no setpriv");
  const config = join(root, "deno.json");
  const args = [...words, "eval", "-q", "--no-lock", "--config", config, code];
  const { stdout, stderr } = await run(program!, args, { cwd: "/" });
  assertEquals(stderr, "");
  return stdout;
}

/** Says that something is not tested on this machine. */
export function leftOut(what: string): undefined {
  console.warn(`\n*** LEFT OUT, not tested here: ${what} ***`);
}
