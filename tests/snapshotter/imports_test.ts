import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Files, withTempDir, writeFiles } from "../temp.ts";
import { assertPrints, assertRefuses, bound, take, type Wish } from "./experiment.ts";

const ms = 'console.log(ms("2 days")); export function main() {}\n';

/** A project in `p/`, its wish, and what its module prints from the copy when `p/` is gone. */
const projects: [string, Files, Wish, string][] = [
  [
    "nothing but itself",
    {
      "src/main.ts": 'import { a } from "./a.ts"; console.log(a);',
      "src/a.ts": "export const a: number = 1;",
    },
    {},
    "1\n",
  ],
  [
    "built-in modules",
    {
      "src/main.ts": 'import { join } from "node:path"; console.log(join("a", "b"));',
    },
    {},
    "a/b\n",
  ],
  [
    "a package named in the code",
    {
      "src/main.ts": `import ms from "npm:ms@2.1.3"; ${ms}`,
    },
    {},
    "172800000\n",
  ],
  [
    "a package named in a module behind a link",
    {
      "src/main.ts": 'import "./a.ts"; export function main() {}',
      "src/a.ts": `import ms from "npm:ms@2.1.3"; ${ms}`,
    },
    {},
    "172800000\n",
  ],
  [
    "an import map, with a comment and a comma too many",
    {
      "deno.json":
        '{ // of "all"\n "imports": { "ms": "npm:ms@2.1.2", /* // */ "u": "npm:yaml@2.5.0", }, }',
      "src/main.ts": `import ms from "ms"; ${ms}`,
    },
    {},
    "172800000\n",
  ],
  [
    "files that hold nothing",
    {
      "deno.json": "",
      "package.json": "\n",
      "deno.lock": "",
      "src/main.ts": `import ms from "npm:ms@2.1.3"; ${ms}`,
    },
    {},
    "172800000\n",
  ],
  [
    "folders called like files",
    {
      "deno.json": '{ "imports": { "ms": "npm:ms@2.1.3" } }',
      "src/deno.json/x": "",
      "src/package.json/x": "",
      "src/main.ts": `import ms from "ms"; ${ms}`,
    },
    {},
    "172800000\n",
  ],
  [
    "relative names in an import map",
    {
      "deno.jsonc": '{ "imports": { "@/": "./src/", "#b": "./src/b c.ts" } }',
      "src/main.ts": 'import { a } from "@/a.ts"; import { b } from "#b"; console.log(a, b);',
      "src/a.ts": "export const a = 1;",
      "src/b c.ts": "export const b = 2;",
    },
    {},
    "1 2\n",
  ],
  [
    "a configuration above the code",
    {
      "deno.json": '{ "imports": { "@/": "./", "#a": "./code/src/a.ts" } }',
      "code/src/main.ts":
        'import { a } from "#a"; import * as b from "@/code/src/a.ts"; console.log(a, b.a);',
      "code/src/a.ts": "export const a = 1;",
    },
    { code: "code" },
    "1 1\n",
  ],
  [
    "a configuration in the package",
    {
      "src/deno.json": '{ "imports": { "#a": "./a.ts" } }',
      "src/main.ts": 'import { a } from "#a"; console.log(a);',
      "src/a.ts": "export const a = 1;",
    },
    {},
    "1\n",
  ],
  [
    "an import map file",
    {
      "deno.json": '{ "importMap": "./maps/map.json" }',
      "maps/map.json": '{ "imports": { "ms": "npm:ms@2.1.3", "#a": "../src/a.ts" } }',
      "src/main.ts": `import ms from "ms"; import { a } from "#a"; console.log(a); ${ms}`,
      "src/a.ts": "export const a = 1;",
    },
    {},
    "1\n172800000\n",
  ],
  [
    "scopes",
    {
      "deno.json":
        '{ "imports": { "x": "./src/a.ts" }, "scopes": { "./src/sub/": { "x": "./src/b.ts" } } }',
      "src/main.ts": 'import { a } from "x"; import { b } from "./sub/m.ts"; console.log(a, b);',
      "src/sub/m.ts": 'export { b } from "x";',
      "src/a.ts": "export const a = 1;",
      "src/b.ts": "export const b = 2;",
    },
    {},
    "1 2\n",
  ],
  [
    "a path that reads as a pattern",
    {
      "src/main.ts": `import ms from "npm:ms@2.1.3"; ${ms}`,
    },
    { outputDir: "../why?*[a]" },
    "172800000\n",
  ],
  [
    "the versions that npm has locked",
    {
      "package.json": '{ "type": "module", "dependencies": { "ms": "^2.0.0" } }',
      "package-lock.json": JSON.stringify({
        lockfileVersion: 3,
        packages: {
          "": { dependencies: { ms: "^2.0.0" } },
          "node_modules/ms": {
            version: "2.1.1",
            integrity:
              "sha512-tgp+dl5cGk28utYktBsrFqA7HKgrhgPsg6Z/EfhWI4gl1Hwq8B/GmY/0oXZ6nF8hDVesS/FpnYaD/kOWhYQvyg==",
          },
        },
      }),
      "src/main.ts": 'import ms from "ms/package.json" with { type: "json" }; ' +
        "console.log(ms.version); export function main() {}\n",
    },
    {},
    "2.1.1\n",
  ],
  [
    "a package.json",
    {
      "package.json":
        '{ "type": "module", "workspaces": ["nowhere"], "dependencies": { "ms": "2.1.3" }, "devDependencies": { "yaml": "2.5.0" } }',
      "src/main.ts": `import ms from "ms"; ${ms}`,
    },
    {},
    "172800000\n",
  ],
  [
    "a package.json in the package",
    {
      "src/package.json": '{ "dependencies": { "ms": "2.1.3" } }',
      "src/main.ts": `import ms from "ms"; ${ms}`,
    },
    {},
    "172800000\n",
  ],
  [
    "a package.json beside a deno.json",
    {
      "deno.json": '{ "imports": { "yaml": "npm:yaml@2.5.0" }, "tasks": { "a": "b" }, "lint": {} }',
      "package.json": '{ "dependencies": { "ms": "2.1.3" } }',
      "src/main.ts":
        `import ms from "ms"; import { stringify } from "yaml"; console.log(typeof stringify); ${ms}`,
    },
    {},
    "function\n172800000\n",
  ],
  [
    "JSON and text",
    {
      "src/main.ts":
        'import a from "./a.json" with { type: "json" }; import t from "./t.txt" with { type: "text" }; console.log(a.a, t);',
      "src/a.json": '{ "a": 1 }',
      "src/t.txt": "text",
      "deno.json": '{ "unstable": ["raw-imports"] }',
    },
    {},
    "1 text\n",
  ],
  [
    "JSX of a package",
    {
      "deno.json":
        '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "preact" }, "imports": { "preact": "npm:preact@10.24.0" } }',
      "src/main.tsx": "console.log((<a>1</a>).type);",
    },
    {},
    "a\n",
  ],
  [
    "a member of a workspace",
    {
      "deno.json": '{ "workspace": ["./apps/*", "./lib"], "imports": { "y": "npm:yaml@2.5.0" } }',
      "apps/train/deno.json":
        '{ "name": "@me/train", "exports": "./main.ts", "imports": { "ms": "npm:ms@2.1.3" } }',
      "apps/train/main.ts":
        `import ms from "ms"; import { parse } from "y"; import { l } from "@me/lib"; import { s } from "@me/lib/sub"; console.log(typeof parse, l, s); ${ms}`,
      "lib/deno.json":
        '{ "name": "@me/lib", "exports": { ".": "./mod.ts", "./sub": "./sub.ts" }, "imports": { "own": "npm:ms@2.1.2" } }',
      "lib/mod.ts": 'import own from "own"; export const l = own("1 day");',
      "lib/sub.ts": "export const s = 1;",
    },
    { main: "apps/train/main:main", include: ["lib"] },
    "function 86400000 1\n172800000\n",
  ],
  [
    "a project that imports itself by its name",
    {
      "deno.json":
        '{ "name": "@me/x", "version": "1.0.0", "exports": { ".": "./src/a.ts", "./b": "./src/b.ts" }, "imports": { "@me/x/b": "./src/c.ts" } }',
      "src/main.ts": 'import { a } from "@me/x"; import { b } from "@me/x/b"; console.log(a, b);',
      "src/a.ts": "export const a = 1;",
      "src/b.ts": "export const b = 2;",
      "src/c.ts": "export const b = 3;",
    },
    {},
    "1 3\n",
  ],
  [
    "the named root of a workspace",
    {
      "deno.json": '{ "name": "@root/r", "exports": "./src/r.ts", "workspace": ["./lib"] }',
      "lib/deno.json": '{ "name": "@root/l", "exports": "./l.ts" }',
      "lib/l.ts": 'import { r } from "@root/r"; export const l = r + 1;',
      "src/r.ts": "export const r = 1;",
      "src/main.ts": 'import { l } from "@root/l"; import { r } from "@root/r"; console.log(l, r);',
    },
    { include: ["lib"] },
    "2 1\n",
  ],
  [
    "members of a workspace that have a package.json",
    {
      "deno.json": '{ "workspace": ["./lib", "./src", "./plain"] }',
      "lib/package.json":
        '{ "name": "@w/lib", "version": "1.0.0", "type": "module", "exports": { ".": { "types": "./l.d.ts", "import": "./l.ts" }, "./sub": "./s.ts", "./x/*": "./*.ts" } }',
      "lib/l.ts": "export const l = 1;",
      "lib/s.ts": "export const s = 2;",
      "plain/package.json":
        '{ "name": "plain", "version": "1.0.0", "main": "p.js", "type": "module" }',
      "plain/p.js": "export const p = 3;",
      "src/package.json":
        '{ "name": "@w/src", "dependencies": { "@w/lib": "workspace:*", "plain": "workspace:^", "ms": "2.1.3" } }',
      "src/main.ts":
        `import ms from "ms"; import { l } from "@w/lib"; import { s } from "@w/lib/sub"; import { p } from "plain"; console.log(l, s, p); ${ms}`,
    },
    { include: ["lib", "plain"] },
    "1 2 3\n172800000\n",
  ],
  [
    "a workspace of package.json files alone",
    {
      "package.json": '{ "workspaces": ["lib", "src"] }',
      "lib/package.json":
        '{ "name": "@w/lib", "version": "1.0.0", "type": "module", "exports": "./l.ts" }',
      "lib/l.ts": "export const l = 1;",
      "src/package.json": '{ "name": "@w/src", "dependencies": { "@w/lib": "workspace:*" } }',
      "src/main.ts": 'import { l } from "@w/lib"; console.log(l);',
    },
    { include: ["lib"] },
    "1\n",
  ],
  [
    "a worker",
    {
      "src/main.ts":
        'const w = new Worker(new URL("./w.ts", import.meta.url), { type: "module" }); w.onmessage = ({ data }) => { console.log(data); w.terminate(); };',
      "src/w.ts": 'import ms from "npm:ms@2.1.3"; postMessage(ms("2 days"));',
    },
    {},
    "172800000\n",
  ],
  [
    "a module that only the code knows",
    {
      "src/main.ts":
        'const name = ["a"].join(); console.log((await import("./" + name + ".ts")).a);',
      "src/a.ts": 'import ms from "npm:ms@2.1.3"; export const a = ms("2 days");',
      "src/broken.ts": 'import "npm:ms@99.0.0"; import "./nowhere.ts";',
    },
    {},
    "172800000\n",
  ],
  [
    "a member of a template",
    {
      "src/main.ts":
        'const name = ["a"].join(); console.log((await import(`./models/${name}.ts`)).a);',
      "src/models/a.ts": 'import ms from "npm:ms@2.1.3"; export const a = ms("2 days");',
    },
    {},
    "172800000\n",
  ],
  [
    "types that are not copied",
    {
      "deno.json": '{ "compilerOptions": { "types": ["./types.d.ts"] } }',
      "types.d.ts": "declare const x: number;",
      "src/main.ts": "console.log(1);",
    },
    {},
    "1\n",
  ],
  [
    "a name with a space, an accent and signs",
    {
      "deno.json": '{ "imports": { "#b": "./src%20é/b%23.ts" } }',
      "src é/main.ts": 'import { b } from "#b"; import { a } from "./a%25.ts"; console.log(a, b);',
      "src é/a%.ts": "export const a = 1;",
      "src é/b#.ts": "export const b = 2;",
    },
    { main: "src é/main.ts:main" },
    "1 2\n",
  ],
];

