import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError } from "../lib/errors.ts";
import { execute } from "../lib/execute.ts";
import { takeFolder } from "../lib/runner/take.ts";
import { noScreens } from "../lib/runner/tee.ts";
import { openFolder } from "../lib/snapshotter/folder.ts";
import type { RunRecord } from "../lib/snapshotter/record.ts";
import { readRecord } from "../lib/snapshotter/record_file.ts";
import { expyrun, withTempDir, writeFiles } from "./temp.ts";
import { signallingItself } from "./runner/signalling_itself.ts";
import { tellingWorld } from "./world.ts";

const world = tellingWorld({ env: Deno.env.toObject() });

/** Prepares a run whose record says something else. */
async function prepared(cwd: string, changes: Partial<RunRecord>): Promise<string> {
  const section = "{ __main__: 'a:main', __output_dir__: out, __name__: x }";
  await writeFiles(cwd, {
    "config.yml": `__run__: ${section}\n`,
    "a.ts": "export function main() {}\n",
  });
  const { stdout } = await expyrun(["prepare", "--runtime", "deno", "config.yml"], { cwd });
  const folder = stdout.trim();
  const path = join(folder, "record.json");
  const record = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...record, ...changes }));
  return folder;
}

function alter(folder: string): void {
  Deno.chmodSync(join(folder, "a.ts"), 0o644);
  Deno.writeTextFileSync(join(folder, "a.ts"), "// more\n", { append: true });
}

async function refused(run: Promise<RunRecord>): Promise<void> {
  const error = await assertRejects(() => run);
  assert(/not what was recorded \(changed: a.ts\)/.test(String(error)), String(error));
}

const unlessNew = { verify: "unless new", screens: noScreens } as const;

Deno.test("execute: a folder that was made just now is new, for one who knows so", async () => {
  await withTempDir(async (cwd) => {
    // However long this machine takes.
    const soon = new Date(Date.now() + 60_000).toISOString();
    const folder = await prepared(cwd, { preparedAt: soon });
    alter(folder);
    await refused(execute(folder, world));
    assertEquals((await execute(folder, world, undefined, unlessNew)).status, "succeeded");
  });
});

Deno.test("execute: a folder that has waited for long is looked through", async () => {
  await withTempDir(async (cwd) => {
    const folder = await prepared(cwd, { preparedAt: "2020-01-01T00:00:00.000Z" });
    alter(folder);
    await refused(execute(folder, world, undefined, unlessNew));
  });
});

Deno.test("execute: what may change others is looked through once its turn has come", async () => {
  await withTempDir(async (cwd) => {
    const write = { allow: ["/elsewhere"], deny: [] };
    const { permissions } = JSON.parse(
      await Deno.readTextFile(join(await prepared(cwd, {}), "record.json")),
    );
    const folder = await prepared(cwd, { permissions: { ...permissions, write } });
    let returned = 0;
    const turn = () => {
      alter(folder);
      return Promise.resolve(() => void returned++);
    };
    await refused(execute(folder, world, undefined, { screens: noScreens, turn }));
    assertEquals(returned, 1);
  });
});

Deno.test({
  name: "execute: a signal reaches a run that was made just now, before there is a process",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withTempDir(async (cwd) => {
      const folder = await prepared(cwd, {});
      assertEquals(await signallingItself("execute", folder), ["interrupted", "SIGUSR2"]);
    }),
});

Deno.test("execute: a run that has ended since its record was read is not told lost", async () => {
  await withTempDir(async (cwd) => {
    const folder = openFolder(await prepared(cwd, {}));
    const before = await readRecord(folder);
    assertEquals((await expyrun(["execute", folder.path], { cwd })).exitCode, 0);
    for (const status of ["prepared", "running"] as const) {
      const { process } = await readRecord(folder);
      const stale = { ...before, status, ...(status === "running" ? { process } : {}) };
      const error = await assertRejects(() => takeFolder(folder, stale, undefined), ExpyrunError);
      assert(error.message.endsWith("it has succeeded already"), error.message);
    }
  });
});

Deno.test("execute: a task of SLURM takes a folder again only when it was restarted", async () => {
  await withTempDir(async (cwd) => {
    const folder = openFolder(await prepared(cwd, {}));
    const record = await readRecord(folder);
    const task = (restarts: number) => ({ id: "7_1", restarts });
    assertEquals(await takeFolder(folder, record, task(0)), false);
    await assertRejects(() => takeFolder(folder, record, task(0)), ExpyrunError);
    assertEquals(await takeFolder(folder, record, task(1)), true);
    await assertRejects(() => takeFolder(folder, record, task(1)), ExpyrunError);
    await assertRejects(() => takeFolder(folder, record, { ...task(2), id: "8_1" }), ExpyrunError);
  });
});

Deno.test("execute: of an error with a long message the record has the beginning", async () => {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, {
      "config.yml": "__run__: { __main__: 'a:main', __output_dir__: out, __name__: x }\n",
      "a.ts": `export function main() {
        console.error("before");
        throw new Error("loss is " + "z".repeat(200_000));
      }\n`,
    });
    assertEquals((await expyrun(["--quiet", "config.yml"], { cwd })).exitCode, 1);
    const { error = "" } = await readRecord(openFolder(join(cwd, "out/x/exp.0")));
    assertEquals(error, `Error: loss is ${"z".repeat(2000)}`.slice(0, 2000) + "...");
  });
});

Deno.test("execute: a folder that was removed meanwhile is not told to lack what is hidden in it", async () => {
  await withTempDir(async (cwd) => {
    const folder = openFolder(await prepared(cwd, {}));
    const record = await readRecord(folder);
    await Deno.remove(folder.hidden, { recursive: true });
    const take = () => takeFolder(folder, record, undefined);
    await assertRejects(take, ExpyrunError, "its folder .expyrun is gone");
    await Deno.remove(folder.path, { recursive: true });
    await assertRejects(take, ExpyrunError, `"${folder.path}": there is no such folder`);
  });
});

Deno.test("execute: where no process can be started, the folder can be run once one can", async () => {
  await withTempDir(async (cwd) => {
    const path = await prepared(cwd, {});
    const folder = openFolder(path);
    const started = execute(path, { ...world, deno: join(cwd, "nowhere") });
    await assertRejects(() => started, ExpyrunError, "Cannot start");
    const { status, startedAt, process } = await readRecord(folder);
    assertEquals([status, startedAt, process], ["prepared", undefined, undefined]);
    await assertRejects(() => Deno.stat(folder.log), Deno.errors.NotFound);
    assertEquals((await execute(path, world, undefined, unlessNew)).status, "succeeded");
  });
});
