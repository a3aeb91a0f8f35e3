import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { permissionHint } from "../../lib/runner/permission_hint.ts";
import type { Permissions } from "../../lib/resolver/permission_set.ts";
import { binary } from "../temp.ts";
import { embedded, type Experiment, run, withExperiment } from "./experiment.ts";

/**
 * An attempt answers, or throws. `$OUT` is a path outside of the experiment folder, `$HERE` the
 * folder that both lie in.
 */
interface Attempt {
  readonly code: string;
  readonly permissions?: Partial<Permissions>;
  /** Only what a child `deno run` refuses; in a Worker it is detected, or said before the start. */
  readonly denoOnly?: true;
  /** What the hint of a refusal says. */
  readonly hint?: string | RegExp;
}

const sealed = /^The code copy and expyrun's own files stay as they are/;
const unlocked = /^An experiment imports only what its lock holds/;
const everything: Partial<Permissions> = Object.fromEntries(
  ["read", "write", "net", "env", "sys", "run", "ffi", "import"]
    .map((name) => [name, { allow: true, deny: [] }]),
);
const inWorker = (code: string) =>
  `await new Promise((resolve, reject) => {
    const worker = new Worker("data:text/javascript," + encodeURIComponent(
      ${JSON.stringify(`try { ${code}; postMessage(1); } catch (e) { postMessage(e.message); }`)}
    ), { type: "module" });
    worker.onmessage = ({ data }) => data === 1 ? resolve() : reject(new Error(data));
    worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
  })`;

