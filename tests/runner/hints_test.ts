import { assertEquals } from "@std/assert";
import { importHint } from "../../lib/runner/import_hint.ts";
import { permissionHint } from "../../lib/runner/permission_hint.ts";
import { defaultPermissions, type Permissions } from "../../lib/resolver/permission_set.ts";
import type { RunRecord } from "../../lib/snapshotter/record.ts";

const record = {
  folder: "/out/exp.0",
  code: {
    mode: "copy",
    root: "/out/exp.0",
    roots: ["src", "data/words"],
    files: [{ path: "src/data.ts" }, { path: "src/data2.ts" }],
  },
  permissions: defaultPermissions,
} as unknown as RunRecord;

const requires = (what: string) =>
  `error: Uncaught NotCapable: Requires ${what} access, run again with the --allow-x flag\n`
    .replace(/" access,/, '",');

const grant = (yaml: string) => `To allow it: __run__: { __permissions__: { ${yaml} } }`;

const refusals: readonly (readonly [string, string | undefined, Partial<Permissions>?])[] = [
  [requires(`net access to "example.com:443"`), grant("net: [example.com:443]")],
  [requires(`net access to "[::1]:80"`), grant(`net: ["[::1]:80"]`)],
  [requires("net"), grant("net: true")],
  [requires(`run access to "git"`), grant("run: [git]")],
  [requires(`read access to "/etc/a b"`), grant(`read: ["/etc/a b"]`), {
    read: { allow: [], deny: [] },
  }],
  [requires(`write access to "/scratch/x"`), `${grant("write: [/scratch/x]")}, or its folder`],
  [requires(`env access to "HOME"`), grant("env: [PATH, HOME]"), {
    env: { allow: ["PATH"], deny: [] },
  }],
  [requires(`sys access to "hostname"`), grant("sys: [hostname]"), {
    sys: { allow: false, deny: [] },
  }],
  [requires(`ffi access to "/a.so"`), grant("ffi: [/a.so]")],
  [requires(`ffi access to "libc.so.6"`), grant("ffi: true")],
  [requires(`write access to "/d/a,b/c.txt"`), grant("write: [/d]")],
  [
    requires(`write access to "data/x.txt"`),
    "The code copy and expyrun's own files stay as they are: write elsewhere in the experiment folder",
  ],
  [
    requires(`write access to "x.txt"`),
    '"x.txt" is meant from where the experiment went by Deno.chdir: grant it by its absolute path',
  ],
  [
    requires(`write access to "/out/exp.0"`),
    "The experiment folder itself stays where it is: change what lies in it",
  ],
  [requires(`net access to "a.b"`), '"net" is denied under __permissions__ of __run__', {
    net: { allow: true, deny: ["a.b"] },
  }],
  [requires(`net access to "a.bc:443"`), grant("net: { allow: [a.bc:443], deny: [a.b] }"), {
    net: { allow: [], deny: ["a.b"] },
  }],
  [requires(`net access to "a.b:443"`), '"net" is denied under __permissions__ of __run__', {
    net: { allow: ["c.d"], deny: ["a.b"] },
  }],
  [requires(`read access to "/data2/x"`), grant("read: { allow: [/data2/x], deny: [/data] }"), {
    read: { allow: [], deny: ["/data"] },
  }],
  [requires(`read access to "/data/x"`), '"read" is denied under __permissions__ of __run__', {
    read: { allow: [], deny: ["/data"] },
  }],
  [requires(`write access to "../x"`), '"write" is denied under __permissions__ of __run__', {
    write: { allow: [], deny: ["/out"] },
  }],
  [requires("net"), grant("net: { allow: true, deny: [a.b] }"), {
    net: { allow: [], deny: ["a.b"] },
  }],
  [`\x1b[1mRequires run access to "a"\x1b[0m, run again with the --allow-run`, grant("run: [a]")],
  [requires(`run access to "a"`) + requires(`run access to "b"`), grant("run: [b]")],
  [requires(`run access to "yes"`), grant('run: ["yes"]')],
  [
    requires(`all access to "/dev/stdin"`),
    "Read standard input by Deno.stdin: a path to it no permission grants",
  ],
  [
    requires(`all access to "/dev/stdout"`),
    "Write by console.log, Deno.stdout or Deno.stderr: a path to them no permission grants",
  ],
  [
    requires(`all access to "/proc/1/mem"`),
    `No permission of __permissions__ grants "/proc/1/mem": Deno keeps it for --allow-all`,
  ],
  [requires(`all access to "/dev/stdin"`) + requires(`run access to "b"`), grant("run: [b]")],
  ["error: Uncaught Error: boom\n", undefined],
];

for (const [text, expected, permissions] of refusals) {
  Deno.test(`permission hint: ${JSON.stringify(text)}`, () => {
    const asked = { ...record, permissions: { ...defaultPermissions, ...permissions } };
    assertEquals(permissionHint(text, asked, [asked.folder]), expected);
  });
}

const include = (path: string) =>
  `If it is part of the code, copy it too: __run__: { __include__: [data/words, ${path}] }`;

const file = (path: string) =>
  `${include(path)}; $EXPYRUN_CWD names the folder that the command was given in`;

const absences: readonly (readonly [string, string | undefined])[] = [
  [`TypeError: Module not found "file:///out/exp.0/lib/x.ts".`, include("lib/x.ts")],
  [`TypeError: Module not found "file:///out/exp.0/a%20b/%C3%A9.ts".`, include(`"a b/é.ts"`)],
  [
    `TypeError: Module not found "file:///out/exp.0/src/data".`,
    `Did you mean "src/data.ts"? Imports need the extension`,
  ],
  [
    `TypeError: Module not found "file:///out/exp.0/src/dtaa2.ts".`,
    `Did you mean "src/data2.ts"? ${include("src/dtaa2.ts")}`,
  ],
  [
    `TypeError: Module not found "file:///out/exp.0/src/data.js".`,
    'Did you mean "src/data.ts"? Imports name the file itself',
  ],
  [`TypeError: Module not found "file:///out/exp.0/src/model.ts".`, include("src/model.ts")],
  [`TypeError: Module not found "file:///out/exp.0/lib/data2.ts".`, include("lib/data2.ts")],
  [`TypeError: Module not found "file:///elsewhere/x.ts".`, undefined],
  [
    `TypeError: Module not found "file:///out/ext.ts".`,
    "The import leads out of __code__: set __code__ to a folder that holds both files",
  ],
  [`TypeError: Module not found "https://a.b/x.ts".`, undefined],
  [
    `NotFound: No such file or directory (os error 2): readfile '/out/exp.0/src/words.txt'`,
    file("src/words.txt"),
  ],
  [
    `NotFound: No such file or directory (os error 2): open 'data/x.json'`,
    file("data/x.json"),
  ],
  [`Error: ENOENT: no such file or directory, open 'data/x.json'`, file("data/x.json")],
  [`NotFound: No such file or directory (os error 2): readfile '/data/x'`, undefined],
  [`Error: boom`, undefined],
];

for (const [text, expected] of absences) {
  Deno.test(`import hint: ${text}`, () => {
    assertEquals(
      importHint(`error: Uncaught (in promise) ${text}\n`, record, [record.folder]),
      expected,
    );
  });
}

for (
  const text of [
    "TypeError: The lockfile is out of date. Run `deno install --frozen=false`, or rerun",
    "TypeError: npm specifiers were requested; but --no-npm is specified",
    'TypeError: Import "left-pad" not a dependency',
  ]
) {
  Deno.test(`import hint: not locked: ${text}`, () => {
    assertEquals(
      importHint(text, record, [record.folder])?.slice(0, 50),
      "An experiment imports only what its lock holds: im",
    );
  });
}

Deno.test("hints of a folder that was moved name what lies in it now", () => {
  const now = ["/moved/exp.0"];
  const sealed = requires(`write access to "/moved/exp.0/src/main.ts"`);
  assertEquals(permissionHint(sealed, record, now)?.startsWith("The code copy"), true);
  const before = requires(`write access to "/out/exp.0/src/main.ts"`);
  assertEquals(
    permissionHint(before, record, now),
    `${grant("write: [/out/exp.0/src/main.ts]")}, or its folder`,
  );
  const absent = `Module not found "file:///moved/exp.0/lib/x.ts".`;
  assertEquals(importHint(absent, record, now), include("lib/x.ts"));
});
