import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError } from "../../lib/errors.ts";
import {
  claimFolder,
  discardFolder,
  type FolderClaim,
  openFolder,
  ownedNames,
  writeFile,
} from "../../lib/snapshotter/folder.ts";
import { readFiles, run, withTempDir, writeFiles } from "../temp.ts";
import { withTmpfs } from "../tmpfs.ts";
import { assertRefuses, bound, leftOut, placeOf } from "./experiment.ts";

function claim(outputDir: string, changes: Partial<FolderClaim> = {}): FolderClaim {
  return { outputDir, name: "a/b", debug: false, outputDirPlace: placeOf('"out"'), ...changes };
}

const taken: [string, string[], string][] = [
  ["nothing", [], "exp.0"],
  ["the first", ["exp.0"], "exp.1"],
  ["a gap", ["exp.0", "exp.2"], "exp.1"],
  ["not the first", ["exp.1"], "exp.0"],
  ["other names", ["exp.00", "exp.0.bak", "exp.", "exp.-0", "xexp.0"], "exp.0"],
  ["many", Array.from({ length: 12 }, (_, i) => `exp.${i}`), "exp.12"],
];

for (const [what, names, expected] of taken) {
  Deno.test(`the lowest free number is claimed: ${what} taken`, () =>
    withTempDir(async (dir) => {
      for (const name of names) await Deno.mkdir(join(dir, "a/b", name), { recursive: true });
      const folder = await claimFolder(claim(dir));
      assertEquals(folder.path, join(dir, "a/b", expected));
    }));
}

Deno.test("a file in place of a number takes it", () =>
  withTempDir(async (dir) => {
    await writeFiles(dir, { "a/b/exp.0": "" });
    assertEquals((await claimFolder(claim(dir))).path, join(dir, "a/b/exp.1"));
  }));

Deno.test("a debug run has its own tree", () =>
  withTempDir(async (dir) => {
    const folder = await claimFolder(claim(dir, { debug: true }));
    assertEquals(folder.path, join(dir, "DEBUG/a/b/exp.0"));
  }));

Deno.test("200 claims of eight processes at the same time share nothing and leave no gap", () =>
  withTempDir(async (dir) => {
    const code = `
      import { claimFolder } from ${JSON.stringify(module("folder.ts"))};
      const claim = ${JSON.stringify(claim(dir))};
      const folders = await Promise.all(Array.from({ length: 25 }, () => claimFolder(claim)));
      console.log(folders.map(({ path }) => path).join("\\n"));`;
    const ended = await Promise.all(
      Array.from({ length: 8 }, () => run(Deno.execPath(), ["eval", code])),
    );
    assertEquals(ended.map(({ stderr }) => stderr).join(""), "");
    const paths = ended.flatMap(({ stdout }) => stdout.trim().split("\n"));
    const expected = Array.from({ length: 200 }, (_, i) => join(dir, "a/b", `exp.${i}`));
    assertEquals(paths.sort(), expected.sort());
  }));

Deno.test("claims and discards at the same time do not disturb each other", () =>
  withTempDir(async (dir) => {
    const code = `
      import { claimFolder, discardFolder } from ${JSON.stringify(module("folder.ts"))};
      const claim = ${JSON.stringify(claim(join(dir, "out")))};
      for (let i = 0; i < 100; i++) await discardFolder(await claimFolder(claim));`;
    const ended = await Promise.all(
      Array.from({ length: 4 }, () => run(Deno.execPath(), ["eval", code])),
    );
    assertEquals(ended.map(({ stderr }) => stderr).join(""), "");
  }));

Deno.test("a discarded folder takes with it the parents that its claim made, and no others", () =>
  withTempDir(async (dir) => {
    await Deno.mkdir(join(dir, "mine"));
    const folder = await claimFolder(claim(join(dir, "mine/out")));
    await writeFiles(folder.path, { "src/a.ts": "1" });
    await Deno.chmod(join(folder.path, "src/a.ts"), 0o444);
    await discardFolder(folder);
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["mine"]);
    assertEquals([...Deno.readDirSync(join(dir, "mine"))], []);
  }));

Deno.test("a discarded folder leaves parents in which another run is", () =>
  withTempDir(async (dir) => {
    const first = await claimFolder(claim(dir));
    const second = await claimFolder(claim(dir));
    await discardFolder(first);
    assertEquals([...Deno.readDirSync(join(dir, "a/b"))].map(({ name }) => name), ["exp.1"]);
    await discardFolder(second);
    await discardFolder(second);
    assert((await Deno.stat(join(dir, "a/b"))).isDirectory, "the first claim made it");
  }));