const refused: Readonly<Record<string, Attempt>> = {
  "write outside": {
    code: `Deno.writeTextFileSync("$OUT", "")`,
    hint: /write: \["?[^ ].*outside.txt"?\]/,
  },
  "write outside, relative": { code: `Deno.writeTextFileSync("../outside.txt", "")` },
  "write into the copy": { code: `Deno.writeTextFileSync("src/new.ts", "")`, hint: sealed },
  "change the copy": { code: `Deno.writeTextFileSync("src/main.ts", "")`, hint: sealed },
  "change config.yml": { code: `Deno.writeTextFileSync("config.yml", "")`, hint: sealed },
  "change record.json": { code: `Deno.writeTextFileSync("record.json", "")`, hint: sealed },
  "change outputs.log": { code: `Deno.writeTextFileSync("outputs.log", "")`, hint: sealed },
  "make package.json": { code: `Deno.writeTextFileSync("package.json", "")`, hint: sealed },
  "change call.json": { code: `Deno.writeTextFileSync(".expyrun/call.json", "")`, hint: sealed },
  "rename the copy": { code: `Deno.renameSync("src", "gone")`, hint: sealed },
  "rename what is hidden": { denoOnly: true, code: `Deno.renameSync(".expyrun", "a")` },
  "rename the folder above a part of the copy": {
    denoOnly: true,
    code: `Deno.renameSync("lib", "a")`,
  },
  "rename onto the copy": {
    code: `Deno.writeTextFileSync("a", ""); Deno.renameSync("a", "src/main.ts")`,
    hint: sealed,
  },
  "hard link of the copy": {
    denoOnly: true,
    code: `Deno.linkSync("src/main.ts", "a"); Deno.truncateSync("a")`,
  },
  "symbolic link": { code: `Deno.symlinkSync("src", "a")`, hint: /write: true/ },
  "remove the copy": { code: `Deno.removeSync("src", { recursive: true })`, hint: sealed },
  "remove the folder": { denoOnly: true, code: `Deno.removeSync(".", { recursive: true })` },
  "change the copy, all allowed": {
    code: `Deno.writeTextFileSync("src/main.ts", "")`,
    permissions: everything,
    hint: sealed,
  },
  "change config.yml by its absolute path, all allowed": {
    code: `Deno.writeTextFileSync(Deno.cwd() + "/config.yml", "")`,
    permissions: everything,
    hint: sealed,
  },
  "change of directory": { code: `Deno.chdir(".."); Deno.writeTextFileSync("a.txt", "")` },
  "chdir does not widen": {
    denoOnly: true,
    code: `Deno.chdir(".."); Deno.writeTextFileSync("exp.0/src/main.ts", "")`,
  },
  "net": { code: `await fetch("http://127.0.0.1:8765/")`, hint: /net: \["127.0.0.1:8765"\]/ },
  "listen": { code: `Deno.listen({ port: 0 })`, hint: /net: \["0.0.0.0"\]/ },
  "run": { code: `new Deno.Command("git").outputSync()`, hint: /run: \[git\]/ },
  "kill": { code: `Deno.kill(Deno.ppid, "SIGKILL")`, hint: /run: true/ },
  "ffi": { code: `Deno.dlopen("/lib/x.so", {})`, hint: /ffi: \[\/lib\/x.so\]/ },
  "import": { code: `await import("https://deno.land/" + "x.ts")`, hint: unlocked },
  "import from npm": { code: `await import("npm:" + "left-pad")` },
  "worker": { code: inWorker(`Deno.writeTextFileSync("$OUT", "")`) },
  "worker that asks for more": {
    code:
      `new Worker("data:text/javascript,", { type: "module", deno: { permissions: { net: true } } })`,
  },
  "node:worker_threads": {
    code: `await (async () => {
      const { Worker } = await import("node:worker_threads");
      const code = "require('fs').writeFileSync('$OUT', '')";
      const worker = new Worker(code, { eval: true });
      await new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    })()`,
  },
  "node:fs": { code: `(await import("node:fs")).writeFileSync("config.yml", "")`, hint: sealed },
  "node:child_process": {
    code: `(await import("node:child_process")).execFileSync("git", ["--version"])`,
  },
  "read, where it is a list": {
    code: `Deno.readTextFileSync("/etc/hosts")`,
    permissions: { read: { allow: ["/data"], deny: [] } },
    hint: /read: \[\/data, \/etc\/hosts\]/,
  },
  "env, where it is denied": {
    denoOnly: true,
    code: `Deno.env.get("SECRET")`,
    permissions: { env: { allow: true, deny: ["SECRET"] } },
    hint: /"env" is denied/,
  },
  "sys, where it is nothing": {
    code: `Deno.hostname()`,
    permissions: { sys: { allow: false, deny: [] } },
    hint: /sys: \[hostname\]/,
  },
  "write, where it is nothing": {
    code: `Deno.writeTextFileSync("a.txt", "")`,
    permissions: { write: { allow: false, deny: [] } },
  },
  "read, listed and denied": {
    code: `Deno.readTextFileSync("/etc/hosts")`,
    permissions: { read: { allow: ["/etc"], deny: true } },
    hint: /"read" is denied/,
  },
  "write, listed and denied": {
    code: `Deno.writeTextFileSync("$OUT", "")`,
    permissions: { write: { allow: ["$HERE/outside.txt"], deny: true } },
    hint: /"write" is denied/,
  },
  "write inside, denied": {
    code: `Deno.writeTextFileSync("a.txt", "")`,
    permissions: { write: { allow: [], deny: true } },
  },
  "change the copy, write denied": {
    code: `Deno.writeTextFileSync("src/main.ts", "")`,
    permissions: { write: { allow: true, deny: true } },
  },
  "change record.json, write denied": {
    code: `Deno.writeTextFileSync("record.json", "")`,
    permissions: { write: { allow: ["$HERE"], deny: true } },
  },
  "net, listed and denied": {
    code: `Deno.listen({ hostname: "127.0.0.1", port: 0 })`,
    permissions: { net: { allow: ["127.0.0.1"], deny: true } },
    hint: /"net" is denied/,
  },
  "env, listed and denied": {
    code: `Deno.env.get("HOME")`,
    permissions: { env: { allow: ["HOME"], deny: true } },
    hint: /"env" is denied/,
  },
  "sys, listed and denied": {
    code: `Deno.hostname()`,
    permissions: { sys: { allow: ["hostname"], deny: true } },
    hint: /"sys" is denied/,
  },
  "run, listed and denied": {
    code: `new Deno.Command("git").outputSync()`,
    permissions: { run: { allow: ["git"], deny: true } },
    hint: /"run" is denied/,
  },
  "ffi, listed and denied": {
    code: `Deno.dlopen("/lib/x.so", {})`,
    permissions: { ffi: { allow: ["/lib/x.so"], deny: true } },
    hint: /"ffi" is denied/,
  },
  "import, listed and denied": {
    code: `await import("http://127.0.0.1:9/" + "x.ts")`,
    permissions: { import: { allow: ["127.0.0.1:9"], deny: true } },
    hint: unlocked,
  },
  "run, the same program listed and denied": {
    code: `new Deno.Command("git").outputSync()`,
    permissions: { run: { allow: ["git"], deny: ["git"] } },
    hint: /"run" is denied/,
    denoOnly: true,
  },
  "change the copy, where a file of it is listed": {
    code: `Deno.writeTextFileSync("src/main.ts", "")`,
    permissions: { write: { allow: ["$HERE/exp.0/src/main.ts"], deny: [] } },
    hint: sealed,
  },
  "change the copy, where a file of it is listed by another way": {
    code: `Deno.writeTextFileSync("$OUT/exp.0/src/main.ts", "")`,
    permissions: { write: { allow: ["$HERE/outside.txt/exp.0/src/main.ts"], deny: [] } },
    denoOnly: true,
  },
  "write inside, where the folder around is denied": {
    code: `Deno.writeTextFileSync("a.txt", "")`,
    permissions: { write: { allow: ["$HERE/exp.0/a.txt"], deny: ["$HERE"] } },
    hint: /"write" is denied/,
    denoOnly: true,
  },
  "read, where the folder around is denied": {
    code: `Deno.readTextFileSync("/etc/hosts")`,
    permissions: { read: { allow: ["/etc/hosts"], deny: ["/etc"] } },
    hint: /"read" is denied/,
    denoOnly: true,
  },
};

