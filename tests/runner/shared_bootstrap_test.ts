/** The file that every experiment begins with is one for all runs, where it can be kept. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { expyrun, withTempDir, writeFiles } from "../temp.ts";
import { embedded } from "./experiment.ts";

const script = `
export function main(): void {
  localStorage.setItem("runs", String(Number(localStorage.getItem("runs")) + 1));
  const { pathname } = new URL(Deno.mainModule);
  const [name, folder] = pathname.split("/").reverse();
  const named = Deno.env.get("XDG_CACHE_HOME") + "/expyrun";
  const tries = [
    () => Deno.writeTextFileSync(pathname, ""),
    () => Deno.writeTextFileSync(named + "/" + name, ""),
    () => Deno.renameSync(named + "/" + name, "elsewhere"),
    () => Deno.removeSync(named, { recursive: true }),
    () => Deno.linkSync(pathname, "link"),
    () => Deno.writeTextFileSync(new URL(import.meta.url), ""),
  ];
  const refused = tries.map((go) => {
    try {
      go();
      return "done";
    } catch (error) {
      return (error as Error).name;
    }
  });
  console.log(folder, localStorage.getItem("runs"), ...new Set(refused));
}
`;

const files = {
  "config.yml":
    "__run__: { __main__: main:main, __output_dir__: out, __name__: x, __permissions__: { write: true } }\n",
  "main.ts": script,
};

function test(name: string, use: (cwd: string, cache: string) => Promise<void>): void {
  Deno.test({
    name: `bootstrap: ${name}`,
    // The binary carries it.
    ignore: embedded || Deno.build.os === "windows",
    fn: () =>
      withTempDir(async (cwd) => {
        await writeFiles(cwd, files);
        await use(cwd, join(cwd, "cache"));
      }),
  });
}

async function runs(cwd: string, cache: string, output: string | RegExp): Promise<void> {
  const env = { XDG_CACHE_HOME: cache, DENO_DIR: denoDir() };
  const { stdout, stderr } = await expyrun(["--quiet", "config.yml"], { cwd, env });
  assertEquals(stderr, "");
  if (typeof output === "string") assertEquals(stdout, `${output}\n`);
  else assertMatch(stdout, output);
}

/** Where Deno keeps packages must not follow XDG_CACHE_HOME. */
function denoDir(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME")!, ".cache");
  return Deno.env.get("DENO_DIR") ?? join(home, "deno");
}

/** It was called from the cache, its storage was the run's own, and nothing could be written. */
const fromCache = "expyrun 1 NotCapable";
const fromFolder = /^\.expyrun 1 /;

function kept(cache: string): string {
  const names = Array.from(Deno.readDirSync(join(cache, "expyrun")), ({ name }) => name);
  assertEquals(names.length, 1);
  assertMatch(names[0]!, /^bootstrap-\d+\.\d+\.\d+-\d+\.mjs$/);
  return join(cache, "expyrun", names[0]!);
}

test("one for all runs, which share nothing else", async (cwd, cache) => {
  await runs(cwd, cache, fromCache);
  const { ino } = await Deno.stat(kept(cache));
  await runs(cwd, cache, fromCache);
  assertEquals((await Deno.stat(kept(cache))).ino, ino);
});

test("is put right when somebody has changed it", async (cwd, cache) => {
  await runs(cwd, cache, fromCache);
  const path = kept(cache);
  const text = await Deno.readTextFile(path);
  await Deno.chmod(path, 0o644);
  await Deno.writeTextFile(path, "console.log('changed');\n");
  await runs(cwd, cache, fromCache);
  assertEquals(await Deno.readTextFile(path), text);
});

test("by way of a symbolic link", async (cwd, cache) => {
  await Deno.mkdir(join(cwd, "real"));
  await Deno.symlink(join(cwd, "real"), cache);
  await runs(cwd, cache, fromCache);
});

test("in the folder where no cache can be written", async (cwd) => {
  await Deno.writeTextFile(join(cwd, "file"), "");
  await runs(cwd, join(cwd, "file"), fromFolder);
});

test("in the folder where a comma is in the way", async (cwd) => {
  await runs(cwd, join(cwd, "a,b"), fromFolder);
});
