import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { checkOutputs, isAlike, outputFiles, outputText } from "../../lib/runs/outputs.ts";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import { withTempDir, writeFiles } from "../temp.ts";

Deno.test("outputs are what is neither copied nor expyrun's own", async () => {
  await withTempDir(async (path) => {
    const names = [
      "config.yml",
      "record.json",
      "deno.json",
      "deno.lock",
      ".expyrun/x",
      "outputs.log",
    ];
    const code = ["src/a.ts", "src/deep/b.ts", "data/c.csv"];
    const outputs = ["m.json", "deep/deno.json", "data/d.csv", "srcs/a.ts"];
    const all = [...names, ...code, ...outputs];
    await writeFiles(path, Object.fromEntries(all.map((name) => [name, ""])));
    await Deno.symlink("m.json", join(path, "link"));
    const folder = openFolder(path);
    const expected = [...outputs, "link", "outputs.log"].sort();
    assertEquals(await outputFiles(folder, { roots: ["src", "data/c.csv"] }), expected);
    assertEquals(await outputFiles(folder, undefined, "all"), [...all, "link"].sort());
  });
});

Deno.test("each file is compared, or said to be missing or new", async () => {
  await withTempDir(async (root) => {
    await writeFiles(root, {
      "a/same.txt": "1",
      "b/same.txt": "1",
      "a/close.txt": "1.0",
      "b/close.txt": "1.01",
      "a/far.txt": "1",
      "b/far.txt": "2",
      "a/gone.txt": "",
      "b/new.txt": "",
    });
    const checked = await checkOutputs({
      before: openFolder(join(root, "a")),
      after: openFolder(join(root, "b")),
      paths: ["same.txt", "close.txt", "far.txt", "gone.txt", "new.txt"],
      tolerance: 0.1,
    });
    assertEquals(checked.map(isAlike), [true, true, false, false, false]);
    assertEquals(checked.map(outputText), [
      "same.txt: identical",
      `close.txt: alike, the largest relative difference is ${(1.01 - 1) / 1.01}`,
      "far.txt:1:1: 2, was 1",
      "gone.txt: missing",
      "new.txt: was not there",
    ]);
  });
});

Deno.test("large files are compared by pieces; what is no file was not there", async () => {
  await withTempDir(async (root) => {
    await writeFiles(root, { "a/x": "", "b/x": "", "a/y": "", "b/y": "", "a/z/in": "", "b/z": "" });
    for (const path of ["a/x", "b/x", "a/y", "b/y"]) await Deno.truncate(join(root, path), 2 ** 28);
    await Deno.writeTextFile(join(root, "b/y"), "more", { append: true });
    const [before, after] = [openFolder(join(root, "a")), openFolder(join(root, "b"))];
    const checked = await checkOutputs({ before, after, paths: ["x", "y", "z"] });
    assertEquals(checked.map(outputText), [
      "x: identical",
      `y:byte ${2 ** 28}: 0x6d, was the end`,
      "z: was not there",
    ]);
  });
});
