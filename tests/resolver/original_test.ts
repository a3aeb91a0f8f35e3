/**
 * The Python original as an oracle: the same files, words and environment give the same values,
 * kinds and key order, but for the differences listed below, each with its reason.
 *
 * @module
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
import { loadConfig } from "../../lib/resolver/inherit.ts";
import { applyOverrides, type Override } from "../../lib/resolver/override.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { ask, findPython, tellPython } from "../python.ts";
import { type Files, withTempDir, writeFiles } from "../temp.ts";
import { tellingWorld } from "../world.ts";
import { parse, told } from "./nodes.ts";

interface Case {
  readonly files: Files;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const failed = "failed";

/** What expyrun makes of `main.yml` in the folder. */
async function ours({ words = [], env = {} }: Case, folder: string): Promise<unknown> {
  const world = tellingWorld({ cwd: folder, env });
  const place = { kind: "argument", words: [], index: 0 } as const;
  const overrides: Override[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const key = words[i]!.slice(2);
    overrides.push({ key, value: words[i + 1]!, keyPlace: place, valuePlace: place });
  }
  try {
    const config = applyOverrides(await loadConfig("main.yml", world), overrides);
    return JSON.parse(JSON.stringify(told(resolveConfig(config, world))));
  } catch (error) {
    if (error instanceof ExpyrunError) return failed;
    throw error;
  }
}

const script = `
import os, warnings
from expyrun import config, main
${tellPython}
warnings.simplefilter("ignore")
before = dict(os.environ)
for case in cases:
    os.chdir(case["folder"])
    os.environ.clear()
    os.environ.update({**before, **case.get("env", {}), "EXPYRUN_CWD": case["folder"]})
    try:
        answers.append(told(config.Parser(main.build_config("main.yml", case.get("words", []))).parse()))
    except Exception as error:
        answers.append("failed")
`;

/** Both answers to every case, in one Python process. */
async function answersTo(python: string, cases: readonly Case[]): Promise<[unknown, unknown][]> {
  return await withTempDir(async (root) => {
    const placed = cases.map((one, i) => ({ ...one, folder: `${root}/${i}` }));
    for (const { files, folder } of placed) await writeFiles(folder, files);
    const theirs = await ask(python, script, placed);
    return await Promise.all(placed.map(async (one, i): Promise<[unknown, unknown]> => [
      await ours(one, one.folder),
      theirs[i],
    ]));
  });
}

const motion = {
  "main.yml": `__default__: ["./configs/base.yml", ./configs/method.yml]
__new_key_policy__: pass
__run__:
  __name__: "{simulation_name}/{tracking.name}"
simulation_name: "{data_name}/0.2-50.0/{seed}"
data_name: fluo
seed: 666
`,
  "configs/base.yml": `__default__: ./deep/root.yml
__run__:
  __main__: src.main:run
  __output_dir__: $EXPYRUN_CWD/out
data: $EXPYRUN_CWD/dataset/{data_name}
detection:
  fake: {fpr: 0.1, fnr: 1.0e-2}
  names: [a, b]
`,
  "configs/deep/root.yml": "detection: {wavelet: {k: 3.0, scale: 1}}\nname: null\n",
  "configs/method.yml": "tracking: {name: emht, methods: [trackmate, emht], lists: [[1], [2]]}\n",
};

const values = `i: 10
f: 10.0
e: 1.0e-05
g: 1.0e+16
h: 123456789.125
t: text
l: [1, a, 2.5, "it's"]
n: null
m: {a: 1, b: x}
`;

/** One value under the key `k`, beside {@linkcode values}. */
function value(written: string, env: Record<string, string> = {}): Case {
  return { files: { "main.yml": `${values}k: ${JSON.stringify(written)}\n` }, env };
}

function override(...words: string[]): Case {
  const text =
    "i: 1\nf: 1.5\nb: true\ns: x\nn: null\nl: [1, 2]\nm: [1, a, 2.5, true]\ne: []\nd: {x: 1}\n";
  return { files: { "main.yml": text }, words };
}