for (const [what, files, wish, printed] of projects) {
  Deno.test(`a copy resolves without the original: ${what}`, () =>
    withTempDir(async (dir) => {
      const project = join(dir, "p q");
      await writeFiles(project, files);
      const taken = await take(project, wish);
      assertEquals(taken.warnings, []);
      await Deno.remove(project, { recursive: true });
      await assertPrints(taken, printed);
    }));

  Deno.test(`a copy of the copy resolves the same: ${what}`, () =>
    withTempDir(async (dir) => {
      const project = join(dir, "p");
      await writeFiles(project, files);
      const first = await take(project, wish);
      const { folder, code } = first;
      const again = { main: `${code.module}:main`, outputDir: "../out" };
      const second = await take(folder.path, { ...again, outputDir: "../../../out2" });
      assertEquals(second.code.files, code.files);
      assertEquals(second.code.digest, code.digest);
      for (const name of ["denoConfig", "lock"] as const) {
        assertEquals(
          await Deno.readTextFile(second.folder[name]),
          await Deno.readTextFile(folder[name]),
        );
      }
      await Deno.remove(project, { recursive: true });
      await Deno.remove(folder.path, { recursive: true });
      await assertPrints(second, printed);
    }));

  Deno.test(`--debug runs the original: ${what}`, () =>
    withTempDir(async (dir) => {
      await writeFiles(join(dir, "p"), { ...files });
      // A package.json alone makes Deno look for node_modules, which is no matter of expyrun.
      if ("package.json" in files || "src/package.json" in files) return;
      const taken = await take(join(dir, "p"), wish, true);
      assertEquals(taken.code.files, []);
      await assertPrints(taken, printed);
    }));
}

