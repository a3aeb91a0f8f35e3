import { assertEquals } from "@std/assert";
import { header, render } from "../../lib/errors.ts";
import { emitRaw, emitResolved } from "../../lib/resolver/emit.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { checkReservedKeys, readRunSection, type RunSpec } from "../../lib/resolver/run_section.ts";
import { resolvedSection, writtenConfigs } from "../../lib/resolver/written.ts";
import type { Grant, Permissions } from "../../lib/resolver/permission_set.ts";
import { tellingWorld } from "../world.ts";
import { errorOf, listener, parse, told } from "./nodes.ts";

const world = tellingWorld({ cwd: "/work", env: { DATA: "/data" } });

const required = { __main__: "src.train:main", __output_dir__: "out", __name__: "name" };

/** `__run__` with these keys; null leaves a required one out. */
function section(keys: Readonly<Record<string, string | null>> = {}): string {
  const lines = Object.entries({ ...required, ...keys }).filter(([, value]) => value !== null);
  return `__run__:\n${lines.map(([key, value]) => `  ${key}: ${value}\n`).join("")}`;
}

function read(keys: Readonly<Record<string, string | null>> = {}): RunSpec {
  return readRunSection(resolveConfig(parse(section(keys)), world), world);
}

Deno.test("__run__ is read, with absolute paths", () => {
  const spec = read({
    __name__: "group/name",
    __output_dir__: "./out/x",
    __code__: "code",
    __include__: "[data/a.csv, more]",
  });
  assertEquals(spec.main.module, "src.train");
  assertEquals(spec.main.function, "main");
  assertEquals(header(spec.main.place), "config.yml:2:13");
  assertEquals(spec.name, "group/name");
  assertEquals(header(spec.namePlace), "config.yml:4:13");
  assertEquals(spec.outputDir, "/work/out/x");
  assertEquals(spec.code, "/work/code");
  assertEquals(spec.include.map(({ path }) => path), ["data/a.csv", "more"]);
  assertEquals(read().code, "/work");
  assertEquals(read().codePlace, undefined);
  assertEquals(read().include, []);
});

Deno.test("a name is taken as text", () => {
  const names = ["5", "1.0", "1e-5", "true", "'{__run__.__main__}'", "a/b/c", "..a/b.."];
  assertEquals(names.map((__name__) => read({ __name__ }).name), [
    "5",
    "1.0",
    "1e-05",
    "true",
    "src.train:main",
    "a/b/c",
    "..a/b..",
  ]);
});

Deno.test("parts of a name that name no folder are left out, with a warning", () => {
  for (const [text, name] of [["a/", "a"], ["a//b", "a/b"], ["./a/./b", "a/b"]] as const) {
    const { heard, warn } = listener();
    const config = parse(`__run__: {__main__: m:f, __output_dir__: o, __name__: ${text}}\n`);
    assertEquals(readRunSection(config, { ...tellingWorld(), warn }).name, name);
    assertEquals(heard.map((text) => text.split("\n")[0]), [
      `warning: Taking "${text}" as the name "${name}"`,
    ]);
  }
});

Deno.test("the module is given with dots or as a path", () => {
  for (const main of ["train:main", "a.b.c:f", "a/b.ts:f", "a/b.mts:default", "train.ts:_x1"]) {
    const spec = read({ __main__: main });
    assertEquals(`${spec.main.module}:${spec.main.function}`, main);
  }
});

const nameHint = "A name is a relative path below __output_dir__, such as group/name";
const mainHint = "Name a module below __code__ and a function of it: package.module:function";

