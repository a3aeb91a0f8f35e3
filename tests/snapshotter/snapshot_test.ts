import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { readRecord, writeRecord } from "../../lib/snapshotter/record_file.ts";
import { type Files, readFiles, run, withTempDir, writeFiles } from "../temp.ts";
import { assertRefuses, bound, take, type Wish } from "./experiment.ts";

const main = "export function main() {}\n";
const own = new Set([".expyrun", "deno.json", "deno.lock", "record.json"]);

/** Makes a project, and what else it needs; then copies it. */
function withProject(
  files: Files,
  use: (project: string, dir: string) => Promise<void>,
): Promise<void> {
  return withTempDir(async (dir) => {
    const project = join(dir, "p");
    await writeFiles(project, files);
    await use(project, dir);
  });
}

async function copied(folder: string): Promise<Files> {
  const files = Object.entries(await readFiles(folder));
  return Object.fromEntries(files.filter(([path]) => !own.has(path.split("/")[0]!)));
}

const copies: [string, Files, Wish, string[]][] = [
  [
    "a package and nothing beside it",
    { "src/main.ts": main, "src/a/b.json": "1", "other/x.ts": "" },
    {},
    ["src/a/b.json", "src/main.ts"],
  ],
  ["a package by a path", { "src/deep/main.mts": main, "src/x": "" }, {
    main: "src/deep/main.mts:main",
  }, ["src/deep/main.mts", "src/x"]],
  ["a single module", { "main.ts": main, "x.ts": "" }, { main: "main:main" }, ["main.ts"]],
  ["a folder's mod.ts", { "src/mod.ts": main }, { main: "src:main" }, ["src/mod.ts"]],
  ["includes", { "src/main.ts": main, "data/a": "1", "data/b": "2", "x/y/z.txt": "3", "x/w": "" }, {
    include: ["data", "x/y/z.txt"],
  }, ["data/a", "data/b", "src/main.ts", "x/y/z.txt"]],
  [
    "an include whatever .gitignore says",
    {
      ".gitignore": "data\n*.bin\n",
      "src/main.ts": main,
      "src/a.bin": "1",
      "src/b.bin": "2",
      "data/.gitignore": "*\n",
      "data/a": "1",
    },
    { include: ["data/", "./src/a.bin"] },
    ["data/.gitignore", "data/a", "src/a.bin", "src/main.ts"],
  ],
  [
    "the whole package, where it is included itself",
    {
      ".gitignore": "*.bin\n",
      "src/.gitignore": "big\n",
      "src/main.ts": main,
      "src/a.bin": "1",
      "src/big/b": "2",
      "src/.git/x": "",
    },
    { include: ["src/"] },
    ["src/.gitignore", "src/a.bin", "src/big/b", "src/main.ts"],
  ],
  [
    "an included folder without what is never code",
    { "src/main.ts": main, "d/.git/x": "", "d/node_modules/x": "", "d/.env": "", "d/a": "" },
    { include: ["d"] },
    ["d/a", "src/main.ts"],
  ],
  ["a secret that is named", { "src/main.ts": main, "src/.env": "" }, { include: ["src/.env"] }, [
    "src/.env",
    "src/main.ts",
  ]],
  [
    "names beyond ASCII",
    { "src/main.ts": main, "src/é ä/日本.txt": "1", "src/a'b\"c": "", "src/-n": "" },
    {},
    ["src/-n", "src/a'b\"c", "src/main.ts", "src/é ä/日本.txt"],
  ],
  ["another code folder", { "code/src/main.ts": main, "src/main.ts": "wrong" }, { code: "code" }, [
    "src/main.ts",
  ]],
  [
    "an output folder that is ignored",
    { "src/.gitignore": "out\n", "src/main.ts": main, "src/out/old/exp.0/x": "" },
    { outputDir: "src/out" },
    ["src/.gitignore", "src/main.ts"],
  ],
];

