import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { changesText, isUnchanged, verifyFolder } from "../../lib/runs/verify.ts";
import { hashBlocks } from "../../lib/snapshotter/blocks.ts";
import { sha256 } from "../../lib/snapshotter/digest.ts";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import type { Changes, CodeRecord } from "../../lib/snapshotter/record.ts";
import { type Files, withTempDir, writeFiles } from "../temp.ts";

const files: Files = {
  "config.yml": "a: 1\n",
  "deno.lock": "{}\n",
  "results.json": "{}\n",
  "src/a.ts": "1\n",
  "src/deep/b.ts": "2\n",
  "data/c.csv": "3\n",
};

async function recorded() {
  const bytesOf = (text: string) => new TextEncoder().encode(text).length;
  const copied = await Promise.all(
    Object.entries(files).filter(([path]) => /^(src|data)/.test(path)).map(async (
      [path, text],
    ) => ({ path, bytes: bytesOf(text), sha256: await sha256(text) })),
  );
  const links = [{ path: "src/link.ts", link: "a.ts" }];
  return {
    code: {
      mode: "copy",
      roots: ["src", "data/c.csv", "gone"],
      files: [...copied, ...links],
    } as unknown as CodeRecord,
    digests: {
      "config.yml": await sha256(files["config.yml"]!),
      "deno.lock": await sha256(files["deno.lock"]!),
    },
  };
}

async function verified(change: (folder: string) => Promise<void>): Promise<Changes> {
  return await withTempDir(async (folder) => {
    await writeFiles(folder, files);
    await Deno.symlink("a.ts", join(folder, "src/link.ts"));
    await change(folder);
    return await verifyFolder(openFolder(folder), await recorded());
  });
}

const none: Changes = { changed: [], missing: [], added: [] };

Deno.test("what differs from the record is named", async (t) => {
  type Change = (folder: string) => Promise<void>;
  const write = (path: string, text: string): Change => (folder) =>
    writeFiles(folder, { [path]: text });
  const remove = (path: string): Change => (folder) =>
    Deno.remove(join(folder, path), { recursive: true });
  const cases: [title: string, Change, Partial<Changes>][] = [
    ["nothing", () => Promise.resolve(), {}],
    ["a result", write("results.json", "[]"), {}],
    ["a file beside the copy", write("new.txt", ""), {}],
    ["the same length", write("src/a.ts", "9\n"), { changed: ["src/a.ts"] }],
    ["another length", write("src/a.ts", "1\n\n"), { changed: ["src/a.ts"] }],
    ["a file deep down", write("src/deep/b.ts", ""), { changed: ["src/deep/b.ts"] }],
    ["an include", write("data/c.csv", "4\n"), { changed: ["data/c.csv"] }],
    ["a configuration", write("config.yml", "a: 2\n"), { changed: ["config.yml"] }],
    ["the lock", write("deno.lock", "{ }\n"), { changed: ["deno.lock"] }],
    ["a file removed", remove("src/a.ts"), { missing: ["src/a.ts"] }],
    ["the lock removed", remove("deno.lock"), { missing: ["deno.lock"] }],
    ["a link removed", remove("src/link.ts"), { missing: ["src/link.ts"] }],
    ["a folder removed", remove("src"), {
      missing: ["src/a.ts", "src/deep/b.ts", "src/link.ts"],
    }],
    ["a file where a folder was", async (folder) => {
      await remove("src/deep")(folder);
      await write("src/deep", "")(folder);
    }, { missing: ["src/deep/b.ts"], added: ["src/deep"] }],
    ["a file added", write("src/new/x.ts", ""), { added: ["src/new/x.ts"] }],
    ["a link that leads elsewhere", async (folder) => {
      await remove("src/link.ts")(folder);
      await Deno.symlink("deep/b.ts", join(folder, "src/link.ts"));
    }, { changed: ["src/link.ts"] }],
    ["a file that became a link to the same", async (folder) => {
      await Deno.rename(join(folder, "src/a.ts"), join(folder, "a.ts"));
      await Deno.symlink("../a.ts", join(folder, "src/a.ts"));
    }, { changed: ["src/a.ts"] }],
    ["a file that became a folder", async (folder) => {
      await remove("src/a.ts")(folder);
      await write("src/a.ts/x", "")(folder);
    }, { changed: ["src/a.ts"], added: ["src/a.ts/x"] }],
  ];
  for (const [title, change, expected] of cases) {
    await t.step(title, async () => {
      const changes = await verified(change);
      assertEquals(changes, { ...none, ...expected });
      assertEquals(isUnchanged(changes), Object.keys(expected).length === 0);
    });
  }
});

