/** What the copied code imports in the binary: its import map, node_modules, a vendor folder. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { expyrun, type Files } from "../temp.ts";
import { config, readRun, runIn, testBinary } from "./binary.ts";

const json = (value: unknown) => `${JSON.stringify(value)}\n`;

/** Packages of every shape, as npm lays them out; `a` needs another `b` than the code does. */
const packages: Files = {
  "node_modules/a/package.json": json({
    name: "a",
    version: "1.2.3",
    type: "module",
    exports: { ".": { node: "./node.js", default: "./other.js" }, "./sub": "./lib/sub.js" },
    dependencies: { b: "^2.0.0" },
  }),
  "node_modules/a/node.js": 'import { b } from "b"; export const a = "a+" + b;\n',
  "node_modules/a/other.js": 'export const a = "wrong";\n',
  "node_modules/a/lib/sub.js": 'export const sub = "a/sub";\n',
  "node_modules/a/node_modules/b/package.json": json({ name: "b", version: "2.0.0", main: "b.js" }),
  "node_modules/a/node_modules/b/b.js": 'exports.b = "b2";\n',
  "node_modules/b/package.json": json({ name: "b", version: "1.0.0", main: "./b.js" }),
  "node_modules/b/b.js": 'const { c } = require("./c"); exports.b = "b1" + c;\n',
  "node_modules/b/c.js": 'module.exports = { c: "c" };\n',
  "node_modules/@scope/d/package.json": json({
    name: "@scope/d",
    version: "3.1.0",
    type: "module",
  }),
  "node_modules/@scope/d/index.js": 'export default "d";\n',
  "node_modules/unused/package.json": json({ name: "unused", version: "1.0.0" }),
  "node_modules/unused/index.js": "",
};

const map: Files = {
  "deno.json": json({
    imports: {
      "@/": "./src/",
      "name": "./src/named.ts",
      "alias": "npm:@scope/d@3",
      "b1": "npm:b@1",
      "blocked": null,
    },
    scopes: { "./src/inner/": { name: "./src/inner/named.ts" } },
  }),
  "src/named.ts": 'export const named = "outer";\n',
  "src/inner/named.ts": 'export const named = "inner";\n',
  "src/inner/user.ts": 'export { named } from "name";\n',
};

testBinary("packages: ES modules, CommonJS, conditions, subpaths, npm: names", async (folder) => {
  const { exitCode, stdout, stderr } = await runIn(folder, {
    ...packages,
    "src/main.ts": `import { a } from "a";
      import { sub } from "a/sub";
      import { b } from "b";
      import d from "npm:@scope/d@^3.0.0";
      export const main = () => console.log(a, sub, b, d);\n`,
  });
  assertEquals([exitCode, stdout, stderr], [0, "a+b2 a/sub b1c d\n", ""]);
  const frozen = await readRun(folder, "frozen_requirements.txt");
  assertEquals(
    frozen.split("\n").filter((line) => line.startsWith("npm:")),
    ["npm:@scope/d@3.1.0", "npm:a@1.2.3", "npm:b@1.0.0", "npm:b@2.0.0"],
  );
  const report = await expyrun(["rerun", "--report", "out/x/exp.0"], { cwd: folder });
  assertMatch(report.stdout, /^dependencies: +same$/m);
  const { code, loaded } = JSON.parse(await readRun(folder, "record.json"));
  // Of all that was copied: neither other.js, which another runtime would load, nor a package.json.
  assertEquals(loaded, [
    "node_modules/@scope/d/index.js",
    "node_modules/a/lib/sub.js",
    "node_modules/a/node.js",
    "node_modules/a/node_modules/b/b.js",
    "node_modules/b/b.js",
    "node_modules/b/c.js",
  ]);
  assertEquals(
    code.packages.map(({ path }: { path: string }) => path),
    ["node_modules/@scope/d", "node_modules/a", "node_modules/a/node_modules/b", "node_modules/b"],
  );
});

testBinary("the import map: names, prefixes, scopes, npm: addresses", async (folder) => {
  const { exitCode, stdout, stderr } = await runIn(folder, {
    ...packages,
    ...map,
    "src/main.ts": `import { named } from "name";
      import { named as same } from "@/named.ts";
      import { named as inner } from "./inner/user.ts";
      import d from "alias";
      import { c } from "b1/c.js";
      export const main = () => console.log(named, same, inner, d, c);\n`,
  });
  assertEquals([exitCode, stdout, stderr], [0, "outer outer inner d c\n", ""]);
});

testBinary("a run repeats after the project is gone", async (folder) => {
  const files = {
    ...packages,
    ...map,
    "src/main.ts": 'import { a } from "a"; import { named } from "name"; ' +
      "export const main = () => console.log(a, named);\n",
  };
  assertEquals((await runIn(folder, files)).stdout, "a+b2 outer\n");
  for (const path of ["node_modules", "src", "deno.json"]) {
    await Deno.remove(join(folder, path), { recursive: true });
  }
  const args = ["--quiet", "out/x/exp.0/config.yml"];
  const { exitCode, stdout, stderr } = await expyrun(args, { cwd: folder });
  assertEquals([exitCode, stdout, stderr], [0, "a+b2 outer\n", ""]);
});

