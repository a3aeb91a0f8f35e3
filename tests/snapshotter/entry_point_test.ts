import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { findEntryPoint } from "../../lib/snapshotter/entry_point.ts";
import { type Files, withTempDir, writeFiles } from "../temp.ts";
import { assertRefuses, placeOf, specOf } from "./experiment.ts";

const files: Files = {
  "train.ts": "",
  "src/main.ts": "",
  "src/main.js": "",
  "src/only.jsx": "",
  "src/both.ts": "",
  "src/both/mod.ts": "",
  "src/folder/mod.ts": "",
  "src/deep/a/b.mjs": "",
  "src/a.b.ts": "",
  "src/notes.txt": "",
};

const found: [string, string, string][] = [
  ["src.main", "src/main.ts", "src"],
  ["src/main", "src/main.ts", "src"],
  ["./src//main", "src/main.ts", "src"],
  ["src/main.js", "src/main.js", "src"],
  ["src.only", "src/only.jsx", "src"],
  ["src.both", "src/both.ts", "src"],
  ["src.folder", "src/folder/mod.ts", "src"],
  ["src/folder/", "src/folder/mod.ts", "src"],
  ["src.deep.a.b", "src/deep/a/b.mjs", "src"],
  ["src/a.b", "src/a.b.ts", "src"],
  ["train", "train.ts", "train.ts"],
  ["train.ts", "train.ts", "train.ts"],
];

for (const [module, path, top] of found) {
  Deno.test(`the module "${module}" is ${path}`, () =>
    withTempDir(async (dir) => {
      await writeFiles(dir, files);
      const entry = await findEntryPoint(specOf(dir, { main: `${module}:run` }));
      assertEquals(entry, { module: path, top, function: "run" });
    }));
}

const place = ` --> config.yml:2:13
  |
2 |   __main__: "src.main:main"
  |             ^^^^^^^^^^^^^^^
`;
const searched = "It is searched in __code__, which is the working directory unless set";

function missing(module: string, base: string, hint: string): string {
  const tried = `"${base}.ts" (nor .mts, .tsx, .js, .mjs, .jsx, nor "${base}/mod.ts")`;
  return refusal(`Cannot find the module "${module}": no file ${tried} in "$DIR"`, hint + searched);
}

function refusal(message: string, hint: string): string {
  return `entry-point\nerror: ${message}\n${place}  = hint: ${hint}\n`;
}

const refused: [string, string][] = [
  ["src.mian", missing("src.mian", "src/mian", 'Did you mean "src.main:main"? ')],
  ["src/mian", missing("src/mian", "src/mian", 'Did you mean "src/main:main"? ')],
  ["scr.main", missing("scr.main", "scr/main", 'Did you mean "src.main:main"? ')],
  [
    "src.deeep.a.b",
    missing("src.deeep.a.b", "src/deeep/a/b", 'Did you mean "src.deep.a.b:main"? '),
  ],
  [
    "src.zzzzzz",
    missing(
      "src.zzzzzz",
      "src/zzzzzz",
      "Known: src.a.b, src.both, src.folder, src.main, src.only. ",
    ),
  ],
  ["wholly.elsewhere", missing("wholly.elsewhere", "wholly/elsewhere", "")],
  [
    "src/mian.ts",
    refusal(
      'Cannot find the module "src/mian.ts": no file "src/mian.ts" in "$DIR"',
      `Did you mean "src/main.ts:main"? ${searched}`,
    ),
  ],
  [
    "../src/main",
    refusal(
      'Cannot use the module "../src/main": it is not below __code__, "$DIR"',
      'Name the module relative to __code__, as in "package/module.ts:function"',
    ),
  ],
  [
    "/src/main",
    refusal(
      'Cannot use the module "/src/main": it is not below __code__, "$DIR"',
      'Name the module relative to __code__, as in "package/module.ts:function"',
    ),
  ],
];

for (const [module, expected] of refused) {
  Deno.test(`there is no module "${module}"`, () =>
    withTempDir(async (dir) => {
      await writeFiles(dir, files);
      await assertRefuses(
        () => findEntryPoint(specOf(dir, { main: `${module}:main` })),
        dir,
        expected,
      );
    }));
}

Deno.test("a __code__ that is not there, or is a file, is shown where it was set", () =>
  withTempDir(async (dir) => {
    await writeFiles(dir, files);
    for (const code of ["nowhere", "train.ts"]) {
      const spec = { ...specOf(dir, { code }), codePlace: placeOf(".\n") };
      await assertRefuses(
        () => findEntryPoint(spec),
        join(dir, code),
        `entry-point
error: Cannot find the module "src.main": there is no folder "$DIR"
 --> config.yml:4:13
  |
4 |   __code__: .
  |             ^
  = hint: __code__ names the folder that holds the package
`,
      );
    }
  }));