/** The section, the message, where, what is marked, and the hint. */
const errors: readonly [
  keys: Record<string, string | null>,
  message: string,
  at: string,
  hint: string,
][] = [
  [
    { __main__: null },
    '"__run__": it has no "__main__"',
    "1:1",
    "Add __main__: package.module:function",
  ],
  [
    { __output_dir__: null },
    '"__run__": it has no "__output_dir__"',
    "1:1",
    "Add __output_dir__: out",
  ],
  [{ __name__: null }, '"__run__": it has no "__name__"', "1:1", "Add __name__: my_experiment"],
  [{ __name__: "" }, '"__name__": it is empty', "4:3", "Write __name__: my_experiment"],
  [{ __name__: "''" }, '"__name__": it is empty', "4:13", "Write __name__: my_experiment"],
  [{ __name__: "$NOTHING" }, '"__name__": it is empty', "4:13", "Write __name__: my_experiment"],
  [{ __nme__: "x" }, '"__run__": unknown key "__nme__"', "5:3", 'Did you mean "__name__"?'],
  [{ __name__: "/abs" }, '"__name__": "/abs" is an absolute path', "4:13", nameHint],
  [
    { __name__: "../x" },
    '"__name__": "../x" holds "..", which leaves the output directory',
    "4:13",
    nameHint,
  ],
  [
    { __name__: "a/../../x" },
    '"__name__": "a/../../x" holds "..", which leaves the output directory',
    "4:13",
    nameHint,
  ],
  [{ __name__: "./." }, '"__name__": "./." names no folder', "4:13", nameHint],
  [
    { __name__: "./exp.0/" },
    '"__name__": "./exp.0/" holds "exp.0", the name of an experiment folder',
    "4:13",
    nameHint,
  ],
  [
    { __name__: "DEBUG/a" },
    '"__name__": "DEBUG/a" begins with "DEBUG", where expyrun keeps other folders',
    "4:13",
    nameHint,
  ],
  [
    { __name__: "SWEEPS" },
    '"__name__": "SWEEPS" begins with "SWEEPS", where expyrun keeps other folders',
    "4:13",
    nameHint,
  ],
  [
    { __name__: "a/exp.0/b" },
    '"__name__": "a/exp.0/b" holds "exp.0", the name of an experiment folder',
    "4:13",
    nameHint,
  ],
  [
    { __name__: "{x: }" },
    '"__name__": it is a mapping, not text',
    "4:13",
    'Quote text that begins with a brace: __name__: "{x: }"',
  ],
  [{ __name__: '"a\\0"' }, '"__name__": "a\\x00" holds a NUL character', "4:13", nameHint],
  [
    { __main__: "src.train" },
    '"__main__": "src.train" is no "package.module:function"',
    "2:13",
    mainHint,
  ],
  [{ __main__: "a:b:c" }, '"__main__": "a:b:c" is no "package.module:function"', "2:13", mainHint],
  [
    { __main__: "':main'" },
    '"__main__": ":main" is no "package.module:function"',
    "2:13",
    mainHint,
  ],
  [
    { __main__: "a..b:main" },
    '"__main__": "a..b:main" is no "package.module:function"',
    "2:13",
    mainHint,
  ],
  [
    { __main__: "../a/b:main" },
    '"__main__": "../a/b:main" is no "package.module:function"',
    "2:13",
    mainHint,
  ],
  [
    { __main__: "/a/b.ts:main" },
    '"__main__": "/a/b.ts:main" is no "package.module:function"',
    "2:13",
    mainHint,
  ],
  [
    { __main__: "a:not-a-name" },
    '"__main__": "a:not-a-name" is no "package.module:function"',
    "2:13",
    mainHint,
  ],
  [
    { __include__: "[1]" },
    '"__include__": an int is no path',
    "5:17",
    "Give a path or a list of paths, below __code__",
  ],
  [
    { __permissions__: "{nett: [x]}" },
    '"__permissions__": unknown word "nett"',
    "5:21",
    'Did you mean "net"?',
  ],
  [
    { __permissions__: "{net: 5}" },
    '"__permissions__": "net" is an int, not true, false or a list',
    "5:26",
    "Write net: true, net: false or net: [...]",
  ],
  [
    { __permissions__: "{net: [443]}" },
    '"__permissions__": "443" is no item of "net"',
    "5:27",
    "Give text, in quotes",
  ],
  [
    { __permissions__: "everything" },
    '"__permissions__": "everything" is no permission set',
    "5:20",
    "Write all, or words such as { net: [example.com], run: [git] }",
  ],
  [
    { __permissions__: "{read: {alow: []}}" },
    '"__permissions__": unknown word "alow"',
    "5:28",
    'Did you mean "allow"?',
  ],
  [
    { __permissions__: "{write: ['a,b']}" },
    '"__permissions__": "/work/a,b" holds a comma, which separates permissions',
    "5:29",
    "Rename it without a comma, or grant the folder above it",
  ],
];

