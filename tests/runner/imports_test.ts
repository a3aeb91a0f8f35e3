import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { importHint } from "../../lib/runner/import_hint.ts";
import { permissionHint } from "../../lib/runner/permission_hint.ts";
import { binary, expyrun, withTempDir, writeFiles } from "../temp.ts";
import { run, withExperiment } from "./experiment.ts";

/** Serves two modules; the lock of the experiment holds `locked.js` alone. */
async function withServer(action: (address: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    const name = new URL(request.url).pathname;
    return new Response(`export default "${name}";\n`, {
      headers: { "content-type": "text/javascript" },
    });
  });
  try {
    await action(`http://localhost:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

async function lockOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

async function withLocked(
  main: (address: string) => string,
  text: string,
  check: (result: Awaited<ReturnType<typeof run>>, hint: string | undefined) => void,
): Promise<void> {
  await withServer(async (address) => {
    const lock = { version: "5", remote: { [`${address}/locked.js`]: await lockOf(text) } };
    const files = { "src/main.ts": main(address), "deno.lock": JSON.stringify(lock) };
    await withExperiment({ files, code: { lock: "deno.lock" } }, async (experiment) => {
      const result = await run(experiment, {
        env: { NO_COLOR: "1", DENO_DIR: join(experiment.outside, "cache") },
      });
      const tail = result.outcome.stderrTail;
      check(
        result,
        permissionHint(tail, experiment.record, [experiment.folder]) ??
          importHint(tail, experiment.record, [experiment.folder]),
      );
    });
  });
}

const served = `export default "/locked.js";\n`;
const imports = (path: string) => (address: string) =>
  `import text from "${address}/${path}"; export function main() { console.log(text); }`;
const dynamic = (address: string) =>
  `import "${address}/locked.js";
   export async function main() { await import("${address}" + "/other.js"); }`;

Deno.test("a locked import is downloaded where the cache lacks it", async () => {
  await withLocked(imports("locked.js"), served, ({ code, stdout, stderr }) => {
    assertEquals([code, stdout, stderr], [0, "/locked.js\n", ""]);
  });
});

Deno.test("a locked import that has changed is refused", async () => {
  await withLocked(imports("locked.js"), "something else", ({ code, stderr }) => {
    assertEquals(code === 0, false);
    assertMatch(stderr, /Integrity check failed/);
  });
});

Deno.test("an import that the lock does not hold is refused", async () => {
  await withLocked(dynamic, served, ({ code, stderr }, hint) => {
    assertEquals(code, 1);
    assertMatch(stderr, /lockfile is out of date/);
    assertMatch(hint ?? "", /^An experiment imports only what its lock holds/);
  });
});

Deno.test({
  name: "a host that is granted is one to lock imports from",
  // A binary locks nothing.
  ignore: binary !== undefined,
  fn: () =>
    withServer((address) =>
      withTempDir(async (cwd) => {
        const { host } = new URL(address);
        const section = (more: string) =>
          `__run__: { __main__: "a:main", __output_dir__: out, __name__: x${more} }\n`;
        await writeFiles(cwd, {
          "a.ts": `import name from "${address}/granted.js";\n` +
            "export function main() { console.log(name); }\n",
          "config.yml": section(""),
          "denied.yml": section(
            `, __permissions__: { import: { allow: true, deny: ["${host}"] } }`,
          ),
          "granted.yml": section(`, __permissions__: { import: ["${host}"] }`),
        });
        const refused = await expyrun(["config.yml"], { cwd });
        assertEquals(refused.exitCode, 125);
        assertStringIncludes(
          refused.stderr,
          `hint: Grant it: __run__: { __permissions__: { import: ["${host}"] } }\n`,
        );
        const denied = await expyrun(["denied.yml"], { cwd });
        assertEquals(denied.exitCode, 125);
        const granted = await expyrun(["--quiet", "granted.yml"], { cwd });
        assertEquals([granted.stderr, granted.stdout], ["", "/granted.js\n"]);
      })
    ),
});