for (const [what, files, wish, expected] of copies) {
  Deno.test(`a copy holds ${what}`, () =>
    withProject(files, async (project) => {
      const { folder, code } = await take(project, wish);
      assertEquals(Object.keys(await copied(folder.path)), expected);
      assertEquals(code.files.map(({ path }) => path), expected);
      assertEquals(code.root, folder.path);
    }));
}

Deno.test("the manifest tells size and sha256 of what is on the disk; sha256sum agrees", () =>
  withProject({ "src/main.ts": main, "src/empty": "", "src/é": "ä" }, async (project) => {
    const { folder, code } = await take(project);
    for (const file of code.files) {
      assert("sha256" in file);
      const { stdout } = await run("sha256sum", ["-b", join(folder.path, file.path)]);
      assertEquals(stdout.slice(0, 64), file.sha256);
      assertEquals((await Deno.stat(join(folder.path, file.path))).size, file.bytes);
    }
    assertEquals(code.roots, ["src"]);
  }));

Deno.test("a thousand files have the same digests, by whatever they are hashed", () =>
  withProject({ "src/main.ts": main }, async (project) => {
    const few = await take(project);
    const many = Array.from({ length: 1000 }, (_, i) => [`src/${i}`, `${i}`]);
    await writeFiles(project, Object.fromEntries(many));
    const { code } = await take(project);
    assertEquals(code.files.length, 1001);
    assertEquals(code.files.find(({ path }) => path === "src/main.ts"), few.code.files[0]);
    const [first, second] = code.files;
    assertEquals([first?.path, second?.path], ["src/0", "src/1"]);
  }));

Deno.test("the digest is that of names and contents alone", () =>
  withProject({ "src/main.ts": main, "src/a": "1" }, async (project) => {
    const first = (await take(project)).code.digest;
    assertEquals((await take(project)).code.digest, first);
    await Deno.writeTextFile(join(project, "src/a"), "2");
    const changed = (await take(project)).code.digest;
    await Deno.writeTextFile(join(project, "src/a"), "1");
    await Deno.rename(join(project, "src/a"), join(project, "src/b"));
    assertEquals(new Set([first, changed, (await take(project)).code.digest]).size, 3);
  }));

Deno.test("copied files are read-only, and executable where they were", () =>
  withProject({ "src/main.ts": main, "src/run.sh": "", "src/secret": "" }, async (project) => {
    await Deno.chmod(join(project, "src/main.ts"), 0o644);
    await Deno.chmod(join(project, "src/run.sh"), 0o755);
    await Deno.chmod(join(project, "src/secret"), 0o600);
    const { folder } = await take(project);
    const mode = (name: string) => Deno.statSync(join(folder.path, "src", name)).mode! & 0o7777;
    assertEquals(["main.ts", "run.sh", "secret"].map(mode), [0o444, 0o555, 0o400]);
  }));

const links: [string, string, string, string][] = [
  ["a file beside it", "src/link", "main.ts", "main.ts"],
  ["a folder", "src/link", "sub", "sub"],
  ["a file above it", "src/sub/link", "../main.ts", "../main.ts"],
  ["the package itself", "src/sub/link", "..", ".."],
  ["a file, absolutely", "src/sub/link", "$P/src/main.ts", "../main.ts"],
  ["what leads nowhere", "src/link", "nowhere", "nowhere"],
  ["an include", "src/link", "../data/a", "../data/a"],
  ["an include, absolutely", "src/sub/link", "$P/data", "../../data"],
  ["a detour", "src/sub/link", "../sub/../main.ts", "../sub/../main.ts"],
];

for (const [what, path, target, expected] of links) {
  Deno.test(`a link stays a link: to ${what}`, () =>
    withProject({ "src/main.ts": main, "src/sub/x": "1", "data/a": "1" }, async (project) => {
      await Deno.symlink(target.replace("$P", project), join(project, path));
      const { folder, code, warnings } = await take(project, { include: ["data"] });
      assertEquals(await Deno.readLink(join(folder.path, path)), expected);
      assertEquals(code.files.find((file) => file.path === path), { path, link: expected });
      assertEquals(warnings, []);
    }));
}

