/**
 * Bundles the program: what is published and what is compiled are a few files without a package
 * among them, which starts in three quarters of the time that the sources take.
 *
 *     deno task bundle                           dist/package/, as JSR gets it
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import metadata from "../deno.json" with { type: "json" };
import { deno } from "./deno.ts";
import { compileEagerly, type Executed, readExecuted } from "./eager.ts";
import { licensesOf } from "./licenses.ts";
import { markPure } from "./shake.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The program, and the Worker that it opens. */
const modules = ["main.ts", "lib/runner/worker.ts"];

/**
 * Writes main.js, the files beside it that it loads when it needs them, and lib/runner/worker.js,
 * which it opens as a Worker.
 *
 * @param into the folder, which must exist, absolute
 * @param runsAtOnce whether main.js loads what a run needs with itself
 * @throws {Error} when bundling fails
 */
export async function bundle(into: string, runsAtOnce = false): Promise<void> {
  const sources = join(into, "src");
  await copySources(sources);
  if (runsAtOnce) await loadAtOnce(join(sources, "main.ts"));
  const words = ["bundle", "--quiet", "--platform", "deno", "--minify", "--code-splitting"];
  await deno([...words, "--outdir", into, ...modules], sources);
  await Deno.remove(sources, { recursive: true });
}

/** Not the sources themselves: with a node_modules folder beside them a bundle names its paths. */
async function copySources(into: string): Promise<void> {
  await Deno.mkdir(into, { recursive: true });
  for (const name of ["main.ts", "deno.lock"]) {
    await Deno.copyFile(join(root, name), join(into, name));
  }
  await copyFolder(join(root, "lib"), join(into, "lib"));
  // Deno reads it as it is at the start of each experiment.
  const bootstrap = join(into, "lib", "runner", "bootstrap.js");
  const words = ["bundle", "--quiet", "--platform", "deno", "--minify", bootstrap];
  await Deno.writeTextFile(bootstrap, await deno(words, into));
  const yaml = await Deno.readTextFile(new URL(import.meta.resolve("js-yaml")));
  await Deno.writeTextFile(join(into, "js-yaml.mjs"), markPure(yaml));
  const imports = { ...metadata.imports, "js-yaml": "./js-yaml.mjs" };
  await Deno.writeTextFile(join(into, "deno.json"), JSON.stringify({ ...metadata, imports }));
}

/**
 * Most of what is started is a run, and Deno takes a millisecond to load anything later. Not in a
 * binary, where nothing keeps compiled code: there each verb loads what it needs.
 */
async function loadAtOnce(main: string): Promise<void> {
  const text = await Deno.readTextFile(main);
  const [later, atOnce] = ['import("./lib/run.ts")', "Promise.resolve(run)"];
  if (!text.includes(later)) throw new Error(`${main} does not load lib/run.ts as expected`);
  const loading = 'import * as run from "./lib/run.ts";\n';
  await Deno.writeTextFile(main, loading + text.replace(later, atOnce));
}

async function copyFolder(from: string, into: string): Promise<void> {
  await Deno.mkdir(into, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const copy = isDirectory ? copyFolder : Deno.copyFile;
    await copy(join(from, name), join(into, name));
  }
}

/**
 * Makes the package that is published: the bundle, and what a reader of it needs.
 *
 * @param into the folder, absolute; what it holds is removed
 */
export async function makePackage(into: string): Promise<void> {
  await Deno.remove(into, { recursive: true }).catch(() => {});
  await Deno.mkdir(join(into, "schema"), { recursive: true });
  await bundle(into, true);
  const main = join(into, "main.js");
  for (const [file, executed] of await calledByRun(main)) {
    await Deno.writeTextFile(file, compileEagerly(await Deno.readTextFile(file), executed));
  }
  // It exports nothing; JSR wants to be told.
  await Deno.writeTextFile(join(into, "main.d.ts"), "export {};\n");
  const types = '// @ts-self-types="./main.d.ts"\n';
  await Deno.writeTextFile(main, types + await Deno.readTextFile(main));
  const { name, version, license } = metadata;
  const config = { name, version, license, exports: "./main.js" };
  await Deno.writeTextFile(join(into, "deno.json"), `${JSON.stringify(config, null, 2)}\n`);
  await Deno.writeTextFile(join(into, "LICENSES.txt"), await licensesOf(modules, root));
  for (const file of ["README.md", "CHANGELOG.md", "LICENSE", "schema/record.schema.json"]) {
    await Deno.copyFile(join(root, file), join(into, file));
  }
}

/** The functions that a run of an experiment calls, by the files beside the program's. */
async function calledByRun(main: string): Promise<Map<string, Executed>> {
  const folder = await Deno.makeTempDir({ prefix: "expyrun-bundle-" });
  try {
    const section = "{ __main__: 'hello:main', __output_dir__: out, __name__: hello }";
    await Deno.writeTextFile(join(folder, "config.yml"), `__run__: ${section}\nseed: 1\n`);
    await Deno.writeTextFile(join(folder, "hello.ts"), "export const main = console.log;\n");
    await deno(
      ["run", "-A", "--coverage=coverage", main, "--quiet", "config.yml", "--seed", "2"],
      folder,
    );
    return await readExecuted(join(folder, "coverage"), dirname(main));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const into = join(root, "dist", "package");
  await makePackage(into);
  console.log(relative(root, into));
}
