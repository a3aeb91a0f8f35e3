/** The scope in the binary: no way around it, and what cannot be denied is detected. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { binary, run, writeFiles } from "../temp.ts";
import { config, readRun, runIn, testBinary } from "./binary.ts";

/** Attempts to get more than was granted; `$OUT` is a file that must not come to be. */
const attempts: Readonly<Record<string, string>> = {
  "the hidden child mode": `new Deno.Command(Deno.execPath(), { args: ["--expyrun-child", "{}"] })
    .outputSync()`,
  "node:child_process": `(await import("node:child_process")).execFileSync(Deno.execPath())`,
  "a Worker that inherits": `await new Promise((resolve, reject) => {
      const code = 'try { Deno.writeTextFileSync("$OUT", ""); postMessage(1); } catch { postMessage(0); }';
      const worker = new Worker("data:text/javascript," + encodeURIComponent(code), {
        type: "module",
        deno: { permissions: "inherit" },
      } as WorkerOptions);
      worker.onmessage = ({ data }) => data === 1 ? resolve(0) : reject(new Error("refused"));
    })`,
  "a Worker that asks for all": `new Worker("data:text/javascript,", {
      type: "module",
      deno: { permissions: { write: true } },
    } as WorkerOptions)`,
  "node:worker_threads": `await new Promise(async (resolve, reject) => {
      const { Worker } = await import("node:worker_threads");
      const code = 'require("fs").writeFileSync("$OUT", "")';
      new Worker(code, { eval: true }).on("exit", resolve).on("error", reject);
    })`,
  "process.binding": `process.binding("fs").writeString(1, "$OUT")`,
  "an add-on": `process.dlopen({ exports: {} }, "./evil.node")`,
  "require of an add-on":
    `(await import("node:module")).createRequire(import.meta.url)("./evil.node")`,
  "Deno.permissions": `(await Deno.permissions.request({ name: "write", path: "$OUT" }));
    Deno.writeTextFileSync("$OUT", "")`,
  "messages to the parent": `(self as unknown as Worker).postMessage(0)`,
  "the operations of the runtime": `(Deno as any)[(Deno as any).internal].core.ops.op_napi_open(
      "./evil.node", {}, Buffer, () => {}, () => {})`,
  "a load hook": `(await import("node:module")).registerHooks({
      load: () => ({ format: "module", shortCircuit: true,
        source: 'Deno.writeTextFileSync("$OUT", "")' }),
    }); await import("./any.ts")`,
};

const probe = (code: string, out: string) =>
  `import process from "node:process";
import { Buffer } from "node:buffer";
export async function main() {
  await null;
  ${code.replaceAll("$OUT", out)};
}
[process, Buffer];
`;

for (const [name, code] of Object.entries(attempts)) {
  testBinary(`refused: ${name}`, async (folder) => {
    const out = join(folder, "escaped.txt");
    const { exitCode, stderr } = await runIn(folder, {
      "src/main.ts": probe(code, out),
      "src/evil.node": "no library",
      "src/any.ts": "export {};\n",
    });
    assertEquals(exitCode, 1, stderr);
    assertMatch(stderr, /^error: Uncaught/);
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "escaped.txt"), false);
  });
}

testBinary("on a terminal nobody is asked", async (folder) => {
  if (Deno.build.os !== "linux") return;
  await writeFiles(folder, {
    "config.yml": config(),
    "src/main.ts": probe('Deno.writeTextFileSync("$OUT", "")', join(folder, "escaped.txt")),
  });
  const command = `'${binary}' --quiet config.yml`;
  const { stdout, exitCode } = await run("script", ["-qec", command, "/dev/null"], {
    cwd: folder,
    stdin: "A\nA\nA\n",
  });
  assertEquals(exitCode, 1, stdout);
  assertMatch(stdout, /NotCapable: Requires write access/);
  assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "escaped.txt"), false);
});

testBinary("what is written into the copy is detected, named and recorded", async (folder) => {
  const { exitCode, stderr } = await runIn(folder, {
    "src/main.ts": `export function main() {
      Deno.chmodSync("src/other.ts", 0o644);
      Deno.writeTextFileSync("src/other.ts", "changed");
      Deno.writeTextFileSync("record.json", "{}");
      Deno.removeSync("config.yml");
    }\n`,
    "src/other.ts": "export {};\n",
  });
  assertEquals(exitCode, 0, stderr);
  assertMatch(
    stderr,
    /^warning: The experiment changed the copy of its code, or expyrun's own files \(changed: src\/other\.ts; missing: config\.yml\)\n/,
  );
  const record = JSON.parse(await readRun(folder, "record.json"));
  assertEquals([record.status, record.scope], ["succeeded", "detect"]);
  assertEquals(record.altered, { changed: ["src/other.ts"], missing: ["config.yml"], added: [] });
});

testBinary("a permission that denies a part is refused before anything is made", async (folder) => {
  const { exitCode, stderr } = await runIn(folder, {
    "config.yml": config("__permissions__: { net: { allow: true, deny: [example.com] } }"),
    "src/main.ts": "export const main = () => {};\n",
  });
  assertEquals(exitCode, 125);
  assertMatch(stderr, /^error: Cannot deny "net" for "example.com": the runtime "embedded"/);
  assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "out"), false);
});
