import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { sha256 } from "../../lib/snapshotter/digest.ts";
import { fingerprint } from "../../lib/snapshotter/inputs.ts";
import { run, withTempDir, writeFiles } from "../temp.ts";

const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/** Later than any file of a test: none counts as written just now. */
const later = Date.now() + 3_600_000;

Deno.test("a file is told by its sha256", async () => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "a.csv": "hello" });
    const path = join(folder, "a.csv");
    assertEquals(await fingerprint(path), { kind: "file", path, bytes: 5, sha256: hello });
  });
});

Deno.test("a big file is hashed in pieces to the same digest", async () => {
  await withTempDir(async (folder) => {
    const path = join(folder, "big");
    const data = new Uint8Array(33 * 2 ** 20).map((_, i) => i * 7 + (i >> 12));
    await Deno.writeFile(path, data);
    assertEquals(await fingerprint(path), {
      kind: "file",
      path,
      bytes: data.length,
      sha256: await sha256(data),
    });
  });
});

Deno.test("a folder is told by its manifest", async () => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "data/b/x.txt": "", "data/a.csv": "hello" });
    const empty = await sha256("");
    assertEquals(await fingerprint(join(folder, "data")), {
      kind: "folder",
      path: join(folder, "data"),
      files: 2,
      bytes: 5,
      sha256: await sha256(`${hello} 5 a.csv\n${empty} 0 b/x.txt\n`),
    });
  });
});

Deno.test("every change of a folder changes its digest", async (t) => {
  const files = { "d/a": "1", "d/b": "2" };
  const changes: [string, (folder: string) => Promise<void>][] = [
    ["a file's contents", (folder) => Deno.writeTextFile(join(folder, "a"), "3")],
    ["a file's name", (folder) => Deno.rename(join(folder, "a"), join(folder, "c"))],
    ["one more file", (folder) => Deno.writeTextFile(join(folder, "c"), "")],
    ["one file less", (folder) => Deno.remove(join(folder, "a"))],
    ["contents swapped", async (folder) => {
      await Deno.writeTextFile(join(folder, "a"), "2");
      await Deno.writeTextFile(join(folder, "b"), "1");
    }],
  ];
  for (const [title, change] of changes) {
    await t.step(title, () =>
      withTempDir(async (folder) => {
        await writeFiles(folder, files);
        const path = join(folder, "d");
        const before = await fingerprint(path);
        await change(path);
        assertNotEquals((await fingerprint(path)).sha256, before.sha256);
      }));
  }
});

Deno.test("links are followed, in a circle once, and nowhere not at all", async () => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "real/a": "hello", "data/b": "" });
    const data = join(folder, "data");
    await Deno.symlink("../real", join(data, "linked"));
    await Deno.symlink(".", join(data, "circle"));
    await Deno.symlink("nowhere", join(data, "broken"));
    const found = await fingerprint(data);
    assertEquals(found.kind === "folder" && found.files, 2);
    assertEquals(found.bytes, 5);
  });
});

Deno.test("a missing input is an error of the file system", async () => {
  await withTempDir((folder) =>
    assertRejects(() => fingerprint(join(folder, "x")), Deno.errors.NotFound)
  );
});

Deno.test("a digest is kept while the file looks the same", async (t) => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "data/a": "hello", "data/tab\tand\\": "x", "data/c": "x" });
    const data = join(folder, "data");
    const cache = { folder: join(folder, "cache"), now: later };
    const first = await fingerprint(data, cache);
    assertEquals(first, await fingerprint(data));
    const [file] = [...Deno.readDirSync(join(cache.folder, "digests"))];
    const kept = join(cache.folder, "digests", file!.name);
    const text = await Deno.readTextFile(kept);
    const other = hello.replaceAll("2", "3");

    await t.step("it is used", async () => {
      await Deno.writeTextFile(kept, text.replace(hello, other));
      assertNotEquals(await fingerprint(data, cache), first);
      await Deno.writeTextFile(kept, text);
      assertEquals(await fingerprint(data, cache), first);
    });
    await t.step("another length", async () => {
      await Deno.writeTextFile(join(data, "a"), "hello!");
      assertEquals(await fingerprint(data, cache), await fingerprint(data));
    });
    await t.step("another time, the same length", async () => {
      await Deno.writeTextFile(join(data, "a"), "hellO!");
      await Deno.utime(join(data, "a"), 1, 1);
      assertEquals(await fingerprint(data, cache), await fingerprint(data));
    });
    await t.step("changed in place, its time set back", async () => {
      const path = join(data, "a");
      const { ctime: before } = await Deno.stat(path);
      const change = async () => {
        await Deno.writeTextFile(path, "hELLo!");
        await Deno.utime(path, 1, 1);
        return (await Deno.stat(path)).ctime;
      };
      // Deno tells the seconds of it only (2.9).
      while ((await change())?.getTime() === before?.getTime()) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assertEquals(await fingerprint(data, cache), await fingerprint(data));
    });
    await t.step("another file put in its place", async () => {
      await Deno.writeTextFile(join(data, "new"), "HELLO!");
      await Deno.utime(join(data, "new"), 1, 1);
      await Deno.rename(join(data, "new"), join(data, "a"));
      assertEquals(await fingerprint(data, cache), await fingerprint(data));
    });
    await t.step("a cache that is no cache", async () => {
      await Deno.writeTextFile(kept, "\0\tnonsense\n\t\t\t\t");
      assertEquals(await fingerprint(data, cache), await fingerprint(data));
    });
  });
});

Deno.test("what was written just now is not kept", async () => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "a": "hello" });
    const cache = { folder: join(folder, "cache"), now: Date.now() };
    await fingerprint(join(folder, "a"), cache);
    const [file] = [...Deno.readDirSync(join(cache.folder, "digests"))];
    assertEquals(await Deno.readTextFile(join(cache.folder, "digests", file!.name)), "");
  });
});

Deno.test("a cache that cannot be written is no failure", async () => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "a": "hello", "file": "" });
    const cache = { folder: join(folder, "file"), now: later };
    assertEquals((await fingerprint(join(folder, "a"), cache)).sha256, hello);
  });
});

Deno.test("many at a time write the cache, and it stays whole", async () => {
  await withTempDir(async (folder) => {
    const names = Array.from({ length: 50 }, (_, i) => [`data/${i}`, `${i}`]);
    await writeFiles(folder, Object.fromEntries(names));
    const code = `
      import { fingerprint } from ${
      JSON.stringify(import.meta.resolve("../../lib/snapshotter/inputs.ts"))
    };
      const cache = { folder: ${JSON.stringify(join(folder, "cache"))}, now: ${later} };
      console.log((await fingerprint(${JSON.stringify(join(folder, "data"))}, cache)).sha256);`;
    const ended = await Promise.all(
      Array.from({ length: 8 }, () => run(Deno.execPath(), ["eval", code])),
    );
    const { sha256 } = await fingerprint(join(folder, "data"));
    assertEquals(ended.map(({ stdout }) => stdout), Array(8).fill(`${sha256}\n`));
    assertEquals([...Deno.readDirSync(join(folder, "cache/digests"))].length, 1);
  });
});
