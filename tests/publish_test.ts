/** What goes to the registry: the program, and what a reader of the package needs. */
import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { makePackage } from "../tasks/bundle.ts";
import { root, run, withTempDir, writeFiles } from "./temp.ts";

/** The import of the experiment's own module: it cannot be known before the run. */
function isEntryPoint(warning: string): boolean {
  return /unanalyzable-dynamic-import.*\n.*(bootstrap(-[A-Z0-9]{8})?|worker)\.js/.test(warning);
}

/** What a dry run in a folder says, and the files that it would send, relative and sorted. */
async function dryRun(cwd: string) {
  const words = ["publish", "--dry-run", "--allow-dirty"];
  const { exitCode, stderr } = await run(Deno.execPath(), words, { cwd });
  assertEquals(exitCode, 0, stderr);
  const files = [...stderr.matchAll(/^\s+(file:\S+)/gm)]
    .map(([, url]) => relative(cwd, fileURLToPath(url!)).replaceAll("\\", "/")).sort();
  const warnings = [...stderr.matchAll(/^warning\[.*\n.*$/gm)].map(([text]) => text);
  return { files, warnings };
}

Deno.test("publish: the sources hold the rules of the registry", async () => {
  const { files, warnings } = await dryRun(root);
  assertEquals(warnings.filter((text) => !isEntryPoint(text)), []);
  assert(files.includes("lib/errors.ts"));
  assert(!files.some((path) => /^(tests|tasks|examples|dist)\//.test(path)), String(files));
});

Deno.test("publish: the package is clean and holds the program alone", async () => {
  await withTempDir(async (folder) => {
    await makePackage(folder);
    const { files, warnings } = await dryRun(folder);
    assertEquals(warnings.filter((text) => !isEntryPoint(text)), []);
    const parts = files.filter((file) => /^[\w.]+-[A-Z0-9]{8}\.js$/.test(file));
    assert(parts.some((file) => file.startsWith("started-")), String(files));
    assertEquals(files.filter((file) => !parts.includes(file)), [
      "CHANGELOG.md",
      "LICENSE",
      "LICENSES.txt",
      "README.md",
      "deno.json",
      "lib/runner/worker.js",
      "main.d.ts",
      "main.js",
      "schema/record.schema.json",
    ]);
    const texts = await Promise.all(files.map((file) => Deno.readTextFile(join(folder, file))));
    // Neither where it was bundled, nor by whom.
    for (const text of texts) assert(!text.includes(root) && !text.includes(folder));
    const licenses = texts[files.indexOf("LICENSES.txt")]!;
    const packages = [...licenses.matchAll(/^(\S+)@\d+\.\d+\.\d+$/gm)].map(([, name]) => name);
    assertEquals(packages, ["@jspm/import-map", "deno-std", "ignore", "js-yaml", "modern-tar"]);
  });
});

const project = {
  "project/train.ts": "export const main = (name: string, config: { times: number }) =>\n" +
    "  console.log(name, config.times);\n",
  "project/config.yml":
    "__run__:\n  __main__: train:main\n  __output_dir__: out\n  __name__: n\ntimes: 2\n",
};

/** A copy that holds only what is published. */
async function publishedCopy(tmp: string): Promise<string> {
  const copy = join(tmp, "package");
  await makePackage(join(tmp, "made"));
  for (const file of (await dryRun(join(tmp, "made"))).files) {
    await Deno.mkdir(dirname(join(copy, file)), { recursive: true });
    await Deno.copyFile(join(tmp, "made", file), join(copy, file));
  }
  return copy;
}

/** What the compiled binary would take from node_modules and the import map. */
const installed = {
  "project/package.json": '{"dependencies": {"a": "1.0.0", "c": "1.0.0"}}\n',
  "project/deno.json": '{"imports": {"named": "npm:a@1", "@/": "./src/"}}\n',
  "project/node_modules/a/package.json": '{"name":"a","version":"1.0.0","exports":"./a.mjs"}\n',
  "project/node_modules/a/a.mjs": 'export const a = "a";\n',
  "project/node_modules/c/package.json": '{"name":"c","version":"1.0.0"}\n',
  "project/node_modules/c/index.js": 'module.exports = { c: require("node:path").join("c") };\n',
  "project/src/own.ts": 'export const own: string = "own";\n',
  "project/src/main.ts": `import { a } from "a"; import { a as named } from "named";
    import c from "c"; import { own } from "@/own.ts";
    export const main = () => console.log(a, named, c.c, own);\n`,
  "project/config.yml":
    "__run__:\n  __main__: src.main:main\n  __output_dir__: out\n  __name__: n\n",
};

Deno.test("publish: --runtime embedded takes packages from node_modules, and repeats", async () => {
  await withTempDir(async (tmp) => {
    const main = join(await publishedCopy(tmp), "main.js");
    await writeFiles(tmp, installed);
    const cwd = join(tmp, "project");
    for (const config of ["config.yml", "out/n/exp.0/config.yml"]) {
      const command = ["run", "-A", main, "--quiet", "--runtime", "embedded", config];
      const ended = await run(Deno.execPath(), command, { cwd });
      assertEquals(ended, { ...ended, exitCode: 0, stdout: "a a c own\n", stderr: "" });
      for (const path of ["node_modules", "src", "package.json", "deno.json"]) {
        await Deno.remove(join(cwd, path), { recursive: true }).catch(() => {});
      }
    }
  });
});

Deno.test("publish: what is published runs an experiment, and repeats it", async () => {
  await withTempDir(async (tmp) => {
    const copy = await publishedCopy(tmp);
    await writeFiles(tmp, project);
    const embedded = ["--runtime", "embedded", "out/n/exp.0/config.yml"];
    for (const words of [["config.yml", "--times", "3"], ["out/n/exp.0/config.yml"], embedded]) {
      const command = ["run", "-A", join(copy, "main.js"), "--quiet", ...words];
      const ended = await run(Deno.execPath(), command, { cwd: join(tmp, "project") });
      assertEquals(ended.stdout, "n 3\n", ended.stderr);
      assertEquals(ended.exitCode, 0);
    }
  });
});

Deno.test("publish: what the README links is in the package", async () => {
  await withTempDir(async (folder) => {
    await makePackage(folder);
    const readme = await Deno.readTextFile(join(folder, "README.md"));
    const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
    assert(linked.length > 0);
    const { files } = await dryRun(folder);
    for (const path of linked) assert(files.includes(path), path);
  });
});
