/** The binary alone, wherever it stands and whatever it is called by. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { binary, expyrun, run, writeFiles } from "../temp.ts";
import { config, runIn, testBinary } from "./binary.ts";

const files = {
  "config.yml": config(),
  "src/main.ts": 'import { argv } from "node:process";\n' +
    "export const main = (name: string) =>\n" +
    "  console.log(name, Deno.args.length + argv.length - 2);\n",
};
const unix = Deno.build.os !== "windows";

testBinary("it needs neither PATH nor HOME", async (folder) => {
  const env = { PATH: null, HOME: null, DENO_DIR: null, XDG_CACHE_HOME: null };
  const { exitCode, stdout, stderr } = await runIn(folder, files, undefined, env);
  assertEquals([exitCode, stdout, stderr], [0, "x 0\n", ""]);
});

testBinary(
  "it runs from a folder that cannot be written, with spaces and unicode",
  async (folder) => {
    const place = join(folder, "wo anders – 別");
    await writeFiles(folder, files);
    await Deno.mkdir(place);
    const copy = join(place, unix ? "expyrun" : "expyrun.exe");
    await Deno.copyFile(binary!, copy);
    if (unix) await Deno.chmod(place, 0o555);
    const { exitCode, stdout, stderr } = await run(copy, ["--quiet", "config.yml"], {
      cwd: folder,
    });
    if (unix) await Deno.chmod(place, 0o755);
    assertEquals([exitCode, stdout, stderr], [0, "x 0\n", ""]);
  },
);

testBinary("it runs through a symbolic link, on code behind one", async (folder) => {
  const real = join(folder, "real");
  await writeFiles(real, files);
  await Deno.symlink(real, join(folder, "link"));
  await Deno.symlink(binary!, join(folder, "tool"));
  const ended = await run(join(folder, "tool"), ["--quiet", "link/config.yml"], {
    cwd: folder,
    env: { PATH: null },
  });
  assertEquals(ended.exitCode, 125, "src is searched in the working directory");
  const { exitCode, stdout, stderr } = await run(join(folder, "tool"), ["--quiet", "config.yml"], {
    cwd: join(folder, "link"),
  });
  assertEquals([exitCode, stdout, stderr], [0, "x 0\n", ""]);
});

testBinary("a configuration of 5 MB arrives whole", async (folder) => {
  const lines = Array.from({ length: 1000 }, (_, i) => `k${i}: "${"x".repeat(5000)}"`);
  const { exitCode, stdout, stderr } = await runIn(folder, {
    "config.yml": `${config()}${lines.join("\n")}\n`,
    "src/main.ts": `export function main(_: string, config: Record<string, string>) {
      console.log(Object.keys(config).length, config.k999.length);
    }\n`,
  });
  assertEquals([exitCode, stdout, stderr], [0, "1000 5000\n", ""]);
});

testBinary(
  "TypeScript, JSON, text, WebAssembly, node: modules and top-level await",
  async (folder) => {
    const { exitCode, stdout, stderr } = await runIn(folder, {
      "src/main.ts": `import { basename } from "node:path";
      import data from "./data.json" with { type: "json" };
      import text from "./text.txt" with { type: "text" };
      import { double } from "./double.mts";
      import { triple } from "./triple.mjs";
      enum Kind { One = 1 }
      const wasm = Uint8Array.from(atob(
        "AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags="), (c) => c.charCodeAt(0));
      const { instance } = await WebAssembly.instantiate(wasm);
      export function main(name: string) {
        const add = instance.exports.add as (a: number, b: number) => number;
        console.log(basename("/a/b"), data.a, text.trim(), double(2), triple(2), Kind.One, add(2, 3), name);
      }\n`,
      "src/data.json": '{"a": 7}',
      "src/text.txt": "words\n",
      "src/double.mts": "export const double = (n: number): number => 2 * n;\n",
      "src/triple.mjs": "export const triple = (n) => 3 * n;\n",
    });
    assertEquals([exitCode, stdout, stderr], [0, "b 7 words 4 6 1 5 x\n", ""]);
  },
);

testBinary("--runtime deno uses the deno on PATH, and says which versions ran", async (folder) => {
  const words = ["--quiet", "--runtime", "deno", "config.yml"];
  const { exitCode, stdout, stderr } = await runIn(folder, files, words);
  assertEquals([exitCode, stdout, stderr], [0, "x 0\n", ""]);
  const record = JSON.parse(await Deno.readTextFile(join(folder, "out/x/exp.0/record.json")));
  assertEquals([record.runtime, record.scope], ["deno", "deny"]);
  const written = await Deno.readTextFile(join(folder, "out/x/exp.0/config.yml"));
  assertEquals(/^ {2}__runtime__: deno$/m.test(written), true, written);
  // It is compared with what will run it again, not with the binary.
  const report = await expyrun(["rerun", "--report", "--json", "out/x/exp.0"], { cwd: folder });
  assertEquals(JSON.parse(report.stdout).versions, [], report.stderr);
});

testBinary("--runtime deno without a deno is refused before anything is made", async (folder) => {
  const words = ["--runtime", "deno", "config.yml"];
  const { exitCode, stderr } = await runIn(folder, files, words, { PATH: "/nowhere" });
  assertEquals(exitCode, 125);
  assertEquals(
    stderr.split("\n")[0],
    'error: Cannot use the runtime "deno": there is no "deno" on PATH',
  );
  assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "out"), false);
});
