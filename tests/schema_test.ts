/** The schema of record.json, held against the records that the program really writes. */
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv";
import { join } from "node:path";
import schema from "../schema/record.schema.json" with { type: "json" };
import { expyrun, type Files, withTempDir, writeFiles } from "./temp.ts";

const ajv = new Ajv2020({ allErrors: true, strict: true, formats: { "date-time": true } });
const validate = ajv.compile(schema);

function problemsOf(record: unknown): string[] {
  validate(record);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${JSON.stringify(params)}`
  );
}

const files: Files = {
  "config.yml": `__run__:
  __main__: src.main:main
  __output_dir__: out
  __name__: x
  __inputs__: [data/, file.csv]
  __permissions__: {read: [data, other.ts], write: true, net: {deny: [example.com]}}
home: $HOME
key: $MY_TOKEN
gone: $NOT_DEFINED
fail: false
other: $EXPYRUN_CWD/other.ts
`,
  "src/main.ts":
    `export async function main(_name: string, config: { fail: boolean; other: string }) {
  await import(config.other);
  if (config.fail) throw new Error("no");
}
`,
  "other.ts": "export {};\n",
  "data/a": "1",
  "file.csv": "2",
  ".git/HEAD": "ref: refs/heads/main\n",
  ".git/refs/heads/main": `${"0".repeat(40)}\n`,
};
const env = { MY_TOKEN: "s3cret", NOT_DEFINED: null };

async function record(folder: string, path: string) {
  return JSON.parse(await Deno.readTextFile(join(folder, "out", path, "record.json")));
}

Deno.test("records are what the schema says, and use every field of it that they can", async () => {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, files);
    await Deno.symlink("main.ts", join(cwd, "src/link.ts"));
    const call = async (exitCode: number, ...args: string[]) => {
      const ended = await expyrun(args, { cwd, env });
      assertEquals(ended.exitCode, exitCode, ended.stderr);
    };
    await call(0, "prepare", "config.yml");
    await call(0, "config.yml");
    await call(1, "config.yml", "--fail", "true");
    await call(0, "--debug", "config.yml");
    await Deno.chmod(join(cwd, "out/x/exp.1/src/main.ts"), 0o644);
    await Deno.writeTextFile(join(cwd, "out/x/exp.1/src/main.ts"), "\n", { append: true });
    await call(0, "rerun", "--force", "out/x/exp.1");
    await call(0, "rerun", "--force", "out/x/exp.1");
    await Deno.writeTextFile(join(cwd, "out/x/exp.0/src/new.ts"), "");
    await call(0, "execute", "--force", "out/x/exp.0");
    await call(0, "pack", "--force", "out/x/exp.3");
    await call(0, "run", "exp.3.tar.gz");
    const paths = ["x/exp.0", "x/exp.1", "x/exp.2", "DEBUG/x/exp.0", "x/exp.3", "x/exp.5"];
    const records = await Promise.all(paths.map((path) => record(cwd, path)));
    for (const [i, one] of records.entries()) assertEquals(problemsOf(one), [], paths[i]);
    const used = new Set(records.flatMap((one) => Object.keys(one)));
    // These need SLURM, a limit of time, a signal, a full disk, or the compiled binary.
    const unused = Object.keys(schema.properties).filter((key) => !used.has(key));
    assertEquals(unused, [
      "signal",
      "timedOut",
      "logIncomplete",
      "slurmTask",
      "restarts",
      "altered",
      "loaded",
    ]);
  });
});

Deno.test("the schema refuses what is no record", async (t) => {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, files);
    await expyrun(["prepare", "config.yml"], { cwd, env });
    const good = await record(cwd, "x/exp.0");
    assertEquals(problemsOf(good), []);
    const cases: [title: string, changes: Record<string, unknown>][] = [
      ["another format", { format: 2 }],
      ["an unknown status", { status: "done" }],
      ["a time that is local", { preparedAt: "2026-01-01T00:00:00+01:00" }],
      ["a negative duration", { durationMs: -1 }],
      ["an unknown field", { colour: "red" }],
      ["no code", { code: undefined }],
      ["a value of a variable", { environment: [{ name: "A", value: "x" }] }],
    ];
    for (const [title, changes] of cases) {
      await t.step(title, () => {
        const changed = JSON.parse(JSON.stringify({ ...good, ...changes }));
        assert(problemsOf(changed).length > 0);
      });
    }
  });
});

Deno.test("every field of the schema is described", () => {
  const visit = (node: unknown, path: string): string[] => {
    if (typeof node !== "object" || node === null) return [];
    const { properties = {}, items, $defs = {}, anyOf = [] } = node as Record<string, never>;
    const fields = Object.entries(properties as Record<string, Record<string, unknown>>);
    const bare = fields.filter(([, field]) =>
      !field.description && !field.$ref && !/^\/(versions|\$defs\/changes)/.test(path)
    )
      .map(([name]) => `${path}/${name}`);
    return [
      ...bare,
      ...fields.flatMap(([name, field]) => visit(field, `${path}/${name}`)),
      ...visit(items, `${path}/items`),
      ...Object.entries($defs).flatMap(([name, def]) => visit(def, `/$defs/${name}`)),
      ...(anyOf as unknown[]).flatMap((each, i) => visit(each, `${path}/${i}`)),
    ];
  };
  assertEquals(visit(schema, ""), []);
});