const oldLock = {
  version: "5",
  specifiers: { "npm:ms@2": "2.1.1" },
  npm: {
    "ms@2.1.1": {
      integrity:
        "sha512-tgp+dl5cGk28utYktBsrFqA7HKgrhgPsg6Z/EfhWI4gl1Hwq8B/GmY/0oXZ6nF8hDVesS/FpnYaD/kOWhYQvyg==",
    },
  },
  workspace: { dependencies: ["npm:ms@2"] },
};

const locks: [string, string, string, string][] = [
  ["beside the configuration", "deno.lock", '{ "imports": { "ms": "npm:ms@2" } }', "2.1.1"],
  ["named", "a/my.lock", '{ "imports": { "ms": "npm:ms@2" }, "lock": "a/my.lock" }', "2.1.1"],
  [
    "named and frozen",
    "my.lock",
    '{ "imports": { "ms": "npm:ms@2" }, "lock": { "path": "./my.lock", "frozen": true } }',
    "2.1.1",
  ],
];

for (const [what, path, config, version] of locks) {
  Deno.test(`the project's lock decides versions: ${what}`, () =>
    withTempDir(async (dir) => {
      await writeFiles(join(dir, "p"), {
        "deno.json": config,
        [path]: JSON.stringify(oldLock),
        "src/main.ts": `import ms from "ms"; ${ms}`,
      });
      const { folder } = await take(join(dir, "p"));
      const lock = JSON.parse(await Deno.readTextFile(folder.lock));
      assertEquals(Object.keys(lock.npm), [`ms@${version}`]);
      assertEquals(await Deno.readTextFile(join(dir, "p", path)), JSON.stringify(oldLock));
    }));
}

