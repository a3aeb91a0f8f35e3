/**
 * Holds README.md to its word. What it may use:
 *
 * - A fenced block whose first line is a comment with a file's name (`# config.yml`, `// src/a.ts`)
 *   is a file; a later one of the same name replaces it.
 * - A `console` block is a session: lines that begin with `$ ` are commands for /bin/sh, in which
 *   `expyrun` is the program; the lines below are all that they print, stderr included. `...`
 *   stands for any text, and lengths of time may differ. All sessions run one after another in one
 *   folder, with the files as written so far. Every command must end as its exit code comment says
 *   (`$ expyrun x.yml # exit code 2`); without one, any exit code will do.
 * - `<!-- expyrun --help -->` before a block: generated, see tasks/readme.ts.
 * - Any `yaml` block must be readable; any `deno task X` must be a task.
 *
 * Blocks in other languages (`sh` for what cannot run here, `text`) are left alone.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { parse } from "@std/yaml";
import metadata from "../deno.json" with { type: "json" };
import { regenerate } from "../tasks/readme.ts";
import { matches, patternOf } from "./pattern.ts";
import { blocks, fileOf, sessionOf } from "./readme.ts";
import { program, root, run, withTempDir, writeFiles } from "./temp.ts";

const readme = await Deno.readTextFile(join(root, "README.md"));
const version = metadata.version;

Deno.test("README: the files and sessions are true", async () => {
  await withTempDir(async (tmp) => {
    for (const block of blocks(readme)) {
      const file = fileOf(block);
      if (file) await writeFiles(tmp, file);
      for (const { command, output, exitCode } of sessionOf(block)) {
        const ended = await shell(command, tmp);
        compare(command, ended.stdout, output, tmp);
        if (exitCode !== undefined) assertEquals(ended.exitCode, exitCode, command);
      }
    }
  });
});

function shell(command: string, cwd: string) {
  const start = program.map((word) => `'${word}'`).join(" ");
  const script = `exec 2>&1\nexpyrun() { ${start} "$@"; }\n${command}`;
  return run("/bin/sh", ["-c", script], { cwd });
}

function compare(command: string, text: string, output: string, tmp: string): void {
  const known = { tmp, version };
  const pattern = patternOf(output, known).replaceAll("...", "[WILDCARD]");
  if (!matches(text, pattern, known)) assertEquals(patternOf(text, known), pattern, command);
}

Deno.test("README: the help is what the program prints", async () => {
  assertEquals(readme, await regenerate(readme), "run `deno task readme --write`");
  assert(readme.includes("<!-- expyrun --help -->"), "the help is generated");
});

Deno.test("README: every YAML block can be read", () => {
  for (const { language, text } of blocks(readme)) if (language === "yaml") parse(text);
});

Deno.test("README: every task exists", () => {
  const named = [...readme.matchAll(/\bdeno(?:@[\d.]+)? task (?:-\w+ )*(\w+)/g)].map(([, name]) =>
    name!
  );
  assertEquals(named.filter((name) => !(name in metadata.tasks)), []);
  assert(named.length > 0);
});

Deno.test("README: blocks, files and sessions are read as described", () => {
  const text =
    "x\n```yaml\n# a/b.yml\nk: 1\n```\n```console\n$ one # exit code 2\nout\n$ two\n```\n";
  const [file, session] = blocks(text);
  assertEquals(fileOf(file!), { "a/b.yml": "# a/b.yml\nk: 1\n" });
  assertEquals(sessionOf(file!), []);
  assertEquals(fileOf(session!), undefined);
  assertEquals(sessionOf(session!), [
    { command: "one # exit code 2", output: "out\n", exitCode: 2 },
    { command: "two", output: "" },
  ]);
});