Deno.test("a run of the original code has no copy that could change", async () => {
  await withTempDir(async (folder) => {
    const { code, digests } = await recorded();
    await writeFiles(folder, { "config.yml": "a: 1\n", "deno.lock": "{}\n" });
    const record = { code: { ...code, mode: "original" } as CodeRecord, digests };
    assertEquals(await verifyFolder(openFolder(folder), record), none);
  });
});

Deno.test("thousands of files keep their answers", async () => {
  await withTempDir(async (folder) => {
    const names = Array.from({ length: 1000 }, (_, i) => `src/${i}.ts`);
    await writeFiles(folder, Object.fromEntries(names.map((name) => [name, name])));
    const copied = await Promise.all(names.map(async (path) => ({
      path,
      bytes: path.length,
      sha256: await sha256(path === "src/777.ts" ? "src/778.ts" : path),
    })));
    const code = { mode: "copy", roots: ["src"], files: copied } as unknown as CodeRecord;
    const changes = await verifyFolder(openFolder(folder), { code });
    assertEquals(changes, { ...none, changed: ["src/777.ts"] });
  });
});

Deno.test("blocks and single digests find the same changes", async (t) => {
  const names = Array.from({ length: 300 }, (_, i) => `src/${String(i).padStart(3, "0")}.ts`);
  const texts = new Map(
    names.map((name, i) => [name, `${name}\n`.repeat(i % 7 === 0 ? 6000 : 20)]),
  );
  texts.set("src/000.ts", "");
  const changes: [title: string, (folder: string) => Promise<void>, Partial<Changes>][] = [
    ["nothing", () => Promise.resolve(), {}],
    ["one byte", (folder) => {
      const text = texts.get("src/123.ts")!.replace("1", "2");
      return writeFiles(folder, { "src/123.ts": text });
    }, { changed: ["src/123.ts"] }],
    ["a byte that moved to the next file", (folder) => {
      const [a, b] = ["src/010.ts", "src/011.ts"].map((name) => texts.get(name)!);
      return writeFiles(folder, { "src/010.ts": a!.slice(0, -1), "src/011.ts": `\n${b}` });
    }, { changed: ["src/010.ts", "src/011.ts"] }],
    ["an empty file that has grown", (folder) => writeFiles(folder, { "src/000.ts": "x" }), {
      changed: ["src/000.ts"],
    }],
    ["a file that has grown", (folder) => {
      return writeFiles(folder, { "src/005.ts": `${texts.get("src/005.ts")}x` });
    }, { changed: ["src/005.ts"] }],
    ["a file cut short", (folder) => writeFiles(folder, { "src/005.ts": "" }), {
      changed: ["src/005.ts"],
    }],
    ["a file that became a link to the same", async (folder) => {
      await Deno.rename(join(folder, "src/123.ts"), join(folder, "123.ts"));
      await Deno.symlink("../123.ts", join(folder, "src/123.ts"));
    }, { changed: ["src/123.ts"] }],
    ["a file gone", (folder) => Deno.remove(join(folder, "src/299.ts")), {
      missing: ["src/299.ts"],
    }],
  ];
  for (const [title, change, expected] of changes) {
    await t.step(title, () =>
      withTempDir(async (folder) => {
        await writeFiles(folder, Object.fromEntries(texts));
        const hasher = hashBlocks();
        const files = await Promise.all(names.map(async (path) => {
          const bytes = new TextEncoder().encode(texts.get(path)!);
          hasher.add(bytes);
          return { path, bytes: bytes.length, sha256: await sha256(bytes) };
        }));
        const code = { mode: "copy", roots: ["src"], files } as unknown as CodeRecord;
        await change(folder);
        const blocks = await hasher.end();
        assertEquals(blocks.length > 1, true);
        for (const record of [{ code }, { code: { ...code, blocks } }]) {
          assertEquals(await verifyFolder(openFolder(folder), record), { ...none, ...expected });
        }
      }));
  }
});

Deno.test("the changes in one line", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  assertEquals(
    changesText({ changed: ["x"], missing: [], added: names }),
    "changed: x; added: a, b, c, d, e and 2 more",
  );
});