Deno.test("a package that is itself a link is copied by what it leads to", () =>
  withProject({ "real/main.ts": main, "real/a": "1" }, async (project) => {
    await Deno.symlink("real", join(project, "src"));
    await Deno.symlink("a", join(project, "real/link"));
    const { folder } = await take(project);
    assertEquals(await copied(folder.path), {
      "src/a": "1",
      "src/link": "-> a",
      "src/main.ts": main,
    });
  }));

Deno.test("a link to what is ignored is warned about", () =>
  withProject({ ".gitignore": "big\n", "src/main.ts": main, "src/big": "1" }, async (project) => {
    await Deno.symlink("big", join(project, "src/link"));
    const { warnings } = await take(project);
    assertEquals(warnings, [{
      code: "snapshot",
      message: 'The link "src/link" leads to "src/big", which is not copied',
      hint: 'Name "src/big" in __include__ if the code needs it',
    }]);
  }));

/** What else a refused project needs, beside files. */
type More = (project: string, dir: string) => Promise<unknown>;
const nothing: More = () => Promise.resolve();
const mainPlace = ` --> config.yml:2:13
  |
2 |   __main__: "src.main:main"
  |             ^^^^^^^^^^^^^^^
`;
const includePlace = ` --> config.yml:5:17
  |
5 |   __include__: ["data"]
  |                 ^^^^^^
`;

const refusals: [string, Files, Wish, More, string][] = [
  [
    "a link out of the package",
    {},
    {},
    (p) => Deno.symlink("../../secret", join(p, "src/link")),
    `error: Cannot copy "src/link": it is a symbolic link to "../../secret", outside of what is copied
${mainPlace}  = hint: Name what it leads to in __include__ (below __code__), list the link in .gitignore, or put the file itself there
`,
  ],
  [
    "an absolute link",
    {},
    {},
    (p) => Deno.symlink("/etc/passwd", join(p, "src/link")),
    `error: Cannot copy "src/link": it is a symbolic link to "/etc/passwd", outside of what is copied
${mainPlace}  = hint: Name what it leads to in __include__ (below __code__), list the link in .gitignore, or put the file itself there
`,
  ],
  [
    "a link to a name that begins alike",
    { "src2/a": "" },
    {},
    (p) => Deno.symlink("../src2/a", join(p, "src/link")),
    `error: Cannot copy "src/link": it is a symbolic link to "../src2/a", outside of what is copied
${mainPlace}  = hint: Name what it leads to in __include__ (below __code__), list the link in .gitignore, or put the file itself there
`,
  ],
  [
    "a pipe",
    {},
    {},
    (p) => run("mkfifo", [join(p, "src/pipe")]),
    `error: Cannot copy "src/pipe": it is neither a file, nor a folder, nor a symbolic link
${mainPlace}  = hint: List it in .gitignore, or move it away
`,
  ],
  [
    "a package with a name of expyrun's",
    { "config.yml/main.ts": main },
    { main: "config.yml/main:main" },
    nothing,
    `error: Cannot copy "config.yml": "config.yml" is the name of one of expyrun's own files in the experiment folder
${mainPlace}  = hint: Rename it, or put it into a folder
`,
  ],
  [
    "an include with a name of expyrun's",
    { "deno.json": "{}" },
    { include: ["deno.json"] },
    nothing,
    `error: Cannot copy "deno.json": "deno.json" is the name of one of expyrun's own files in the experiment folder
${includePlace}  = hint: Rename it, or put it into a folder
`,
  ],
  [
    "the output directory in the package",
    {},
    { outputDir: "src/out" },
    nothing,
    `error: Cannot copy "src": it holds the output directory ("src/out")
${mainPlace}  = hint: Choose an __output_dir__ outside of it, or list that folder in .gitignore
`,
  ],
  [
    "the package as the output directory",
    {},
    { outputDir: "src" },
    nothing,
    `error: Cannot copy "src": it holds the output directory
${mainPlace}  = hint: Choose an __output_dir__ outside of it, or list that folder in .gitignore
`,
  ],
  [
    "an include that is not there",
    { "data/train.csv": "" },
    { include: ["data/trian.csv"] },
    nothing,
    `error: Cannot include "data/trian.csv": there is no such file or folder in "$DIR/p"
${includePlace}  = hint: Did you mean "data/train.csv"?
`,
  ],
  [
    "an include in a folder that is not there",
    { "data/a/b": "" },
    { include: ["dta/a/b"] },
    nothing,
    `error: Cannot include "dta/a/b": there is no such file or folder in "$DIR/p"
${includePlace}  = hint: Did you mean "data/a/b"?
`,
  ],
  [
    "an include that leaves the code",
    {},
    { include: ["a/../../x"] },
    nothing,
    `error: Cannot include "a/../../x": it leaves __code__
${includePlace}  = hint: __include__ names files and folders below __code__, which is "$DIR/p"
`,
  ],
  [
    "an absolute include",
    {},
    { include: ["/etc"] },
    nothing,
    `error: Cannot include "/etc": it is an absolute path
${includePlace}  = hint: __include__ names files and folders below __code__, which is "$DIR/p"
`,
  ],
  [
    "an include of everything",
    {},
    { include: ["./"] },
    nothing,
    `error: Cannot include "./": it is the whole of __code__
${includePlace}  = hint: __include__ names files and folders below __code__, which is "$DIR/p"
`,
  ],
  [
    "an include of node_modules",
    {},
    { include: ["node_modules/x"] },
    nothing,
    `error: Cannot include "node_modules/x": "node_modules" is never copied
${includePlace}  = hint: Read it by its path
`,
  ],
  [
    "a big file",
    { "src/small": "1" },
    {},
    (p) => grow(join(p, "src/model.bin"), 10 * 2 ** 20 + 1),
    `error: Cannot copy the code: "src/model.bin" has 10.0 MiB, above 10.0 MiB a file
${mainPlace}  = note: 10.0 MiB in "src/model.bin"
  = note: 0.0 MiB in "src/main.ts"
  = note: 0.0 MiB in "src/small"
  = hint: List data in .gitignore, or move it out of the package, and read it by its path
`,
  ],
  [
    "too much in all",
    {},
    {},
    async (p) => {
      for (let i = 0; i < 21; i++) await grow(join(p, `src/${i}.bin`), 10 * 2 ** 20 - i);
    },
    `error: Cannot copy the code: its 22 files have 210.0 MiB, above 200.0 MiB
${mainPlace}  = note: 10.0 MiB in "src/0.bin"
  = note: 10.0 MiB in "src/1.bin"
  = note: 10.0 MiB in "src/2.bin"
  = note: 10.0 MiB in "src/3.bin"
  = note: 10.0 MiB in "src/4.bin"
  = hint: List data in .gitignore, or move it out of the package, and read it by its path
`,
  ],
];