const same: readonly Case[] = [
  { files: motion },
  {
    files: motion,
    words: [
      "--seed",
      "111",
      "--tracking.methods",
      "trackmate,emht,koft",
      "--detection.fake.fpr",
      "3",
    ],
  },
  { files: motion, words: ["--__run__.__output_dir__", "elsewhere", "--tracking.methods", "a,b"] },
  { files: motion, words: ["--name", "5", "--detection.wavelet.k", "1e-3"] },
  {
    files: {
      "main.yml": "__default__: base.yml\n__new_key_policy__: raise\na: 1\n",
      "base.yml": "b: 1\n",
    },
  },
  {
    files: {
      "main.yml": "__default__: base.yml\n__new_key_policy__: rais\n",
      "base.yml": "b: 1\n",
    },
  },
  { files: { "main.yml": "__default__: base.yml\na: {b: 2}\n", "base.yml": "a: 1\nc: [1, 2]\n" } },
  {
    files: {
      "main.yml": "__default__: base.yml\nc: [3]\n__x__: 1\n",
      "base.yml": "a: 1\nc: [1, 2]\n",
    },
  },
  { files: { "main.yml": "__default__: missing.yml\n" } },
  { files: { "main.yml": "a: 1\n b: 2\n" } },
  { files: { "main.yml": "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n" } },
  ...[
    "{i}",
    "{f}",
    "{l}",
    "x{i}",
    "{i}{f}",
    "{e} {g} {h}",
    "{l} ",
    "{m.a}",
    "{m.b}-{t}",
    "{unknown}",
    "a{unknown}b",
  ]
    .map((written) => value(written)),
  ...["{k}", "!P{i} $X", "!P", "!P!Px", "{a-b}", "{}", "{{i}}", "$5", "$", "plain"].map((
    written,
  ) => value(written)),
  ...[
    "10",
    "1e5",
    "-3",
    "1_000",
    " 7 ",
    "true",
    "FALSE",
    "abc",
    "",
    "nan",
    "inf",
    "-Infinity",
    "0x10",
    "{i}",
    "010",
    "1.",
    ".5",
    "1e-7",
  ]
    .flatMap((
      text,
    ) => [value("$X", { X: text }), value("${X}", { X: text }), value("a$X", { X: text })]),
  value("$X/{i}", { X: "/data" }),
  value("$UNDEFINED_X"),
  value("x$UNDEFINED_X"),
  override("--i", "5"),
  override("--i", "5.0"),
  override("--i", "1_0"),
  override("--f", "2"),
  override("--f", "x"),
  override("--f", "1e-5"),
  override("--b", "0"),
  override("--b", "FALSE"),
  override("--b", "yes"),
  override("--s", "5"),
  override("--s", "{i}"),
  override("--n", "5"),
  override("--n", "text"),
  override("--n", "true"),
  override("--l", "3"),
  override("--l", "3,4,5"),
  override("--l", "3,x"),
  override("--m", "2,b,3,0"),
  override("--m", "2,b"),
  override("--e", "1,a,2.5,true"),
  override("--d.x", "3"),
  override("--d", "3"),
  override("--unknown", "3"),
  override("--i", "2", "--i", "3"),
];

