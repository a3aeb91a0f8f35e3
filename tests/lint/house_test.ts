import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { root } from "../temp.ts";
import plugin, { stageOf, whyNot } from "./house.ts";

/** The rules that a file of this name and text breaks. */
function broken(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, join(root, path), source).map(({ id }) => id);
}

const oneWay = ["house/one-way"];
const documented = ["house/documented"];
const noSurroundings = ["house/no-surroundings"];

const cases: readonly [path: string, source: string, expected: string[]][] = [
  // Forwards.
  ["lib/resolver/resolve.ts", 'import { render } from "../errors.ts";', []],
  ["lib/runner/deno.ts", 'import { openFolder } from "../snapshotter/folder.ts";', []],
  ["lib/prepare.ts", 'import { loadConfig } from "./resolver/inherit.ts";', []],
  ["lib/resolver/resolve.ts", 'import { parse } from "./document.ts";', []],
  ["main.ts", 'import { prepare } from "./lib/prepare.ts";', []],
  ["tests/x_test.ts", 'import { prepare } from "../lib/prepare.ts";', []],
  ["lib/resolver/document.ts", 'import { parse } from "js-yaml";', []],
  ["lib/prepare.ts", 'import { readConfiguration } from "./configuration.ts";', []],
  // Backwards.
  ["lib/errors.ts", 'import { warn } from "./world.ts";', oneWay],
  ["lib/resolver/resolve.ts", 'import { openFolder } from "../snapshotter/folder.ts";', oneWay],
  ["lib/snapshotter/folder.ts", 'import { plan } from "../runner/deno.ts";', oneWay],
  ["lib/runner/deno.ts", 'import { prepare } from "../prepare.ts";', oneWay],
  ["lib/prepare.ts", 'import { execute } from "./execute.ts";', oneWay],
  ["lib/execute.ts", 'import { prepare } from "./prepare.ts";', oneWay],
  ["lib/resolver/x.ts", 'import "../runner/deno.ts";', oneWay],
  ["lib/resolver/x.ts", 'export * from "../runner/deno.ts";', oneWay],
  ["lib/resolver/x.ts", 'export { plan } from "../runner/deno.ts";', oneWay],
  ["lib/resolver/x.ts", 'await import("../runner/deno.ts");', oneWay],
  ["lib/prepare.ts", 'import { main } from "../main.ts";', oneWay],
  ["lib/resolver/x.ts", 'import { type A, b } from "../runner/deno.ts";', oneWay],
  // Types are free.
  ["lib/resolver/x.ts", 'import type { Launch } from "../runner/runner.ts";', []],
  ["lib/resolver/x.ts", 'import { type Launch } from "../runner/runner.ts";', []],
  ["lib/resolver/x.ts", 'export type { Launch } from "../runner/runner.ts";', []],
  // A new room must be given its place.
  ["lib/cellar/x.ts", 'import { render } from "../errors.ts";', oneWay],
  // Start-up.
  ["lib/resolver/x.ts", 'import { join } from "node:path";', ["house/light-start"]],
  ["lib/resolver/x.ts", 'import type { Stats } from "node:fs";', []],
  ["lib/resolver/x.ts", 'await import("node:crypto");', []],
  ["tests/x_test.ts", 'import { join } from "node:path";', []],
  // Surroundings.
  ["lib/prepare.ts", "Deno.cwd();", noSurroundings],
  ["lib/prepare.ts", 'Deno.env.get("HOME");', noSurroundings],
  ["lib/prepare.ts", "globalThis.Deno.exit(1);", noSurroundings],
  ["lib/prepare.ts", 'Deno["args"];', noSurroundings],
  ["lib/prepare.ts", 'Deno.readTextFileSync("x"); process.cwd; world.cwd; a.env;', []],
  ["lib/runner/bootstrap.js", "Deno.exit(1);", []],
  ["main.ts", "Deno.exit(Deno.args.length);", []],
  // Documentation.
  ["lib/prepare.ts", "export const a = 1;", documented],
  ["lib/prepare.ts", "// One.\nexport interface A { a: number }", documented],
  ["lib/prepare.ts", "/** A. */\nexport const a = 1;\nexport const b = 1;", documented],
  ["lib/prepare.ts", "/** One. */\nexport const a = 1;", []],
  ["lib/prepare.ts", "/** One. */\n// deno-lint-ignore x\nexport function a() {}", []],
  ["lib/prepare.ts", "const a = 1;\nexport { a };", []],
  ["tests/temp.ts", "export const a = 1;", []],
];

for (const [path, source, expected] of cases) {
  Deno.test(`house: ${path}: ${source} breaks ${expected.join() || "nothing"}`, () => {
    assertEquals(broken(path, source), expected);
  });
}

Deno.test("house: every stage of lib has its place", () => {
  const names = [...Deno.readDirSync(join(root, "lib"))].map(({ name }) =>
    stageOf(join(root, "lib", name))!
  );
  const homeless = names.filter((name) => whyNot(name, "errors")?.includes("no place"));
  assertEquals(homeless, []);
});