Deno.test("code without imports to lock starts no process and gets an empty lock", () =>
  withTempDir(async (dir) => {
    const project = join(dir, "p");
    await writeFiles(project, {
      "deno.json": '{ "imports": { "ms": "npm:no-such-package-of-anyone@1" } }',
      "deno.lock": JSON.stringify(oldLock),
      "src/main.ts": 'console.log("ran");',
    });
    const taken = await take(project);
    assertEquals(await Deno.readTextFile(taken.folder.lock), '{\n  "version": "5"\n}\n');
    await assertPrints(taken, "ran\n");
  }));

Deno.test("what stands above the output directory is not found", () =>
  withTempDir(async (dir) => {
    await writeFiles(dir, {
      "deno.json": "this is no JSON",
      "p/deno.json": "{}",
      "p/src/main.ts": 'console.log("ran");',
    });
    const taken = await take(join(dir, "p"));
    await assertPrints(taken, "ran\n");
  }));

const refusals: [string, Files, Wish, string][] = [
  [
    "a name that nothing explains",
    {
      "deno.json": "{}",
      "src/main.ts": 'import "chalkk";\n',
    },
    {},
    `error: Cannot lock the imports of "src/main.ts": Deno says "Import "chalkk" not a dependency"
$PLACE  = note: hint: If you want to use the npm package, try running \`deno add npm:chalkk\`
  = note: at file://$DIR/p/src/main.ts:1:8
  = hint: Add it to "imports" in deno.json, or to "dependencies" in package.json
`,
  ],
  [
    "a module that is not copied",
    {
      "src/main.ts": 'import "npm:ms@2.1.3"; import "../lib/a b.ts";\n',
      "lib/a b.ts": "",
    },
    {},
    `error: Cannot lock the imports of "src/main.ts": Deno says "Module not found "file://$DIR/p/lib/a%20b.ts"."
$PLACE  = note: at file://$DIR/p/src/main.ts:1:31
  = hint: If it is part of the code, copy it too: name "lib/a b.ts" in __include__
`,
  ],
  [
    "a name that leads outside",
    {
      "deno.json": '{ "imports": { "#lib": "./lib/a.ts" } }',
      "lib/a.ts": "",
      "code/src/main.ts": 'import "#lib";\n',
    },
    { code: "code" },
    `error: Cannot lock the imports of "src/main.ts": Deno says "Import "#lib" not a dependency"
$PLACE  = note: hint: If you want to use the npm package, try running \`deno add npm:#lib\`
  = note: at file://$DIR/p/code/src/main.ts:1:8
  = hint: "#lib" leads to "$DIR/p/lib/a.ts", outside of __code__: widen __code__
`,
  ],
];