for (const [name, attempt] of Object.entries(refused)) {
  // The runtime itself loads from npm where it is Deno, though in a Worker.
  const isFetched = name.startsWith("import") && binary === undefined;
  const isDenoOnly = attempt.denoOnly === true || attempt.hint === sealed || isFetched;
  Deno.test({
    name: `refused: ${name}`,
    ignore: embedded && isDenoOnly,
    fn: () => refuses(attempt),
  });
}

async function refuses(attempt: Attempt): Promise<void> {
  await withAttempt(attempt, async (experiment) => {
    const before = await sealedTexts(experiment);
    const { code, stderr, outcome } = await run(experiment);
    assertEquals(code, 1, stderr);
    assertEquals(await sealedTexts(experiment), before);
    if (attempt.hint === undefined || embedded && attempt.hint === unlocked) return;
    const hint = permissionHint(outcome.stderrTail, experiment.record, [experiment.folder]) ?? "";
    assertEquals(new RegExp(attempt.hint).test(hint), true, `${hint}\n${stderr}`);
  });
}

const granted: Readonly<Record<string, Attempt>> = {
  "write inside": { code: `Deno.mkdirSync("a"); Deno.writeTextFileSync("a/b.txt", "")` },
  "write inside, absolute": { code: `Deno.writeTextFileSync(Deno.cwd() + "/b.txt", "")` },
  "change directory and write": {
    code: `Deno.mkdirSync("a"); Deno.chdir("a"); Deno.mkdirSync("b")`,
  },
  "temporary files": { code: `Deno.makeTempFileSync()` },
  "temporary files, where a list grants all": {
    code: `Deno.makeTempFileSync()`,
    permissions: { write: { allow: ["/"], deny: [] } },
  },
  "temporary files under write: true": {
    code: `Deno.makeTempFileSync()`,
    permissions: { write: { allow: true, deny: [] } },
  },
  "read anything": { code: `Deno.readDirSync("/"); Deno.readTextFileSync("config.yml")` },
  "env": { code: `Deno.env.toObject()` },
  "sys": { code: `Deno.hostname(); (await import("node:os")).cpus()` },
  "node:fs inside": { code: `(await import("node:fs")).writeFileSync("a.txt", "")` },
  "write outside": {
    code: `Deno.writeTextFileSync("$OUT", "")`,
    permissions: { write: { allow: ["/"], deny: [] } },
  },
  "net": {
    code: `Deno.listen({ hostname: "127.0.0.1", port: 0 }).close()`,
    permissions: { net: { allow: ["127.0.0.1"], deny: [] } },
  },
  "run": {
    code: `new Deno.Command("git", { args: ["--version"] }).outputSync()`,
    permissions: { run: { allow: ["git"], deny: [] } },
  },
  "symbolic links under write: true": {
    code: `Deno.symlinkSync("src", "a")`,
    permissions: { write: { allow: true, deny: [] } },
  },
  "EXPYRUN_CWD, where env is a list": {
    code: `Deno.env.get("EXPYRUN_CWD")`,
    permissions: { env: { allow: ["HOME"], deny: [] } },
  },
  "the code, where nothing may be read": {
    code: `await import("./" + "other.ts")`,
    permissions: { read: { allow: false, deny: [] } },
  },
};

