import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError } from "../lib/errors.ts";
import { loaded, loadingError } from "../lib/loading.ts";
import { root, run, withTempDir } from "./temp.ts";

const folder = "failed to create directory '/x/npm/a.tmp': Permission denied (os error 13)";

Deno.test("a part of expyrun that cannot be loaded", async (t) => {
  const cases: [why: string, hint: string][] = [
    [folder, "make that folder writable"],
    ["error sending request for url (https://x/): dns error", "try again with the network"],
    ['npm package not found in cache: "a", --cached-only is specified.', "set DENO_DIR to a cache"],
  ];
  for (const [why, hint] of cases) {
    await t.step(why, async () => {
      const message = `Failed caching npm package 'a@1.0.0'\n    0: ${why}`;
      const error = Object.assign(new TypeError(message), { code: "ERR_MODULE_NOT_FOUND" });
      const { problem } = await assertRejects(() => loaded(Promise.reject(error)), ExpyrunError);
      assertEquals(
        problem.message,
        `Cannot load a part of expyrun: Deno says "Failed caching npm package 'a@1.0.0'"`,
      );
      assertEquals(problem.notes, [{ message: why }]);
      assertEquals(problem.hint?.includes(hint), true);
    });
  }
});

Deno.test("what Deno really throws is recognized; any other error is not", async () => {
  const missing = "./no_such_module.ts";
  await assertRejects(() => loaded(import(missing)), ExpyrunError, "Cannot load");
  assertEquals(loadingError(new TypeError("x is not a function")), undefined);
  assertEquals(loadingError(new Deno.errors.NotFound("x")), undefined);
});

Deno.test("the sources load their parts when they need them: without a cache or a network that is an error", async () => {
  await withTempDir(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "config.yml"), "a: 1\n");
    const args = ["run", "-A", join(root, "main.ts"), "resolve", "config.yml"];
    const env = { DENO_DIR: "config.yml/cache", NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
    const { exitCode, stderr } = await run(Deno.execPath(), args, { cwd, env });
    assertEquals(exitCode, 125);
    assertMatch(
      stderr,
      /error: Cannot load a part of expyrun: Deno says .*\n[^]* {2}= hint: Deno .*DENO_DIR/,
    );
  });
});