Deno.test("why a folder is discarded is not lost where it cannot be", () =>
  withTempDir(async (dir) => {
    const folder = await claimFolder(claim(dir));
    const held = join(folder.path, "held");
    await Deno.mkdir(held);
    const mounted = await run("mount", ["-t", "tmpfs", "none", held]).catch(() => undefined);
    if (mounted?.exitCode !== 0) {
      return leftOut("a folder that cannot be removed: no right to mount");
    }
    try {
      const cause = new ExpyrunError({
        code: "folder",
        message: "Cannot write: full",
        hint: "Free",
      });
      const { problem } = await assertRejects(() => discardFolder(folder, cause), ExpyrunError);
      assertEquals([problem.code, problem.message, problem.hint], [
        "folder",
        "Cannot write: full",
        "Free",
      ]);
      assertMatch(
        problem.notes![0]!.message,
        /^Cannot remove the unfinished folder "\S+exp\.0": .*busy/,
      );
      const told = await assertRejects(() => discardFolder(folder), ExpyrunError);
      assertEquals(told.problem.code, "left");
    } finally {
      await run("umount", [held]);
    }
  }));

Deno.test("a file in the way of the output directory", () =>
  withTempDir(async (dir) => {
    await writeFiles(dir, { "out": "" });
    await assertRefuses(
      () => claimFolder(claim(join(dir, "out"))),
      dir,
      folderMessage(
        'in "$DIR/out/a/b": a file is in the way',
        "Remove or rename that file, or choose another __output_dir__",
      ),
    );
  }));

Deno.test("a name that is too long, and a link that leads nowhere, leave nothing behind", () =>
  withTempDir(async (dir) => {
    const long = claim(join(dir, "out"), { name: "x".repeat(300) });
    await assertRefuses(
      () => claimFolder(long),
      "x".repeat(300),
      folderMessage(
        `in "${dir}/out/$DIR": the name is too long`,
        "Choose a shorter __name__ or __output_dir__",
      ),
    );
    const namePlace = { kind: "argument", words: ["--__run__.__name__"], index: 0 } as const;
    const problem = await claimFolder({ ...long, namePlace }).catch(({ problem }) => problem);
    assertEquals(problem.place, namePlace);
    assertEquals(await readNames(dir), []);
    await Deno.symlink("nowhere", join(dir, "out"));
    await assertRefuses(
      () => claimFolder(claim(join(dir, "out"))),
      dir,
      folderMessage(
        'in "$DIR/out/a/b": a symbolic link leads nowhere, or the folder was removed',
        "Choose another __output_dir__",
      ),
    );
  }));

Deno.test("an output directory that may not be written", () =>
  withTempDir(async (dir) => {
    await Deno.mkdir(join(dir, "out"));
    await Deno.chmod(join(dir, "out"), 0o555);
    const stdout = await bound(claimCode(join(dir, "out")));
    if (stdout === undefined) return;
    assertEquals(
      stdout.replaceAll(dir, "$DIR"),
      `folder: Cannot make an experiment folder in "$DIR/out/a/b": permission denied
Choose another __output_dir__, or change the permissions of this one
`,
    );
  }));

Deno.test("a disk that is full, of bytes or of inodes, and a file system that is read-only", () =>
  withTmpfs("size=64k,nr_inodes=6", async ({ dir, remount }) => {
    const folder = await claimFolder(claim(dir));
    await assertRefuses(
      () => writeFile(folder.log, "x".repeat(1e6), placeOf('"out"')),
      dir,
      `folder
error: Cannot write "$DIR/a/b/exp.0/outputs.log": no space left on the device
${shownPlace}  = hint: Free some space, or choose another __output_dir__
`,
    );
    assertEquals(await readFiles(folder.path), {}, "no half-written file stays");
    await assertRefuses(
      () => claimFolder(claim(dir)),
      dir,
      folderMessage(
        'in "$DIR/a/b": no space left on the device',
        "Free some space, or choose another __output_dir__",
      ),
    );
    assertEquals(await readNames(join(dir, "a/b")), ["exp.0"]);
    await remount("ro");
    await assertRefuses(
      () => claimFolder(claim(dir)),
      dir,
      folderMessage('in "$DIR/a/b": the file system is read-only', "Choose another __output_dir__"),
    );
  }));

Deno.test("writing replaces the whole file and leaves nothing else", () =>
  withTempDir(async (dir) => {
    const folder = openFolder(dir);
    await writeFile(folder.config, "a: 1\n");
    await writeFile(folder.config, "b: 2\n");
    assertEquals(await readFiles(dir), { "config.yml": "b: 2\n" });
  }));

Deno.test("every file that expyrun keeps at the folder's root is owned", () => {
  const { path, made: _, ...files } = openFolder("/x");
  const names = new Set(
    Object.values(files).map((file) => file.slice(path.length + 1).split("/")[0]),
  );
  assertEquals([...names].sort(), [...ownedNames].sort());
});

const shownPlace = ` --> config.yml:3:19
  |
3 |   __output_dir__: "out"
  |                   ^^^^^
`;

function folderMessage(what: string, hint: string): string {
  return `folder\nerror: Cannot make an experiment folder ${what}\n${shownPlace}  = hint: ${hint}\n`;
}

function module(name: string): string {
  return import.meta.resolve(`../../lib/snapshotter/${name}`);
}

function claimCode(outputDir: string): string {
  return `
    import { claimFolder } from ${JSON.stringify(module("folder.ts"))};
    await claimFolder(${JSON.stringify(claim(outputDir))}).then(
      () => console.log("claimed"),
      ({ problem }) => console.log(problem.code + ": " + problem.message + "\\n" + problem.hint));`;
}

async function readNames(dir: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
}
