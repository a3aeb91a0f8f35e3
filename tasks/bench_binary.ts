/**
 * What the compiled binary costs, as ratios to programs that are compiled alone, measured in turn:
 *
 *     deno task bench:binary
 *
 * It measures dist/expyrun, or what EXPYRUN_BINARY names. With the denort of QuickJS, which tests may
 * use, computing is slower and a whole run may take five times a bare one; else three times.
 *
 * @module
 */
import { join } from "node:path";
import { root, run, withTempDir, writeFiles } from "../tests/temp.ts";
import { alternate, finish } from "./measure.ts";

const binary = Deno.env.get("EXPYRUN_BINARY") ?? join(root, "dist", "expyrun");
const extraBytes = 2 * 2 ** 20;

const files = {
  "config.yml":
    "__run__: { __main__: 'hello:main', __output_dir__: out, __name__: hello }\nseed: 1\n",
  "hello.ts": "export function main(name: string, config: unknown) {\n" +
    "  console.log(name, JSON.stringify(config));\n}\n",
  "bare.ts": 'import { main } from "./hello.ts";\nmain("hello", { seed: 1 });\n',
  "world.ts": 'console.log("Hello, world!");\n',
};

async function compile(name: string, cwd: string): Promise<string> {
  const args = ["compile", "-q", "-A", "--no-check", "--no-code-cache", "-o", name, `${name}.ts`];
  const { exitCode, stderr } = await run(Deno.execPath(), args, { cwd });
  if (exitCode !== 0) throw new Error(stderr);
  return join(cwd, name);
}

async function bench(cwd: string): Promise<boolean> {
  await writeFiles(cwd, files);
  const [bare, world] = [await compile("bare", cwd), await compile("world", cwd)];
  const [version, hello] = await alternate(
    20,
    { run: () => finish([binary, "--version"], cwd) },
    { run: () => finish([world], cwd) },
  );
  const [whole, alone] = await alternate(
    20,
    { run: () => finish([binary, "--quiet", "config.yml"], cwd) },
    { run: () => finish([bare], cwd) },
  );
  const quickJs = Deno.env.get("DENORT_BIN") !== undefined;
  const [size, least] = await Promise.all([binary, world].map((path) => Deno.stat(path)));
  return [
    report("start of --version, to a hello world", version! / hello!, 1.3),
    report("whole run, to the entry alone", whole! / alone!, quickJs ? 5 : 3),
    report(
      "size beyond a hello world, MiB",
      (size!.size - least!.size) / 2 ** 20,
      extraBytes / 2 ** 20,
    ),
  ].every(Boolean);
}

function report(name: string, value: number, goal: number): boolean {
  const isMet = value <= goal;
  console.log(`${name.padEnd(40)} ${value.toFixed(2)} (goal: ${goal})${isMet ? "" : "  ABOVE"}`);
  return isMet;
}

if (import.meta.main) {
  const met = await withTempDir(bench);
  if (!met) console.error("Some figures are above their goals");
}
