import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type IgnoreRules, ignoreRules, isLitter } from "../../lib/snapshotter/ignore.ts";
import { readFiles, run, withTempDir, writeFiles } from "../temp.ts";
import { take } from "./experiment.ts";

/** Rules by their file, and paths that exist; git says which of them count. */
const cases: [string, Record<string, string>, string[]][] = [
  ["a name at any depth", { "": "*.log\n" }, ["a.log", "d/a.log", "b.log/x", "a.logs"]],
  ["an anchored name", { "": "/a\nb/c\n" }, ["a", "d/a", "b/c", "d/b/c"]],
  ["folders only", { "": "out/\n" }, ["out/x", "d/out/x", "e/out"]],
  ["the last line wins", { "": "*.log\n!keep.log\n" }, ["a.log", "keep.log", "d/keep.log"]],
  ["order", { "": "!keep.log\n*.log\n" }, ["keep.log"]],
  ["a file below an excluded folder stays out", { "": "out/\n!out/a\n" }, ["out/a"]],
  ["contents but one", { "": "out/*\n!out/a\n" }, ["out/a", "out/b", "out/c/d"]],
  ["a nested file overrides", { "": "*.log\n", "d": "!*.log\n" }, [
    "a.log",
    "d/a.log",
    "d/e/a.log",
  ]],
  ["a nested file excludes", { "d": "/a\nb\n" }, ["a", "d/a", "d/e/a", "b", "d/e/b"]],
  ["a nested file brings a folder back", { "": "f/*\n", "f": "!bar/\n" }, ["f/bar/x", "f/baz/x"]],
  ["a nested file of an excluded folder", { "": "d\n", "d": "!a\n" }, ["d/a"]],
  ["stars in front", { "": "**/a\n" }, ["a", "d/a", "d/e/a", "ba"]],
  ["stars behind", { "": "a/**\n" }, ["a/b", "a/c/d", "d/a/b"]],
  ["stars between", { "": "a/**/b\n" }, ["a/b", "a/x/b", "a/x/y/b", "a/xb", "ab"]],
  ["stars in a name", { "": "a**b\nx**\n" }, ["ab", "axxb", "d/xzy", "y/x"]],
  ["only stars", { "": "**\n!*/\n!*.ts\n" }, ["a.ts", "a.js", "d/a.ts", "d/a.js"]],
  ["a star stops at a slash", { "": "a/*.c\n" }, ["a/b.c", "a/b/c.c"]],
  ["a question mark", { "": "a?c\nd/?\n" }, ["abc", "ac", "abbc", "d/x", "d/xx"]],
  ["sets", { "": "[ab].x\n[!ab].y\n[^ab].z\n[a-c]1\n" }, [
    "a.x",
    "c.x",
    "a.y",
    "c.y",
    "c.z",
    "b1",
    "d1",
  ]],
  ["odd sets", { "": "[]-]a\n[a-]b\n[\\]]c\n[]]d\n[z-a]e\n" }, [
    "]a",
    "-a",
    "-b",
    "]c",
    "]d",
    "be",
  ]],
  ["named sets", { "": "[[:digit:]]x\n[[:alpha:]_]y\n" }, ["1x", "ax", "ay", "_y", "1y"]],
  ["a set that stays open", { "": "[ab\n" }, ["[ab", "a"]],
  ["comments", { "": "# a\n\\#b\n#\n" }, ["# a", "#b", "a"]],
  ["an escaped mark", { "": "\\!a\n" }, ["!a", "a"]],
  ["spaces", { "": "a  \nb\\ \nc d\n  e\n" }, ["a", "a  ", "b ", "b", "c d", "e", "  e"]],
  ["line ends of Windows", { "": "a\r\nb\r\nc/\r\n" }, ["a", "b", "d/c/x", "e"]],
  ["a mark at the beginning", { "": "\ufeffa\n" }, ["a"]],
  ["no line end", { "": "a" }, ["a", "b"]],
  ["nothing but signs", { "": "/\n!\n!/\n\\\n" }, ["a"]],
  ["dots are dots", { "": "a.b\n" }, ["a.b", "axb"]],
  ["letters beyond ASCII", { "": "ä*\n*.日本\n" }, ["äb", "a", "x.日本"]],
  ["signs of regular expressions", { "": "a+b\n(c)\nd|e\n$f^\n{g}\n" }, [
    "a+b",
    "aab",
    "(c)",
    "d|e",
    "$f^",
    "{g}",
  ]],
  ["letter case", { "": "A\n" }, ["A", "a"]],
  ["a slash in the middle with stars", { "": "a/*/c\n" }, ["a/b/c", "a/b/d/c"]],
  ["a folder by a path", { "": "a/b/\n" }, ["a/b/c", "d/a/b/c"]],
  ["a nested file of an odd folder", { "a*[b]?\\ {c}": "x\n/y/z\nw/\n", "!d": "x", "#e ": "x" }, [
    "a*[b]?\\ {c}/x",
    "a*[b]?\\ {c}/d/x",
    "a*[b]?\\ {c}/y/z",
    "a*[b]?\\ {c}/d/y/z",
    "a*[b]?\\ {c}/d/w/v",
    "aab?\\ {c}/x",
    "!d/x",
    "d/x",
    "#e /x",
  ]],
  ["spaces after a slash", { "": "a/  \nb/\\ \n", "d": "a/ " }, ["a/x", "d/a/x", "e/a/x", "b/ /x"]],
  ["a nested file's line without a name", { "d": "/\n**\n!/\n!/a\n" }, ["d/a", "d/b", "a"]],
  ["deeper files after higher ones", { "": "x\n", "d": "!x\n", "d/e": "x\n" }, [
    "x",
    "d/x",
    "d/e/x",
    "d/f/x",
  ]],
];

