/**
 * What holds of an experiment in a child `deno run` holds in a Worker, too: the same tests once more,
 * with the other runtime. They run against the binary that EXPYRUN_BINARY names, else the sources.
 */
import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, run } from "../temp.ts";
import { embedded } from "./experiment.ts";

const here = dirname(fileURLToPath(import.meta.url));

for (const name of ["ahead", "endings", "output", "scope", "signals"]) {
  Deno.test({ name: `in a Worker: ${name}`, ignore: embedded, fn: () => passes(name) });
}

async function passes(name: string): Promise<void> {
  const file = join(here, `${name}_test.ts`);
  const env = { EXPYRUN_TEST_RUNTIME: "embedded" };
  const { exitCode, stdout } = await run(
    Deno.execPath(),
    ["test", "-A", "--no-check", file],
    { cwd: root, env },
  );
  assertEquals(exitCode, 0, stdout);
}