for (const [name, attempt] of Object.entries(granted)) {
  Deno.test(`granted: ${name}`, async () => {
    await withAttempt(attempt, async (experiment) => {
      const { code, stderr } = await run(experiment);
      assertEquals([code, stderr], [0, ""]);
    });
  });
}

async function withAttempt(
  { code, permissions }: Attempt,
  action: (experiment: Experiment) => Promise<void>,
): Promise<void> {
  const files = {
    "src/main.ts": "",
    "src/other.ts": "export {};",
    "lib/util/a.ts": "export {};",
    "deno.json": '{ "unstable": ["worker-options"] }\n',
  };
  const made = { files, code: { roots: ["src", "lib/util"] } };
  await withExperiment({ ...made, ...(permissions && { permissions }) }, async (experiment) => {
    const text = code.replace("$OUT", join(experiment.outside, "outside.txt"));
    await Deno.writeTextFile(
      join(experiment.folder, "src/main.ts"),
      `export async function main() { await null; ${text}; }\n`,
    );
    const json = JSON.stringify(experiment.record).replaceAll("$HERE", experiment.outside);
    await Deno.writeTextFile(join(experiment.folder, "record.json"), json);
    if (code.includes("$OUT/exp.0")) {
      await Deno.symlink(".", join(experiment.outside, "outside.txt"));
    }
    await action({ ...experiment, record: JSON.parse(json) });
  });
}

/** What no attempt may change: undefined stands for what is not there. */
async function sealedTexts({ folder, outside }: Experiment): Promise<(string | undefined)[]> {
  const paths = ["src/main.ts", "src/new.ts", "config.yml", "record.json", "package.json"];
  return await Promise.all(
    [...paths.map((path) => join(folder, path)), join(outside, "outside.txt")]
      .map((path) => Deno.readTextFile(path).catch(() => undefined)),
  );
}

Deno.test({
  name: "refused: change of config.yml through the symbolic link that the folder was named by",
  ignore: Deno.build.os === "windows" || embedded,
  fn: async () => {
    const code = `Deno.writeTextFileSync("$OUT/config.yml", "")`;
    await withAttempt({ code, permissions: everything }, async (experiment) => {
      const { outside, folder } = experiment;
      const link = join(outside, "outside.txt");
      await Deno.symlink(folder, link);
      const record = { ...experiment.record, folder: link };
      await Deno.writeTextFile(join(folder, "record.json"), JSON.stringify(record));
      const { code, stderr, outcome } = await run(experiment);
      assertEquals(code, 1, stderr);
      assertEquals(
        sealed.test(permissionHint(outcome.stderrTail, record, [folder, link]) ?? ""),
        true,
      );
    });
  },
});
