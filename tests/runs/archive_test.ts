import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createTarPacker, type TarHeader } from "modern-tar";
import { join } from "node:path";
import { ExpyrunError } from "../../lib/errors.ts";
import { type ArchiveItem, readArchive, writeArchive } from "../../lib/runs/archive.ts";
import { readFiles, withTempDir, writeFiles } from "../temp.ts";

const long = `exp.0/${"long/".repeat(60)}ü ${"x".repeat(150)}.ts`;

async function items(folder: string): Promise<ArchiveItem[]> {
  await writeFiles(folder, { "a.ts": "a\n", "big": "0123456789".repeat(50_000), "empty": "" });
  await Deno.chmod(join(folder, "a.ts"), 0o555);
  const file = (path: string, source: string) =>
    ({ kind: "file", path, source: join(folder, source) }) as const;
  return [
    file("exp.0/src/a.ts", "a.ts"),
    file(long, "a.ts"),
    file("exp.0/big", "big"),
    file("exp.0/empty", "empty"),
    { kind: "file", path: "exp.0/made", source: new TextEncoder().encode("made") },
    { kind: "link", path: "exp.0/src/link.ts", link: "a.ts" },
    { kind: "link", path: "exp.0/up", link: `${"src/../".repeat(30)}src/a.ts` },
  ];
}

Deno.test("what is packed is unpacked", async () => {
  await withTempDir(async (folder) => {
    const path = join(folder, "a.tar.gz");
    await writeArchive(path, await items(join(folder, "in")));
    await Deno.mkdir(join(folder, "out"));
    await readArchive(path, join(folder, "out"));
    assertEquals(await readFiles(join(folder, "out")), {
      "exp.0/big": "0123456789".repeat(50_000),
      "exp.0/empty": "",
      [long]: "a\n",
      "exp.0/made": "made",
      "exp.0/src/a.ts": "a\n",
      "exp.0/src/link.ts": "-> a.ts",
      "exp.0/up": `-> ${"src/../".repeat(30)}src/a.ts`,
    });
    const { mode } = await Deno.stat(join(folder, "out/exp.0/src/a.ts"));
    assertEquals(mode! & 0o777, 0o555);
  });
});

Deno.test("the same contents are the same bytes, whenever and however they were written", async () => {
  await withTempDir(async (folder) => {
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    await writeArchive(join(folder, "a.tar.gz"), await items(a));
    const again = await items(b);
    await Deno.utime(join(b, "big"), 1, 1);
    await Deno.chmod(join(b, "big"), 0o600);
    await writeArchive(join(folder, "b.tar.gz"), again.reverse());
    const [first, second] = await Promise.all(
      ["a", "b"].map((name) => Deno.readFile(join(folder, `${name}.tar.gz`))),
    );
    assertEquals(first, second);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "a",
      "a.tar.gz",
      "b",
      "b.tar.gz",
    ]);
  });
});

Deno.test("a file that cannot be read leaves no archive", async () => {
  await withTempDir(async (folder) => {
    const missing = { kind: "file", path: "x", source: join(folder, "x") } as const;
    const write = () => writeArchive(join(folder, "a.tar.gz"), [missing]);
    await assertRejects(write, Deno.errors.NotFound);
    assertEquals(await readFiles(folder), {});
  });
});

/** An archive that expyrun would not write. */
async function writeHeaders(path: string, headers: readonly Partial<TarHeader>[]): Promise<void> {
  const { readable, controller } = createTarPacker();
  const bytes = new Response(readable.pipeThrough(new CompressionStream("gzip"))).bytes();
  for (const header of headers) {
    await controller.add({ name: "x", size: 0, ...header }).close();
  }
  controller.finalize();
  await Deno.writeFile(path, await bytes);
}

Deno.test("an archive cannot write elsewhere", async (t) => {
  const cases: [title: string, headers: Partial<TarHeader>[], message: string][] = [
    ["upwards", [{ name: "../x" }], '"../x" leaves the folder'],
    ["upwards in the middle", [{ name: "a/../../x" }], "leaves the folder"],
    ["absolute", [{ name: "/tmp/x" }], "leaves the folder"],
    ["a drive", [{ name: "C:x" }], "leaves the folder"],
    ["backslashes", [{ name: "..\\x" }], "leaves the folder"],
    ["an absolute link", [{ type: "symlink", linkname: "/etc" }], 'a link to "/etc"'],
    [
      "a link upwards",
      [{ name: "a/x", type: "symlink", linkname: "../../y" }],
      "leaves the folder",
    ],
    [
      "links that leave together",
      [
        { name: "t/d/b", type: "symlink", linkname: ".." },
        { name: "t/a", type: "symlink", linkname: "d/b/../.." },
      ],
      '"t/a" is a link to "d/b/../..", which leaves the folder',
    ],
    [
      "a link beyond another",
      [
        { name: "t/d", type: "symlink", linkname: "e" },
        { name: "t/d/x", type: "symlink", linkname: "y" },
      ],
      '"t/d/x" leads through a link',
    ],
    ["a hard link", [{ type: "link", linkname: "/etc/passwd" }], '"x" is a link'],
    ["a device", [{ type: "character-device" }], '"x" is a character-device'],
  ];
  for (const [title, headers, message] of cases) {
    await t.step(title, () =>
      withTempDir(async (folder) => {
        const path = join(folder, "a.tar.gz");
        await writeHeaders(path, headers);
        await Deno.mkdir(join(folder, "deep/out"), { recursive: true });
        const error = await assertRejects(
          () => readArchive(path, join(folder, "deep/out")),
          ExpyrunError,
        );
        assertEquals(error.problem.code, "unreadable");
        assertStringIncludes(error.problem.message, message);
        assertEquals(Object.keys(await readFiles(folder)), ["a.tar.gz"]);
      }));
  }
  await t.step("a link is never written through", () =>
    withTempDir(async (folder) => {
      const path = join(folder, "a.tar.gz");
      await writeHeaders(path, [{ name: "d", type: "symlink", linkname: "e" }, { name: "d/x" }]);
      await Deno.mkdir(join(folder, "out"));
      await assertRejects(() => readArchive(path, join(folder, "out")), ExpyrunError, "a link");
      await Deno.mkdir(join(folder, "again"));
      await writeHeaders(path, [{ name: "d" }, { name: "d", type: "symlink", linkname: "e" }]);
      const error = await assertRejects(() => readArchive(path, join(folder, "again")));
      assert(error instanceof ExpyrunError, String(error));
    }));
});

Deno.test("what is no archive is said to be none", async (t) => {
  const cases: [title: string, contents: string | undefined, message: string][] = [
    ["no such file", undefined, "there is no such file"],
    ["another file", "a: 1\n", "it is no .tar.gz file"],
    ["an empty file", "", "it is no .tar.gz file"],
  ];
  for (const [title, contents, message] of cases) {
    await t.step(title, () =>
      withTempDir(async (folder) => {
        const path = join(folder, "a.tar.gz");
        if (contents !== undefined) await Deno.writeTextFile(path, contents);
        const error = await assertRejects(() => readArchive(path, folder), ExpyrunError);
        assertStringIncludes(error.problem.message, message);
      }));
  }
});
