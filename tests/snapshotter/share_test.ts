import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { defaultPermissions, type Permissions } from "../../lib/resolver/permission_set.ts";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import type { CodeRecord } from "../../lib/snapshotter/record.ts";
import {
  keepsToItsFolder,
  shareCopy,
  type Sharing,
  sharingOf,
} from "../../lib/snapshotter/share.ts";
import { readFiles, withTempDir, writeFiles } from "../temp.ts";

const place = { kind: "argument", words: [], index: 0 } as const;

/** Shares a small copy into a second folder, and calls `use` with both. */
async function shared(sharing: Sharing, use: (from: string, to: string) => Promise<void>) {
  await withTempDir(async (root) => {
    const [from, to] = ["exp.0", "exp.1"].map((name) => openFolder(join(root, name)));
    await writeFiles(from!.path, {
      "pkg/a.ts": "export {};\n",
      "pkg/deep/b.ts": "// b\n",
      "deno.json": "{}\n",
      "deno.lock": "{}\n",
      "outputs.log": "not code\n",
    });
    await Deno.chmod(join(from!.path, "pkg/a.ts"), 0o555);
    await Deno.symlink("a.ts", join(from!.path, "pkg/link.ts"));
    await Deno.mkdir(to!.path);
    const code: CodeRecord = {
      mode: "copy",
      root: from!.path,
      module: "pkg/a.ts",
      function: "main",
      roots: ["pkg"],
      config: from!.denoConfig,
      lock: from!.lock,
      files: [
        { path: "pkg/a.ts", bytes: 11, sha256: "" },
        { path: "pkg/deep/b.ts", bytes: 5, sha256: "" },
        { path: "pkg/link.ts", link: "a.ts" },
      ],
      digest: "d",
    };
    const record = await shareCopy({ code, folder: from! }, to!, sharing, place);
    assertEquals([record.root, record.config, record.lock], [to!.path, to!.denoConfig, to!.lock]);
    assertEquals(record.files, code.files);
    await use(from!.path, to!.path);
  });
}

for (const sharing of ["link", "copy", "clone"] as const) {
  Deno.test(`shareCopy: ${sharing} has the same code, and only that`, async () => {
    await shared(sharing, async (from, to) => {
      const { "outputs.log": _, ...code } = await readFiles(from);
      assertEquals(await readFiles(to), code);
      const [one, other] = [from, to].map((folder) => Deno.statSync(join(folder, "pkg/a.ts")));
      assertEquals(one!.mode, other!.mode);
      if (sharing === "link") {
        const modes = ["deno.json", "deno.lock"].map((name) => Deno.statSync(join(to, name)).mode!);
        assertEquals(modes.map((mode) => mode & 0o222), [0, 0]);
      }
      if (sharing === "link") assertEquals(one!.ino, other!.ino);
      else assertNotEquals(one!.ino, other!.ino);
    });
  });
}

Deno.test("sharingOf: links need a runtime that keeps runs from writing to the copy", async () => {
  await withTempDir(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "x");
    const sealed = await sharingOf(file, true);
    assert(sealed === "link" || sealed === "clone");
    assertEquals(await sharingOf(file, false), sealed === "clone" ? "clone" : "copy");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["file"]);
  });
});

const grants: readonly [change: Partial<Permissions>, keeps: boolean][] = [
  [{}, true],
  [{ net: { allow: true, deny: [] } }, true],
  [{ run: { allow: ["git"], deny: [] } }, false],
  [{ run: { allow: false, deny: [] } }, true],
  [{ ffi: { allow: true, deny: [] } }, false],
  [{ write: { allow: true, deny: [] } }, false],
  // It may hold, or be given, a symbolic link.
  [{ write: { allow: ["/scratch"], deny: [] } }, false],
  [{ write: { allow: false, deny: [] } }, true],
];
for (const [change, keeps] of grants) {
  Deno.test(`keepsToItsFolder: ${JSON.stringify(change)}`, () => {
    assertEquals(keepsToItsFolder({ ...defaultPermissions, ...change }), keeps);
  });
}
