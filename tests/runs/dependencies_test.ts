import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError } from "../../lib/errors.ts";
import { cachedDependencies } from "../../lib/runs/dependencies.ts";
import { sha256 } from "../../lib/snapshotter/digest.ts";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import type { RunRecord } from "../../lib/snapshotter/record.ts";
import { type Files, withTempDir, writeFiles } from "../temp.ts";
import { tellingWorld } from "../world.ts";

const record = { code: { module: "src/main.ts" } } as unknown as RunRecord;
const nowhere = "http://127.0.0.1:9";

async function packed(lock: unknown, cache: Files, own = false): Promise<string[]> {
  return await withTempDir(async (root) => {
    const folder = openFolder(join(root, "exp.0"));
    const at = own ? "exp.0/.expyrun/deno" : "cache";
    await writeFiles(root, {
      "exp.0/deno.lock": JSON.stringify(lock),
      "exp.0/deno.json": "{}",
      "exp.0/src/main.ts": "export {};",
      ...Object.fromEntries(Object.entries(cache).map(([path, text]) => [`${at}/${path}`, text])),
    });
    const env = {
      HOME: root,
      DENO_DIR: join(root, "cache"),
      HTTPS_PROXY: nowhere,
      HTTP_PROXY: nowhere,
    };
    const files = await cachedDependencies(folder, record, tellingWorld({ env }));
    for (const { path, source } of files) {
      assertEquals(await Deno.readTextFile(source), cache[path] ?? "elsewhere");
    }
    return files.map(({ path }) => path).sort();
  });
}

const npm = (name: string) => `npm/registry.npmjs.org/${name}`;
const remote = async (host: string, path: string) => `remote/${host}/${await sha256(path)}`;

Deno.test("the cached files of what a lock holds are found", async (t) => {
  const cache: Files = {
    [npm("ms/2.1.3/index.js")]: "a",
    [npm("ms/2.1.3/deep/x.js")]: "b",
    [npm("ms/2.0.0/index.js")]: "old",
    [npm("ms/registry.json")]: "{}",
    [npm("@scope/name/1.0.0-beta.1/index.js")]: "c",
    [await remote("https/deno.land", "/x/a.ts?b=1")]: "d",
    [await remote("http/127.0.0.1_PORT8000", "/m.ts")]: "e",
    [await remote("https/jsr.io", "/@std/x/meta.json")]: "{}",
    [await remote("https/jsr.io", "/@std/x/1.0.0_meta.json")]:
      '{"manifest":{"/mod.ts":{},"/unused.ts":{}}}\n// denoCacheMetadata={"headers":{}}',
    [await remote("https/jsr.io", "/@std/x/1.0.0/mod.ts")]: "f",
  };
  const cases: [title: string, lock: unknown, expected: string[]][] = [
    ["an empty lock", { version: "5" }, []],
    ["a package", { npm: { "ms@2.1.3": {} } }, [
      npm("ms/2.1.3/deep/x.js"),
      npm("ms/2.1.3/index.js"),
    ]],
    ["a scoped one, with peers", { npm: { "@scope/name@1.0.0-beta.1_ms@2.1.3": {} } }, [
      npm("@scope/name/1.0.0-beta.1/index.js"),
    ]],
    [
      "a package for another system",
      { npm: { "other@1.0.0": { os: ["aix"], cpu: ["s390"] } } },
      [],
    ],
    ["remote modules", {
      remote: { "https://deno.land/x/a.ts?b=1": "", "http://127.0.0.1:8000/m.ts": "" },
    }, [
      await remote("http/127.0.0.1_PORT8000", "/m.ts"),
      await remote("https/deno.land", "/x/a.ts?b=1"),
    ]],
    [
      "a jsr package",
      { jsr: { "@std/x@1.0.0": {} } },
      [
        await remote("https/jsr.io", "/@std/x/1.0.0/mod.ts"),
        await remote("https/jsr.io", "/@std/x/1.0.0_meta.json"),
        await remote("https/jsr.io", "/@std/x/meta.json"),
      ].sort(),
    ],
  ];
  for (const [title, lock, expected] of cases) {
    for (const own of [false, true]) {
      await t.step(own ? `${title}, in a cache of the folder's own` : title, async () => {
        assertEquals(await packed(lock, cache, own), expected);
      });
    }
  }
});

Deno.test("a registry with a path of its own is looked through", async () => {
  const cache: Files = { "npm/example.com/mirror/npm/ms/2.1.3/index.js": "a" };
  await withTempDir(async (root) => {
    await writeFiles(root, {
      "exp.0/deno.lock": '{"npm":{"ms@2.1.3":{}}}',
      ...Object.fromEntries(Object.entries(cache).map(([path, text]) => [`cache/${path}`, text])),
    });
    const env = { DENO_DIR: join(root, "cache") };
    const files = await cachedDependencies(
      openFolder(join(root, "exp.0")),
      record,
      tellingWorld({ env }),
    );
    assertEquals(files.map(({ path }) => path), [npm("ms/2.1.3/index.js")]);
  });
});

Deno.test("what is neither cached nor to be had is an error that names it", async () => {
  for (const lock of [{ npm: { "ms@2.1.3": {} } }, { remote: { "https://x.example/a.ts": "" } }]) {
    const { problem } = await assertRejects(() => packed(lock, {}), ExpyrunError);
    assertEquals(problem.code, "lock");
    assertEquals(/"(npm:ms@2.1.3|https:\/\/x.example\/a.ts)" is not/.test(problem.message), true);
  }
});
