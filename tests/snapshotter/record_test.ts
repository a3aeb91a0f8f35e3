import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import type { RunRecord } from "../../lib/snapshotter/record.ts";
import { readRecord, writeRecord } from "../../lib/snapshotter/record_file.ts";
import { recordJson } from "../../lib/snapshotter/record_text.ts";
import { readFiles, withTempDir, writeFiles } from "../temp.ts";
import { assertRefuses, placeOf, recordOf, specOf } from "./experiment.ts";

const record: RunRecord = {
  ...recordOf(specOf("/p"), openFolder("/p/out/exp.0"), {
    mode: "copy",
    root: "/p/out/exp.0",
    module: "src/main.ts",
    function: "main",
    roots: ["src"],
    files: [
      { path: "src/link", link: "main.ts" },
      { path: 'src/"files": []', bytes: 3, sha256: "ab" },
    ],
    digest: "cd",
  }),
};

Deno.test("a record reads back as it was written, one file of the code a line", () =>
  withTempDir(async (dir) => {
    await writeRecord(openFolder(dir), record);
    assertEquals(await readRecord(openFolder(dir)), record);
    const lines = (await Deno.readTextFile(join(dir, "record.json"))).split("\n");
    assert(lines.includes('      {"path":"src/link","link":"main.ts"},'), lines.join("\n"));
    assertEquals(Object.keys(await readFiles(dir)), ["record.json"]);
  }));

Deno.test("the order of keys does not depend on who made the record", () => {
  const turned = Object.fromEntries(Object.entries(record).reverse()) as unknown as RunRecord;
  const code = Object.fromEntries(
    Object.entries(record.code).reverse(),
  ) as unknown as typeof record.code;
  assertEquals(recordJson({ ...turned, code }), recordJson(record));
  assertEquals(
    recordJson(record).slice(0, 47),
    '{\n  "format": 1,\n  "status": "prepared",\n  "nam',
  );
});

Deno.test("no field of a record is left out", () => {
  const full: RunRecord = {
    ...record,
    startedAt: "a",
    endedAt: "b",
    durationMs: 1,
    exitCode: 0,
    signal: "SIGTERM",
    code: { ...record.code, config: "c", lock: "l", files: [] },
  };
  assertEquals(JSON.parse(recordJson(full)), full);
});

const place = ` --> config.yml:2:13
  |
2 |   __main__: "src.main:main"
  |             ^^^^^^^^^^^^^^^
`;

const text = recordJson(record);
const noJson = "Put it back as it was: it vouches for all else";
const broken: [what: string, text: string, because: string, hint?: string][] = [
  ["half a text", text.slice(0, 100), "it is not a JSON object", noJson],
  ["nothing", "", "it is not a JSON object", noJson],
  ["a list", "[]", "it is not a JSON object", noJson],
  ["no format", "{}", '"format" is missing or malformed'],
  ["an unknown status", text.replace("prepared", "ready"), '"status" is missing or malformed'],
  ["no command", text.replace('"command"', '"words"'), '"command" is missing or malformed'],
  [
    "code that is a text",
    '{"format": 1, ' + JSON.stringify({ ...record, code: "x", format: undefined }).slice(1),
    '"code" is missing or malformed',
  ],
  [
    "a root that leaves the folder",
    text.replace(/"roots":\s*\[\s*"src"/, '"roots": ["../.."'),
    '"code.roots" is missing or malformed',
  ],
  [
    "variables that are none",
    text.replace('"command"', '"environment": [null], "command"'),
    '"environment" is missing or malformed',
  ],
  [
    "inputs that are none",
    text.replace('"command"', '"inputs": [{}], "command"'),
    '"inputs" is missing or malformed',
  ],
  [
    "a file without a path",
    text.replace('"path":"src/link"', '"p":1'),
    '"code.files" is missing or malformed',
  ],
];

for (const [what, text, because, hint] of broken) {
  Deno.test(`a record that cannot be trusted: ${what}`, () =>
    withTempDir(async (dir) => {
      await writeFiles(dir, { "record.json": text });
      await assertRefuses(
        () => readRecord(openFolder(dir), placeOf('"src.main:main"')),
        dir,
        `unreadable\nerror: Cannot read "$DIR/record.json": ${because}\n${place}` +
          (hint === undefined ? "" : `  = hint: ${hint}\n`),
      );
    }));
}

Deno.test("a record of a newer format", () =>
  withTempDir(async (dir) => {
    await writeFiles(dir, { "record.json": '{"format": 2}' });
    await assertRefuses(
      () => readRecord(openFolder(dir)),
      dir,
      `unreadable
error: Cannot read "$DIR/record.json": its format is 2, newer than 1
  = hint: Use a newer expyrun
`,
    );
  }));

Deno.test("a folder that was never ready, one that is not there, a record that is a folder", () =>
  withTempDir(async (dir) => {
    await assertRefuses(
      () => readRecord(openFolder(dir)),
      dir,
      `status
error: Cannot use "$DIR": it is no prepared experiment folder, it holds no record.json
  = hint: "expyrun prepare CONFIG" makes one and prints its path
`,
    );
    await assertRefuses(
      () => readRecord(openFolder(join(dir, "x"))),
      dir,
      'unreadable\nerror: Cannot read "$DIR/x": there is no such folder\n',
    );
    await Deno.mkdir(join(dir, "record.json"));
    await assertRefuses(
      () => readRecord(openFolder(dir)),
      dir,
      'unreadable\nerror: Cannot read "$DIR/record.json": it cannot be read as a file\n',
    );
  }));
