import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { type Made, run, withExperiment } from "./experiment.ts";

const endings: readonly {
  readonly name: string;
  readonly main: string;
  readonly code: number;
  readonly stderr?: RegExp;
}[] = [
  { name: "returns", main: "() => {}", code: 0 },
  { name: "resolves", main: "async () => { await 1; }", code: 0 },
  { name: "throws", main: `() => { throw new Error("boom"); }`, code: 1, stderr: /Error: boom/ },
  { name: "rejects", main: `() => Promise.reject(new Error("no"))`, code: 1, stderr: /Error: no/ },
  {
    name: "an error after the return",
    main: `() => { setTimeout(() => { throw new Error("late"); }, 1); }`,
    code: 1,
    stderr: /Error: late/,
  },
  { name: "Deno.exit", main: "() => Deno.exit(3)", code: 3 },
  { name: "Deno.exitCode", main: "() => { Deno.exitCode = 4; }", code: 4 },
  { name: "process.exit", main: `async () => (await import("node:process")).exit(3)`, code: 3 },
  {
    name: "a promise that nothing resolves",
    main: "() => new Promise(() => {})",
    code: 1,
    stderr: /^error: Cannot finish "src\/main.ts": "main" waits for what never happens\n$/,
  },
  {
    name: "a promise that nothing resolves, and Deno.exit",
    main: "() => { setTimeout(() => Deno.exit(0), 1); return new Promise(() => {}); }",
    code: 0,
  },
];

for (const { name, main, code, stderr } of endings) {
  Deno.test(`ending: ${name}`, async () => {
    await withExperiment(made(main), async (experiment) => {
      const ended = await run(experiment);
      assertEquals(ended.code, code);
      assertEquals(ended.outcome.exitCode, code);
      assertEquals(ended.outcome.interrupted, false);
      assertEquals(ended.outcome.signal, undefined);
      assertMatch(ended.stderr, stderr ?? /^$/);
      assertEquals(ended.outcome.stderrTail, ended.stderr);
    });
  });
}

function made(main: string): Made {
  return { files: { "src/main.ts": `export const main = ${main};\n` } };
}

/** Errors and where their frames are: the experiment's, and nobody else's. */
const frames: Readonly<Record<string, string>> = {
  "thrown": `export function main() { throw new Error("x"); }`,
  "rejected": `export async function main() { await 1; throw new Error("x"); }`,
  "with a cause": `export function main() { throw new Error("x", { cause: new Error("y") }); }`,
  "aggregate":
    `export async function main() { await Promise.any([Promise.reject(new Error("x"))]); }`,
  "at evaluation": `throw new Error("x"); export function main() {}`,
  "missing module": `import "./absent.ts"; export function main() {}`,
  "missing dynamic module": `export async function main() { await import("./" + "absent.ts"); }`,
  "syntax": `export function main( {}`,
};

for (const [name, text] of Object.entries(frames)) {
  Deno.test(`frames of the experiment only: ${name}`, async () => {
    await withExperiment({ files: { "src/main.ts": text } }, async (experiment) => {
      const ended = await run(experiment);
      assertEquals(ended.code, 1);
      assertMatch(ended.stderr, /src\/main\.ts:1:\d+/);
      assertEquals(/bootstrap|ext:|lib\/runner/.exec(ended.stderr), null);
    });
  });
}

const missing: readonly (readonly [string, string])[] = [
  ["export function mian() {}", 'has no export "main"\n  = hint: Did you mean "mian"?'],
  ["export function other() {}", 'has no export "main"\n  = hint: Its exports: other'],
  ["export {};", 'has no export "main"\n  = hint: It has no exports'],
  ["export const main = 1;", "is no function but number"],
  ["export const main = null;", "is no function but null"],
];

for (const [text, expected] of missing) {
  Deno.test(`no entry point: ${text}`, async () => {
    await withExperiment({ files: { "src/main.ts": text } }, async (experiment) => {
      const { code, stderr } = await run(experiment);
      assertEquals(code, 125);
      assertEquals(stderr.includes(expected), true, stderr);
      assertEquals(stderr.startsWith('error: Cannot run "name/of it": '), true, stderr);
    });
  });
}

Deno.test("the call: two arguments, the folder as working directory, EXPYRUN_CWD", async () => {
  const files = {
    "src/main.ts": `export function main(this: unknown, ...args: unknown[]) {
      console.log(JSON.stringify([this === undefined, args, Deno.cwd(),
        Deno.env.get("EXPYRUN_CWD"), Deno.makeTempDirSync()]));
    }`,
  };
  await withExperiment({ files }, async (experiment) => {
    const [self, args, cwd, original, temporary] = JSON.parse((await run(experiment)).stdout);
    assertEquals([self, args], [true, ["name/of it", { a: 1 }]]);
    assertEquals([cwd, original], [experiment.folder, "/somewhere"]);
    assertEquals(temporary.startsWith(join(experiment.folder, ".expyrun.tmp/")), true);
  });
});

Deno.test("what JSON lacks reaches the entry point", async () => {
  const delivery = `{"config": {"a": [null, {"__proto__": null}], "n": null, "z": null, "i": null},
    "special": [[["a", 0], "bigint", "12345678901234567890"], [["a", 1, "__proto__"], "-inf", ""],
      [["n"], "nan", ""], [["z"], "-0", ""], [["i"], "inf", ""]]}`;
  const files = {
    "src/main.ts": `export function main(_name: string, config: any) {
      console.log(Object.getPrototypeOf(config) === Object.prototype, config);
    }`,
  };
  await withExperiment({ files, delivery }, async (experiment) => {
    assertEquals(
      (await run(experiment)).stdout,
      `true {
  a: [ 12345678901234567890n, { ['__proto__']: -Infinity } ],
  n: NaN,
  z: -0,
  i: Infinity
}
`,
    );
  });
});
