/** What Deno keeps of a run in its cache, which all programs of the user share. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { expyrun, run, withTempDir, writeFiles } from "../temp.ts";
import { embedded } from "./experiment.ts";

const cases: readonly [name: string, env: Record<string, string>, kept: string[]][] = [
  ["a copy leaves nothing there", {}, []],
  ["unless the user wants it", { DENO_EMIT_CACHE_MODE: "normal" }, ["hello.ts.js"]],
];
for (const [name, env, kept] of cases) {
  Deno.test({
    name: `Deno's cache: ${name}`,
    // In the binary nothing goes there.
    ignore: embedded || Deno.build.os === "windows",
    fn: () =>
      withTempDir(async (folder) => {
        await writeFiles(folder, {
          "config.yml": "__run__: { __main__: hello:main, __output_dir__: out, __name__: hello }\n",
          "hello.ts": "export const main = (name: string): void => console.log(name);\n",
        });
        const { stdout } = await expyrun(["config.yml"], { cwd: folder, env });
        assertEquals(stdout, "hello\n");
        const cached = join(await cacheFolder(), "gen", "file");
        assertEquals(transpiled(cached, join(folder, "out/hello/exp.0")), kept);
        await Deno.remove(join(cached, folder), { recursive: true }).catch(() => {});
      }),
  });
}

async function cacheFolder(): Promise<string> {
  const { stdout } = await run(Deno.execPath(), ["info", "--json"], { cwd: "/" });
  return JSON.parse(stdout).denoDir;
}

function transpiled(cache: string, folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(join(cache, folder)), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