for (const [what, files, wish, more, expected] of refusals) {
  Deno.test(`a copy is refused: ${what}`, () =>
    withProject({ "src/main.ts": main, ...files }, async (project, dir) => {
      await more(project, dir);
      await assertRefuses(() => take(project, wish), dir, "snapshot\n" + expected);
    }));
}

Deno.test("files of exactly the limit are copied", () =>
  withProject({ "src/main.ts": main }, async (project) => {
    await grow(join(project, "src/a.bin"), 10 * 2 ** 20);
    assertEquals((await take(project)).code.files.length, 2);
  }));

Deno.test("an experiment folder is copied by its record, without ignore rules", () =>
  withProject(
    { ".gitignore": "kept.log\n", "src/main.ts": main, "src/kept.log": "1" },
    async (project, dir) => {
      const { folder, code } = await take(project, { include: ["src/kept.log"] });
      await writeFiles(folder.path, {
        "src/result.txt": "",
        ".gitignore": "*\n",
        "outputs.log": "",
      });
      const again = await take(folder.path, {
        outputDir: relativeTo(folder.path, join(dir, "out2")),
      });
      assertEquals(again.code.files, code.files);
      assertEquals(again.code.digest, code.digest);
      assertEquals(Object.keys(await copied(again.folder.path)), ["src/kept.log", "src/main.ts"]);
      assertEquals(again.warnings, []);
    },
  ));