for (const [what, rules, paths] of cases) {
  Deno.test(`git and expyrun agree: ${what}`, () =>
    withTempDir(async (dir) => {
      const ignores = Object.entries(rules)
        .map(([folder, text]) => [join(folder, ".gitignore"), text]);
      await writeFiles(dir, Object.fromEntries(ignores));
      await writeFiles(dir, Object.fromEntries(paths.map((path) => [path, ""])));
      const kept = await gitFiles(dir);
      const read = await readRules(rules);
      assertEquals(
        paths.filter((path) => isKept(path, read)).sort(),
        paths.filter((path) => kept.has(path)).sort(),
      );
    }));
}

Deno.test("git and expyrun agree over two thousand made-up rules", async () => {
  const random = generator(7);
  const pick = (items: readonly string[]) => items[Math.floor(random() * items.length)]!;
  // Stars beside letters are left out: git before 2.41 reads them as its memory happens to lie.
  const plain = ["a", "b", "*", "?", "[ab]", "[!a]", "\\a", "ab", ".", " "];
  const odd = [
    "\\ ",
    "[]a]",
    "[^ab]",
    "\\*",
    "\\[",
    "#",
    "!",
    "[a-b]",
    "[[:alpha:]]",
    "(",
    "+",
    "\\",
  ];
  const parts = [...plain, ...odd];
  const names = ["a", "b", "ab", "a.b", ".a", "ba", "a ", "*", "#a", "!a", "[a", "a+", "\\"];
  const paths = names.flatMap((x) =>
    ["f.a", ...names.map((y) => `${y}/f.b`)].map((y) => `${x}x/${y}`)
  );
  paths.push(...names, ...names.map((name) => `d/${name}`), ...names.map((name) => `d/e/${name}`));
  const some = (most: number, make: () => string) =>
    Array.from({ length: 1 + random() * most }, make);
  const segment = () =>
    random() < 0.2 ? "**" : some(3, () => pick(parts)).join("").replace(/\*+/g, "*");
  const make = () =>
    pick(["", "", "!"]) + pick(["", "", "/"]) + some(3, segment).join("/") +
    pick(["", "", "/"]);
  await withTempDir(async (dir) => {
    await writeFiles(dir, Object.fromEntries(paths.map((path) => [path, ""])));
    await run("git", ["init", "-q"], { cwd: dir });
    for (let round = 0; round < 100; round++) {
      const rules = { "": lines(10, make), "d": lines(10, make) };
      await writeFiles(dir, { ".gitignore": rules[""], "d/.gitignore": rules.d });
      const kept = await gitFiles(dir, false);
      const read = await readRules(rules);
      assertEquals(
        paths.filter((path) => isKept(path, read)).sort(),
        paths.filter((path) => kept.has(path)).sort(),
        JSON.stringify(rules),
      );
    }
  });
});

for (
  const [name, expected] of Object.entries({
    ".git": true,
    node_modules: true,
    ".env": true,
    ".env.local": true,
    ".envrc": true,
    "main.ts~": true,
    ".main.ts.swp": true,
    "#main.ts#": true,
    ".#main.ts": true,
    ".DS_Store": true,
    ".vscode": true,
    __pycache__: true,
    ".gitignore": false,
    "env.ts": false,
    ".hidden.json": false,
    "node_modules.ts": false,
    "a.swp": false,
  })
) {
  Deno.test(`${name} is ${expected ? "never" : "ordinary"} code`, () => {
    assertEquals(isLitter(name), expected);
  });
}

Deno.test("a copy holds what git would hold, from __code__ downwards", () =>
  withTempDir(async (dir) => {
    await writeFiles(dir, {
      ".gitignore": "*.ts\n",
      "code/.gitignore": "*.log\n/src/data\n",
      "code/src/.gitignore": "!keep.log\n",
      "code/src/main.ts": "export function main() {}\n",
      "code/src/a.log": "",
      "code/src/keep.log": "",
      "code/src/data/big": "",
      "code/src/sub/.gitignore": "*\n!x\n",
      "code/src/sub/x": "",
      "code/src/sub/y": "",
      "code/src/.env": "SECRET=1\n",
      "code/src/node_modules/a/index.js": "",
    });
    const { folder } = await take(join(dir, "code"));
    assertEquals(Object.keys(await readFiles(join(folder.path, "src"))), [
      ".gitignore",
      "keep.log",
      "main.ts",
      "sub/x",
    ]);
  }));

async function readRules(texts: Record<string, string>): Promise<IgnoreRules> {
  const rules = await ignoreRules();
  for (const [folder, text] of Object.entries(texts)) rules.add(folder, text);
  return rules;
}

/** As the walk does: a path is kept when neither it nor a folder above it is ignored. */
function isKept(path: string, rules: IgnoreRules): boolean {
  const segments = path.split("/");
  return segments.every((_, i) => {
    const part = segments.slice(0, i + 1).join("/");
    return !rules.ignores({ path: part, isFolder: i < segments.length - 1 });
  });
}

async function gitFiles(dir: string, init = true): Promise<Set<string>> {
  const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  if (init) await run("git", ["init", "-q"], { cwd: dir, env });
  const args = ["-c", "core.ignoreCase=false", "ls-files", "-z", "-co", "--exclude-standard"];
  const { stdout, stderr } = await run("git", args, { cwd: dir, env });
  assertEquals(stderr, "");
  return new Set(stdout.split("\0"));
}

function lines(count: number, make: () => string): string {
  return Array.from({ length: count }, make).join("\n") + "\n";
}

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