/** Where expyrun differs on purpose: what it makes of `main.yml` instead, as YAML. */
const different: readonly [reason: string, given: Case, yaml: string | typeof failed][] = [
  ["1e-5 is a float, as YAML 1.2 has it", { files: { "main.yml": "a: 1e-5\n" } }, "a: 1.0e-05\n"],
  ["yes and no are text, as YAML 1.2 has it", { files: { "main.yml": "a: yes\n" } }, "a: 'yes'\n"],
  ["1:30 is text, as YAML 1.2 has it", { files: { "main.yml": "a: 1:30\n" } }, "a: '1:30'\n"],
  ["010 is ten, as YAML 1.2 has it", { files: { "main.yml": "a: 010\n" } }, "a: 10\n"],
  [
    "a date is text, as YAML 1.2 has it",
    { files: { "main.yml": "a: 2024-01-01\n" } },
    "a: '2024-01-01'\n",
  ],
  ["keys are text", { files: { "main.yml": "1: x\nnull: z\n" } }, "'1': x\n'null': z\n"],
  ["duplicate keys are an error", { files: { "main.yml": "a: 1\na: 2\n" } }, failed],
  ["an empty mapping is kept", { files: { "main.yml": "a: {}\nb: 1\n" } }, "a: {}\nb: 1\n"],
  [
    "an empty value is an empty list",
    { files: { "main.yml": "l: [1, 2]\n" }, words: ["--l", ""] },
    "l: []\n",
  ],
  [
    "a list of lists is set item by item",
    { files: { "main.yml": "l: [[1], [2]]\n" }, words: ["--l", "3,4"] },
    failed,
  ],
  [
    "lists may hold mappings",
    { files: { "main.yml": 'a: [{b: "{c}"}]\nc: 1\n' } },
    "a: [{b: 1}]\nc: 1\n",
  ],
  ["a reference may name a mapping", value("{m}"), `${values}k: {a: 1, b: x}\n`],
  ["a reference may reach into a list", value("{l.1}"), `${values}k: a\n`],
  ["true and null are written as YAML writes them", {
    files: { "main.yml": 'a: true\nb: null\nc: "{a} {b}"\n' },
  }, "a: true\nb: null\nc: true null\n"],
  [
    "the digit 0 may stand in a path",
    { files: { "main.yml": 'a0: 1\nb: "{a0}"\n' } },
    "a0: 1\nb: 1\n",
  ],
  ["a name in braces does not begin with a digit", value("x{3}"), `${values}k: x{3}\n`],
  ["the digit 0 may stand in a variable", value("$X0", { X0: "a", X: "b" }), `${values}k: a\n`],
  ["a variable may begin with _", value("$_X", { _X: "a" }), `${values}k: a\n`],
  ["variables are read once", value("$X", { X: "${Y}", Y: "a" }), `${values}k: $\n`],
  [
    "an override reaches into lists",
    override("--l.0", "7"),
    "i: 1\nf: 1.5\nb: true\ns: x\nn: null\nl: [7, 2]\nm: [1, a, 2.5, true]\ne: []\nd: {x: 1}\n",
  ],
  [
    "the default types every override of a key",
    override("--n", "5", "--n", "text"),
    "i: 1\nf: 1.5\nb: true\ns: x\nn: text\nl: [1, 2]\nm: [1, a, 2.5, true]\ne: []\nd: {x: 1}\n",
  ],
  [
    "a policy without a parent is an error",
    { files: { "main.yml": "__new_key_policy__: pass\n" } },
    failed,
  ],
  ["$VAR works in __default__", {
    files: { "main.yml": "__default__: $X/base.yml\n", "x/base.yml": "a: 1\n" },
    env: { X: "x" },
  }, "a: 1\n"],
];

const python = await findPython("expyrun");
if (python) {
  Deno.test("the original makes the same of files, words and environment", async () => {
    for (const [i, [mine, theirs]] of (await answersTo(python, same)).entries()) {
      assertEquals(mine, theirs, JSON.stringify(same[i]));
    }
  });

  Deno.test("the differences from the original are those that are meant", async () => {
    const answers = await answersTo(python, different.map(([, given]) => given));
    for (const [i, [mine, theirs]] of answers.entries()) {
      const [reason, , yaml] = different[i]!;
      const world = tellingWorld();
      const expected = yaml === failed
        ? failed
        : JSON.parse(JSON.stringify(told(resolveConfig(parse(yaml), world))));
      assertEquals(mine, expected, reason);
      assertNotEquals(mine, theirs, `no difference: ${reason}`);
    }
  });
}