Deno.test("an experiment folder that lacks recorded files is refused", () =>
  withProject({ "src/main.ts": main, "src/a": "", "src/b/c": "" }, async (project, dir) => {
    const { folder } = await take(project);
    await Deno.remove(join(folder.path, "src/a"));
    await Deno.remove(join(folder.path, "src/b"), { recursive: true });
    await assertRefuses(
      () => take(folder.path),
      dir,
      `snapshot
error: Cannot copy the code of "$DIR/out/test/exp.0": it lacks "src/a", "src/b/c"
${mainPlace}  = hint: Set __code__ to the original code, or put the files back
`,
    );
  }));

Deno.test("a module that a copied folder was not prepared with is refused", () =>
  withProject({ "src/main.ts": main }, async (project, dir) => {
    const { folder } = await take(project);
    await writeFiles(folder.path, { "later/main.ts": main });
    await assertRefuses(
      () => take(folder.path, { main: "later.main:main" }),
      dir,
      `snapshot
error: Cannot copy "later/main.ts": it is no part of the code that "$DIR/out/test/exp.0" was prepared with
${mainPlace}  = hint: Set __code__ to the original code to run another module
`,
    );
  }));

Deno.test("a copy that was changed since is warned about", () =>
  withProject({ "src/main.ts": main }, async (project) => {
    const { folder, code } = await take(project);
    const file = join(folder.path, "src/main.ts");
    await Deno.remove(file);
    await Deno.writeTextFile(file, main + "//");
    const again = await take(folder.path, { outputDir: "../out2" });
    assertEquals(again.warnings.map(({ message }) => message), [
      `The code of "${folder.path}" has changed since it was copied there: "src/main.ts"`,
    ]);
    assertNotEquals(again.code.digest, code.digest);
  }));

Deno.test("the record of a snapshot reads back as it was written", () =>
  withProject({ "src/main.ts": main }, async (project) => {
    const { folder } = await take(project);
    const record = await readRecord(folder);
    await writeRecord(folder, record);
    assertEquals(await readRecord(folder), record);
  }));

for (const name of ["src/secret", "src/folder"]) {
  Deno.test(`what may not be read is refused: ${name}`, () =>
    withProject({ "src/main.ts": main, "src/secret": "", "src/folder/a": "" }, async (project) => {
      await Deno.chmod(join(project, name), 0o000);
      const stdout = await bound(`
        import { take } from ${JSON.stringify(import.meta.resolve("./experiment.ts"))};
        await take(${
        JSON.stringify(project)
      }).catch(({ problem }) => console.log(problem.message));`);
      if (stdout !== undefined) assertEquals(stdout, `Cannot copy "${name}": permission denied\n`);
    }));
}

async function grow(path: string, bytes: number): Promise<void> {
  await Deno.writeTextFile(path, "");
  await Deno.truncate(path, bytes);
}

function relativeTo(from: string, to: string): string {
  return from.split("/").slice(1).map(() => "..").join("/") + to;
}

Deno.test("a name that is not UTF-8 is refused as such", () =>
  withProject({ "src/main.ts": main }, async (project, dir) => {
    const made = await run("sh", ["-c", "touch \"$(printf 'a\\377')\""], {
      cwd: join(project, "src"),
    });
    // Not every file system has such names.
    if (made.exitCode !== 0) return;
    await assertRefuses(
      () => take(project),
      dir,
      `snapshot
error: Cannot copy "src/a\ufffd": its name is not UTF-8
${mainPlace}  = hint: Rename it, list it in .gitignore, or move it out of the package
`,
    );
  }));

Deno.test("expyrun's own names are refused in any letter case", () =>
  withProject({ "src/main.ts": main, "Config.YML": "" }, async (project, dir) => {
    await assertRefuses(
      () => take(project, { include: ["Config.YML"] }),
      dir,
      `snapshot
error: Cannot copy "Config.YML": "Config.YML" is the name of one of expyrun's own files in the experiment folder
${includePlace}  = hint: Rename it, or put it into a folder
`,
    );
  }));
