/** What goes to the registry: the program, and what a reader of the package needs. */
import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { root, run, withTempDir, writeFiles } from "./temp.ts";

/** The import of the experiment's own module: it cannot be known before the run. */
function isEntryPoint(warning: string): boolean {
  return warning.includes("unanalyzable-dynamic-import") && warning.includes("bootstrap.js");
}

/** What a dry run says, and the files that it would send, relative and sorted. */
async function dryRun() {
  const words = ["publish", "--dry-run", "--allow-dirty"];
  const { exitCode, stderr } = await run(Deno.execPath(), words, { cwd: root });
  const files = [...stderr.matchAll(/^\s+(file:\S+)/gm)]
    .map(([, url]) => relative(root, fileURLToPath(url!)).replaceAll("\\", "/")).sort();
  return { exitCode, stderr, files };
}

Deno.test("publish: the package is clean and holds the program alone", async () => {
  const { exitCode, stderr, files } = await dryRun();
  assertEquals(exitCode, 0, stderr);
  const warnings = [...stderr.matchAll(/^warning\[.*\n.*$/gm)].map(([text]) => text);
  const others = warnings.filter((text) => !isEntryPoint(text));
  assertEquals(others, [], stderr);
  const outside = files.filter((path) => !path.startsWith("lib/"));
  assertEquals(outside, [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "deno.json",
    "main.ts",
    "schema/record.schema.json",
  ]);
  assert(files.includes("lib/errors.ts"));
});

const project = {
  "project/train.ts": "export const main = (name: string, config: { times: number }) =>\n" +
    "  console.log(name, config.times);\n",
  "project/config.yml":
    "__run__:\n  __main__: train:main\n  __output_dir__: out\n  __name__: n\ntimes: 2\n",
};

Deno.test("publish: what is published runs an experiment, and repeats it", async () => {
  await withTempDir(async (tmp) => {
    const copy = join(tmp, "package");
    for (const file of (await dryRun()).files) {
      await Deno.mkdir(dirname(join(copy, file)), { recursive: true });
      await Deno.copyFile(join(root, file), join(copy, file));
    }
    await writeFiles(tmp, project);
    for (const words of [["config.yml", "--times", "3"], ["out/n/exp.0/config.yml"]]) {
      const command = ["run", "-A", join(copy, "main.ts"), "--quiet", ...words];
      const ended = await run(Deno.execPath(), command, { cwd: join(tmp, "project") });
      assertEquals(ended.stdout, "n 3\n", ended.stderr);
      assertEquals(ended.exitCode, 0);
    }
  });
});

Deno.test("publish: what the README links is in the package", async () => {
  const readme = await Deno.readTextFile(join(root, "README.md"));
  const { files } = await dryRun();
  const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
  assert(linked.length > 0);
  for (const path of linked) assert(files.includes(path), path);
});
