/**
 * Tests that need the compiled binary: what runs in `deno run` cannot show it.
 *
 * @module
 */
import { join } from "node:path";
import { binary, type Ended, expyrun, type Files, withTempDir, writeFiles } from "../temp.ts";

if (binary === undefined) {
  console.error(
    "LEFT OUT: tests of the compiled binary, for want of one: `deno task compile`, then " +
      "`deno task test:binary`",
  );
}

/** Declares a test that needs the binary, and gets a folder of its own. */
export function testBinary(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({ name: `binary: ${name}`, ignore: binary === undefined, fn: () => withTempDir(fn) });
}

/** A configuration that runs `main` of src/main.ts, with more lines of `__run__`. */
export function config(...lines: string[]): string {
  return ["__run__:", "__main__: src.main:main", "__output_dir__: out", "__name__: x", ...lines]
    .join("\n  ") + "\n";
}

/** Runs config.yml of a folder that gets the files. */
export async function runIn(
  folder: string,
  files: Files,
  args: readonly string[] = ["--quiet", "config.yml"],
  env: Readonly<Record<string, string | null>> = {},
): Promise<Ended> {
  await writeFiles(folder, { "config.yml": config(), ...files });
  return await expyrun(args, { cwd: folder, env });
}

/** The text of a file of the first experiment folder. */
export async function readRun(folder: string, path: string): Promise<string> {
  return await Deno.readTextFile(join(folder, "out/x/exp.0", path));
}