for (const [what, files, wish, expected] of refusals) {
  Deno.test(`imports that cannot be locked: ${what}`, () =>
    withTempDir(async (dir) => {
      await writeFiles(join(dir, "p"), { "deno.json": "{}", ...files });
      await assertRefuses(
        () => take(join(dir, "p"), wish),
        dir,
        "lock\n" + expected.replace("$PLACE", place),
      );
    }));
}

const place = ` --> config.yml:2:13
  |
2 |   __main__: "src.main:main"
  |             ^^^^^^^^^^^^^^^
`;

const wayOut = "Deno resolves imports by it, and cannot read it either: put it right";
const foreign = 'import "npm:ms@2.1.3";\n';

const unreadable: [string, Files, string][] = [
  [
    "no JSON",
    { "deno.json": "{\n  // c\n  a\n}\n" },
    `deno.json": unexpected token "a"
 --> $DIR/p/deno.json:3:3
  |
3 |   a
  |   ^`,
  ],
  [
    "a text that stays open",
    { "deno.jsonc": '{ "a": "b\n}' },
    `deno.jsonc": unexpected token ""b\\x0a}"
 --> $DIR/p/deno.jsonc:1:8
  |
1 | { "a": "b
  |        ^`,
  ],
  [
    "an end too early",
    { "deno.json": '\ufeff{\n  "imports": {}\n' },
    `deno.json": unexpected end
 --> $DIR/p/deno.json:2:16
  |
2 |   "imports": {}
  |                ^`,
  ],
  [
    "no object",
    { "package.json": "[1]" },
    `package.json": it is not a JSON object
 --> $DIR/p/package.json:1:1
  |
1 | [1]
  | ^`,
  ],
  [
    "a lock that was merged by halves",
    { "deno.lock": '{\n<<<<<<< HEAD\n  "version": "5"\n}\n', "src/main.ts": foreign },
    `deno.lock": unexpected token "<<<<<<<"
 --> $DIR/p/deno.lock:2:1
  |
2 | <<<<<<< HEAD
  | ^`,
  ],
  [
    "an import map",
    {
      "deno.json": '{ "importMap": "maps/a.json" }',
      "maps/a.json": '{ "imports": }',
      "src/main.ts": foreign,
    },
    `maps/a.json": unexpected token "}"
 --> $DIR/p/maps/a.json:1:14
  |
1 | { "imports": }
  |              ^`,
  ],
];