Deno.test("a section that is not complete or not well formed is shown where it stands", () => {
  for (const [keys, message, at, hint] of errors) {
    const lines = errorOf(() => read(keys)).split("\n");
    assertEquals(lines[0], `error: Cannot read ${message}`);
    assertEquals(lines[1], ` --> config.yml:${at}`, message);
    assertEquals(lines.at(-2), `  = hint: ${hint}`, message);
  }
});

Deno.test("a key that is missing is shown as a whole", () => {
  assertEquals(
    errorOf(() => read({ __name__: null })),
    `error: Cannot read "__run__": it has no "__name__"
 --> config.yml:1:1
  |
1 | __run__:
  | ^^^^^^^
  = hint: Add __name__: my_experiment
`,
  );
  assertEquals(
    errorOf(() => readRunSection(parse("a: 1\n"), world)),
    `error: Cannot run this configuration: it has no "__run__"
 --> config.yml:1:1
  |
1 | a: 1
  | ^^^^
  = hint: Say what to run: __run__ with __main__, __output_dir__ and __name__
`,
  );
});

Deno.test("an include stays below the code", () => {
  for (const path of ["/abs", "../x", "a/../../x"]) {
    const [message] = errorOf(() => read({ __include__: path })).split("\n");
    assertEquals(message, `error: Cannot include "${path}": it is no path below __code__`);
  }
});

const open: Grant = { allow: true, deny: [] };
const closed: Grant = { allow: [], deny: [] };
const defaults: Permissions = {
  read: open,
  write: closed,
  net: closed,
  env: open,
  sys: open,
  run: closed,
  ffi: closed,
  import: closed,
};
const all = Object.fromEntries(Object.keys(defaults).map((name) => [name, open]));

const permissions: readonly [written: string, expected: Record<string, unknown>][] = [
  ["{}", defaults],
  ["", defaults],
  ["all", all],
  ["{net: [api.example.com, 'h:80']}", {
    ...defaults,
    net: { allow: ["api.example.com", "h:80"], deny: [] },
  }],
  ["{net: true, env: false}", { ...defaults, net: open, env: { allow: false, deny: [] } }],
  ["{write: [/scratch, rel]}", {
    ...defaults,
    write: { allow: ["/scratch", "/work/rel"], deny: [] },
  }],
  ["{read: [data]}", { ...defaults, read: { allow: ["/work/data"], deny: [] } }],
  ["{read: [$DATA]}", { ...defaults, read: { allow: ["/data"], deny: [] } }],
  ["{run: [git, ./tool, bin/x]}", {
    ...defaults,
    run: { allow: ["git", "/work/tool", "/work/bin/x"], deny: [] },
  }],
  ["{ffi: [lib.so]}", { ...defaults, ffi: { allow: ["/work/lib.so"], deny: [] } }],
  ["{env: [HOME]}", { ...defaults, env: { allow: ["HOME"], deny: [] } }],
  ["{read: {deny: [secret]}}", { ...defaults, read: { allow: true, deny: ["/work/secret"] } }],
  ["{net: {allow: true, deny: [x.y]}}", { ...defaults, net: { allow: true, deny: ["x.y"] } }],
  ["{sys: {deny: true}}", { ...defaults, sys: { allow: true, deny: true } }],
  ["{import: [esm.sh]}", { ...defaults, import: { allow: ["esm.sh"], deny: [] } }],
];

Deno.test("permissions are a full record, paths absolute", () => {
  for (const [written, expected] of permissions) {
    assertEquals<unknown>(read({ __permissions__: written }).permissions, expected, written);
  }
  assertEquals<unknown>(read().permissions, defaults);
});

Deno.test("a tilde is a name: only shells know what it stands for", () => {
  const telling = tellingWorld();
  const section = "__main__: m:f, __name__: n, __output_dir__: ~/zz";
  readRunSection(parse(`__run__: {${section}}\n`), telling);
  assertEquals(telling.warnings.map(({ message, hint }) => [message, hint]), [
    ['Taking "~" in __output_dir__ as the name of a folder', "Write $HOME/zz"],
  ]);
});

