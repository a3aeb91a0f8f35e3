import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { compileEagerly, readExecuted } from "../../tasks/eager.ts";
import { run, withTempDir } from "../temp.ts";

/** The functions of a text that begin with one of the words, as `start:end`; each ends at its line's end. */
function functionsOf(text: string, ...words: string[]): Set<string> {
  return new Set(words.map((word) => {
    const start = text.indexOf(word);
    return `${start}:${text.indexOf("\n", start)}`;
  }));
}

Deno.test("eager: what is called stands in parentheses, declarations first", () => {
  const text = `const one = two();
function two() { return 2 }
async function three(a) { await a }
const four = (a) => a
const five = { six() { return 1 }
, seven: function () {}
};
`;
  const called = functionsOf(
    text,
    "function two",
    "async function",
    "(a) =>",
    "() { return 1",
    "function ()",
  );
  assertEquals(
    compileEagerly(text, called),
    `var two=(function two() { return 2 });var three=(async function three(a) { await a });` +
      `const one = two();


const four = ((a) => a)
const five = { six() { return 1 }
, seven: (function () {})
};
`,
  );
  assertEquals(compileEagerly(text, new Set()), text);
});

Deno.test("eager: functions within functions", () => {
  const text = `function outer() { return [1].map((x) => x + 1).map(function (y) { return y }) }
outer();
`;
  const inner = ["(x) => x + 1", "function (y) { return y }"].map((part) => {
    const start = text.indexOf(part);
    return `${start}:${start + part.length}`;
  });
  const called = new Set([...functionsOf(text, "function outer"), ...inner]);
  assertEquals(
    compileEagerly(text, called),
    "var outer=(function outer() { return [1].map(((x) => x + 1)).map((function (y) { return y })) });" +
      "\nouter();\n",
  );
});

Deno.test("eager: coverage tells what was called, and the rewritten module does the same", async () => {
  await withTempDir(async (cwd) => {
    const module = join(cwd, "module.js");
    const text = `console.log(used(1), [2].map((x) => x * 2)[0]);
function used(x) { return x + 1 }
function unused() { return used(2) }
`;
    await Deno.writeTextFile(module, text);
    const covering = ["run", `--coverage=${join(cwd, "coverage")}`, module];
    const { stdout } = await run(Deno.execPath(), covering, { cwd });
    const called = await readExecuted(join(cwd, "coverage"), cwd);
    assertEquals([...called.keys()], [module]);
    const eager = compileEagerly(text, called.get(module)!);
    assertEquals(eager.startsWith("var used=(function used(x) { return x + 1 });"), true, eager);
    assertEquals(eager.includes("((x) => x * 2)"), true, eager);
    assertEquals(eager.includes("\nfunction unused() {"), true, eager);
    await Deno.writeTextFile(module, eager);
    assertEquals((await run(Deno.execPath(), ["run", module], { cwd })).stdout, stdout);
  });
});
