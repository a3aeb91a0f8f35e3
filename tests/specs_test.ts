/** Runs the specs: see spec.ts for what they look like. */
import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { matches, patternOf } from "./pattern.ts";
import { type Case, isSpecFile, outputName, readCase, type Step } from "./spec.ts";
import {
  binary,
  type Ended,
  expyrun,
  program,
  readFiles,
  root,
  run,
  type Surroundings,
  withTempDir,
  writeFiles,
} from "./temp.ts";
import metadata from "../deno.json" with { type: "json" };

const specs = join(root, "tests", "specs");
const update = Deno.env.get("UPDATE") === "1";
const version = metadata.version;

for (const area of subfolders(specs)) {
  const names = subfolders(join(specs, area)).map((name) => `${area}/${name}`).filter(isChosen);
  if (names.length === 0) continue;
  Deno.test(`specs: ${area}`, async (t) => {
    await inParallel(names, (name) =>
      t.step({
        name,
        fn: () => check(name),
        // Steps that run side by side cannot be told apart by the sanitizers.
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
      }));
  });
}

function subfolders(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort();
}

function isChosen(name: string): boolean {
  return Deno.args.length === 0 || Deno.args.some((word) => name.startsWith(word));
}

async function inParallel<T>(items: readonly T[], use: (item: T) => Promise<unknown>) {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await use(item);
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, lane));
}

async function check(name: string): Promise<void> {
  const spec = await readCase(name, join(specs, name), update);
  const { runtime, steps } = spec.spec;
  if (runtime !== undefined && (runtime === "binary") !== (binary !== undefined)) return;
  await withTempDir(async (tmp) => {
    await copyInputs(spec.folder, tmp);
    for (const [index, step] of steps.entries()) {
      await checkStep(spec, index, await runStep(step, tmp), tmp);
    }
    await checkFiles(spec, tmp);
  });
}

async function copyInputs(from: string, to: string): Promise<void> {
  const inputs = Object.entries(await readFiles(from)).filter(([path]) => !isSpecFile(path));
  await writeFiles(to, Object.fromEntries(inputs));
}

function runStep({ args, shell, env, cwd, stdin }: Step, tmp: string): Promise<Ended> {
  const surroundings: Surroundings = {
    cwd: join(tmp, cwd ?? ""),
    env: Object.fromEntries(
      Object.entries(env ?? {}).map((
        [key, value],
      ) => [key, value?.replaceAll("[TMP]", tmp) ?? null]),
    ),
    ...(stdin === undefined ? {} : { stdin }),
  };
  if (shell === undefined) return expyrun(words(args!, tmp), surroundings);
  const start = program.map((word) => `'${word}'`).join(" ");
  return run("/bin/sh", ["-c", `expyrun() { ${start} "$@"; }\n${shell}`], surroundings);
}

function words(args: string | readonly string[], tmp: string): string[] {
  const list = typeof args === "string" ? args.split(/\s+/).filter((word) => word !== "") : args;
  return list.map((word) => word.replaceAll("[TMP]", tmp));
}

async function checkStep(spec: Case, index: number, ended: Ended, tmp: string): Promise<void> {
  const step = spec.spec.steps[index]!;
  const title = `step ${index + 1} (${step.shell ?? [step.args].flat().join(" ")})`;
  const said = `${title} printed\n${ended.stdout}${ended.stderr}`;
  assertEquals(ended.exitCode, step.exitCode ?? 0, `exit code: ${said}`);
  for (const stream of ["stderr", "stdout"] as const) {
    const file = outputName(spec.spec, index, stream);
    const pattern = step[stream] ?? spec.output[file] ?? "";
    const kept = step[stream] === undefined ? join(spec.folder, file) : undefined;
    await checkText(`${stream} of ${title}`, ended[stream], pattern, tmp, kept);
  }
}

async function checkFiles({ spec, folder, expected }: Case, tmp: string): Promise<void> {
  for (const [path, pattern] of Object.entries(expected)) {
    const text = await Deno.readTextFile(join(tmp, path));
    await checkText(path, text, pattern, tmp, join(folder, "expected", path));
  }
  for (const [path, wanted] of Object.entries(spec.files ?? {})) {
    const there = await Deno.lstat(join(tmp, path)).then(() => true, () => false);
    assertEquals(there, wanted !== false, `${path} exists`);
    if (typeof wanted !== "string") continue;
    await checkText(path, await Deno.readTextFile(join(tmp, path)), wanted, tmp);
  }
}

/** Compares; under UPDATE=1, writes what is kept in a file and differs. */
async function checkText(
  title: string,
  text: string,
  pattern: string,
  tmp: string,
  kept?: string,
): Promise<void> {
  const known = { tmp, version };
  if (matches(text, pattern, known)) return;
  const actual = patternOf(text, known);
  if (!update || kept === undefined) return assertEquals(actual, pattern, title);
  await Deno.mkdir(dirname(kept), { recursive: true });
  await (actual === "" ? Deno.remove(kept) : Deno.writeTextFile(kept, actual));
}