Deno.test("an absolute path inside the output directory is told of", () => {
  const warned = ["/work//abs/x", "out//x", "//out/x", "/work/x", "out"].map((text) => {
    const telling = tellingWorld({ cwd: "/work" });
    const section = `__main__: m:f, __name__: n, __output_dir__: ${text}`;
    readRunSection(parse(`__run__: {${section}}\n`), telling);
    return telling.warnings.map(({ message }) => message).join();
  });
  assertEquals(warned, [
    'Taking "/work//abs/x" as "/work/abs/x"',
    'Taking "out//x" as "/work/out/x"',
    "",
    "",
    "",
  ]);
});

Deno.test("an unknown root key with underscores is warned about with the near miss", () => {
  const telling = tellingWorld();
  checkReservedKeys(
    parse(
      "__sweep__: 1\n__rum__: 1\nx: {__y__: 1}\n__run__: {__default__: 1}\n" +
        "y: [{__default__: ./a.yml}]\n",
    ),
    telling,
  );
  assertEquals(telling.warnings.map((problem) => render("warning", problem, { color: false })), [
    `warning: Passing "__rum__" to the entry point: expyrun knows no such key
 --> config.yml:2:1
  |
2 | __rum__: 1
  | ^^^^^^^
  = hint: Did you mean "__run__"?
`,
    `warning: Passing "y.0.__default__" to the entry point: it only counts at the root
 --> config.yml:5:6
  |
5 | y: [{__default__: ./a.yml}]
  |      ^^^^^^^^^^^
`,
  ]);
});

Deno.test("written files have absolute paths and the code, and mean the same", () => {
  const raw = parse(`base: rel
dir: "{base}/$NAME"
sets: [a, /b]
__sweep__: {x: 1}
__run__:
  __output_dir__: "out/{base}"
  __main__: a:b
  __name__: "{base}"
  __permissions__:
    read: ["{base}/x", "$DATA/y", "/z/{base}"]
    write: "{sets}"
    run: [git, ./t]
    net: ["{base}"]
`);
  const named = tellingWorld({ cwd: "/w{base}", env: { DATA: "/data", NAME: "n" } });
  const resolved = resolveConfig(raw, named);
  const written = writtenConfigs(raw, resolved, named, "/w{base}/exp.0");
  assertEquals(
    emitRaw(written.raw),
    `base: rel
dir: '{base}/$NAME'
sets:
  - a
  - /b
__sweep__:
  x: 1
__run__:
  __output_dir__: '!P/w{base}/out/rel'
  __main__: a:b
  __name__: '{base}'
  __permissions__:
    read:
      - '!P/w{base}/rel/x'
      - $DATA/y
      - '/z/{base}'
    write:
      - '!P/w{base}/a'
      - '{sets.1}'
    run:
      - git
      - '!P/w{base}/t'
    net:
      - '{base}'
  __code__: '!P/w{base}/exp.0'
`.replaceAll("'/z/{base}'", "/z/{base}"),
  );
  const again = resolveConfig(parse(emitRaw(written.raw)), named);
  const fromRaw = resolvedSection(again, named);
  const fromResolved = resolveConfig(parse(emitResolved(written.resolved)), named);
  assertEquals([...written.resolved.entries.keys()], ["base", "dir", "sets", "__run__"]);
  assertEquals(told(fromRaw), told(written.resolved));
  assertEquals(told(fromResolved), told(written.resolved));
});

Deno.test("a whole section by reference is written out", () => {
  const raw = parse(
    `run: {__output_dir__: out, __main__: a:b, __name__: "!P{x}"}\n__run__: "{run}"\n`,
  );
  const written = writtenConfigs(raw, resolveConfig(raw, world), world, "/e");
  const run = "  __output_dir__: /work/out\n  __main__: a:b\n  __name__: '!P{x}'\n  __code__: /e\n";
  assertEquals(emitRaw(written.raw).split("__run__:\n")[1], run);
  assertEquals(emitResolved(written.resolved).split("__run__:\n")[1], run);
});

Deno.test("without __run__, or with half of one, the resolved configuration is still written", () => {
  for (const text of ["a: 1\n", "__run__: null\n", "__run__:\n  __name__: x\n", "__run__: []\n"]) {
    const config = parse(text);
    assertEquals(emitResolved(resolvedSection(config, world)), text);
    assertEquals(emitRaw(writtenConfigs(config, config, world).raw), text);
  }
});