const vendored: Files = {
  "vendor/manifest.json": json({
    modules: { "https://example.com/moved.ts": { headers: { location: "./lib/one.ts" } } },
  }),
  "vendor/example.com/lib/one.ts": 'export { two as one } from "./two.ts";\n',
  "vendor/example.com/lib/two.ts": "export const two: number = 2;\n",
  "vendor/jsr.io/@scope/pkg/1.4.0_meta.json": json({
    exports: { ".": "./mod.ts", "./x": "./x.ts" },
  }),
  "vendor/jsr.io/@scope/pkg/1.4.0/mod.ts": 'export { x } from "./x.ts";\n',
  "vendor/jsr.io/@scope/pkg/1.4.0/x.ts": 'export const x = "x";\n',
  "vendor/jsr.io/@scope/pkg/1.3.0/mod.ts": "",
};

testBinary("a vendor folder serves https: and jsr:", async (folder) => {
  const { exitCode, stdout, stderr } = await runIn(folder, {
    ...vendored,
    "src/main.ts": `import { one } from "https://example.com/lib/one.ts";
      import { one as moved } from "https://example.com/moved.ts";
      import { x } from "jsr:@scope/pkg@^1.3";
      import { x as sub } from "jsr:@scope/pkg@1/x";
      export const main = () => console.log(one, moved, x, sub);\n`,
  });
  assertEquals([exitCode, stdout, stderr], [0, "2 2 x x\n", ""]);
});

const installed = /^hint: Install it into node_modules .* or use --runtime deno/;
const added = /^hint: Add it to the project: `npm install absent`; or name it in "imports"/;

const missing: readonly (readonly [string, string, Files, RegExp?])[] = [
  ["absent", 'Import "absent" not a dependency', {}, added],
  ["absent", '(in promise) TypeError: Import "absent" not a dependency', {
    "deno.json": '{"imports": {"other": "npm:b@1"}}',
    ...packages,
  }, added],
  ["mapped", 'Module not found "npm:absent@1"', {
    "deno.json": '{"imports": {"mapped": "npm:absent@1"}}',
    ...packages,
  }],
  ["named", 'Could not resolve "named", but found it in a package.json', {
    "package.json": '{"dependencies": {"named": "1"}}',
  }],
  ["npm:absent@1", "matching package for 'npm:absent@1'", {}],
  ["npm:b@9", "matching package for 'npm:b@9'", packages],
  ["jsr:@scope/absent", 'Module not found "jsr:@scope/absent"', {}],
  [
    "https://example.com/absent.ts",
    '(in promise) TypeError: Import "https://example.com/absent.ts" not a',
    vendored,
  ],
  ["https://example.com/absent.ts", 'Module not found "https://example.com/absent.ts"', {}],
];

for (const [specifier, message, files, way = installed] of missing) {
  const beside = Object.keys(files).map((path) => ` beside ${path}`)[0] ?? "";
  testBinary(`${specifier}${beside}: one error with its place and the ways out`, async (folder) => {
    const { exitCode, stderr } = await runIn(folder, {
      ...files,
      "src/main.ts": `export { x } from "./other.ts";\nexport const main = () => {};\n`,
      "src/other.ts": `\nimport x from "${specifier}";\nexport { x };\n`,
    });
    assertEquals(exitCode, 1);
    const [error, place, hint, ...rest] = stderr.split("\n");
    assertEquals(error!.includes(message), true, stderr);
    assertMatch(place!, /^ {4}at file:\/\/.*\/exp\.0\/src\/other\.ts:2:15$/);
    assertMatch(hint!, way);
    assertEquals(rest, [""]);
  });
}

testBinary(
  "many files of a package are what they were, when several runs ask at once",
  async (folder) => {
    const count = 2000; // Beyond so many small files, others digest them.
    const names = Array.from({ length: count }, (_, i) => `node_modules/many/${i}.js`);
    const text = "export default 1;\n";
    const { exitCode, stderr } = await runIn(folder, {
      ...Object.fromEntries(names.map((name) => [name, text])),
      "node_modules/many/package.json": json({ name: "many", version: "1.0.0", type: "module" }),
      "config.yml": config().replace("__name__: x", '__name__: "{seed}"') + "seed: 0\n",
      "src/main.ts": `import "many/0.js";
      export function main(_: string, { seed }: { seed: number }) {
        if (seed === 1) throw new Error("stop");
      }\n`,
    }, ["sweep", "--quiet", "--fail-fast", "--jobs", "1", "config.yml", "--seed", "1..5"]);
    assertEquals([exitCode, /not started|changed/.test(stderr)], [1, false], stderr);
    const resumed = await expyrun(["sweep", "--jobs", "4", "--resume", "out/SWEEPS/config.0"], {
      cwd: folder,
    });
    assertEquals(resumed.stderr.includes("not what was recorded"), false, resumed.stderr);
    assertEquals([...resumed.stdout.matchAll(/succeeded/g)].length, 4, resumed.stdout);
  },
);

testBinary("an import that is never reached is no error", async (folder) => {
  const { exitCode, stdout, stderr } = await runIn(folder, {
    "src/main.ts": `export async function main(name: string) {
      if (name !== "x") await import("npm:absent@1");
      console.log("done");
    }\n`,
  });
  assertEquals([exitCode, stdout, stderr], [0, "done\n", ""]);
});