for (const [what, files, expected] of unreadable) {
  Deno.test(`a file that imports are resolved by cannot be read: ${what}`, () =>
    withTempDir(async (dir) => {
      const config = "deno.jsonc" in files ? {} : { "deno.json": "{}" };
      await writeFiles(join(dir, "p"), { ...config, "src/main.ts": "", ...files });
      const text = `lock\nerror: Cannot read "$DIR/p/${expected}\n  = hint: ${wayOut}\n`;
      await assertRefuses(() => take(join(dir, "p")), dir, text);
    }));
}

Deno.test("a file that imports are resolved by is not to be read", () =>
  withTempDir(async (dir) => {
    await writeFiles(dir, { "p/deno.json": "{}", "p/src/main.ts": "" });
    await Deno.chmod(join(dir, "p/deno.json"), 0);
    const printed = await bound(`
      const { take } = await import(${JSON.stringify(import.meta.resolve("./experiment.ts"))});
      await take(${JSON.stringify(join(dir, "p"))}).catch(({ problem }) =>
        console.log(problem.code, problem.message, problem.hint));
    `);
    if (printed === undefined) return;
    assertEquals(
      printed,
      `lock Cannot read "${dir}/p/deno.json": permission denied ` +
        "Make it readable: imports are resolved by it\n",
    );
  }));

Deno.test("the copy's files keep what resolving needs, and nothing else", () =>
  withTempDir(async (dir) => {
    const kept = {
      unstable: ["raw-imports"],
      minimumDependencyAge: "P1D",
      catalog: { ms: "2.1.3" },
      catalogs: { old: { ms: "2.1.2" } },
    };
    await writeFiles(join(dir, "p"), {
      "deno.json": JSON.stringify({ ...kept, tasks: { a: "b" }, lint: {}, lock: false }),
      "package.json": JSON.stringify({
        type: "module",
        workspaces: ["nowhere"],
        dependencies: { ms: "2.1.3", own: "workspace:*" },
        devDependencies: { other: "workspace:^1" },
      }),
      "src/main.ts": "",
    });
    const { folder } = await take(join(dir, "p"));
    const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));
    assertEquals(await read(folder.denoConfig), { nodeModulesDir: "none", workspace: [], ...kept });
    assertEquals(await read(folder.packageJson), {
      type: "module",
      dependencies: { ms: "2.1.3" },
      devDependencies: {},
    });
  }));
