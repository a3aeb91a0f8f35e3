import { assert, assertEquals } from "@std/assert";
import { nodeAt } from "../../lib/resolver/node.ts";
import { ask, findPython, tellPython } from "../python.ts";
import { listener, parse, type Random, seeded, told } from "./nodes.ts";

const words = "yes no on off true false null nan inf y n ~ = <<".split(" ");
const hard = "-0x1F 0.1_5 .5_0 = << 00 05 -07 08 010 0:0 01:30 1:30 0:0. 0b_ 0x_ 0_ 1_ +.5 -.5 1e5"
  .split(" ").concat(
    "1.5e3 1.5e+3 12e4567 1234E56 1e00000 12e456 2024-13-45 2024-01-01T10:00:00-0500 -.inf +.inf -.nan .NaN"
      .split(" "),
  );
const pieces = [..."0011256789+-..::__eExob", "0x", "0o", "0b", "0.", "1_0", ":30", "e+5"];

/** Text that may be a number, or a word in some letter case. */
function anyPlain(random: Random): string {
  if (random(5) === 0) {
    const word = words[random(words.length)]!;
    const cased = [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)][random(3)]!;
    return ["", "", ".", "-.", "+"][random(5)]! + cased;
  }
  return Array.from({ length: 1 + random(7) }, () => pieces[random(pieces.length)]).join("");
}

/** Whether the text can be a plain scalar that ends on its line. */
function isPlain(text: string): boolean {
  return !/:$|^[-:]$/.test(text);
}

function isWarnedAbout(yaml: string): boolean {
  const { heard, warn } = listener();
  parse(yaml, warn);
  return heard.length > 0;
}

const python = await findPython("yaml");

Deno.test({
  name: "a warning is given exactly where PyYAML reads another kind or value",
  ignore: !python,
  fn: async () => {
    const random = seeded(4);
    const drawn = Array.from({ length: 20_000 }, () => anyPlain(random));
    const texts = [...new Set([...hard, ...drawn])].filter(isPlain);
    const script = `
import yaml${tellPython}
for case in cases:
    try:
        answers.append(told(yaml.safe_load("k: " + case + "\\n")["k"]))
    except Exception as error:
        answers.append(["ERROR", str(error)[:100]])
`;
    const answers = await ask(python!, script, texts) as ReturnType<typeof told>[];
    const wrong: unknown[] = [];
    let warnings = 0;
    for (const [i, text] of texts.entries()) {
      const { heard, warn } = listener();
      const ours = JSON.parse(JSON.stringify(told(nodeAt(parse(`k: ${text}\n`, warn), "k")!)));
      const theirs = answers[i]!;
      // Such as 1e-5: text there, but nobody means text, unless it may be a commit.
      const isCommit = text.length >= 7 && /^[0-9]+e[0-9]+$/i.test(text);
      const isMeant = ours[0] === "float" && theirs[0] === "string" && !isCommit;
      const differs = !isMeant && JSON.stringify(ours) !== JSON.stringify(theirs);
      if (differs !== (heard.length === 1)) wrong.push([text, ours, theirs]);
      warnings += heard.length;
    }
    assertEquals(wrong, []);
    assert(warnings > 300 && texts.length > 10_000, `${warnings} of ${texts.length}`);
  },
});

Deno.test("a commit that reads as a float is warned about", () => {
  const texts = [
    "12e4567",
    "1234e56",
    "'12e4567'",
    "!!str 12e4567",
    "12e-4567",
    "1.0e12345",
    "1e3",
  ];
  assertEquals(texts.filter((text) => isWarnedAbout(`k: ${text}\n`)), ["12e4567", "1234e56"]);
  assert(!isWarnedAbout("12e4567: 1\n"));
  const { heard, warn } = listener();
  parse("commit: 12e4567\n", warn);
  assertEquals(heard, [
    `warning: Reading "12e4567" as the float Infinity: YAML 1.1 tools read something else
 --> config.yml:1:9
  |
1 | commit: 12e4567
  |         ^^^^^^^
  = hint: Quote it if it is text, as a commit is; as a number write it with a dot and a sign: 1.0e+5
`,
  ]);
});

Deno.test("a reference without its quotes is warned about", () => {
  const texts = ["{what}", "[1, {a_b}]", "{what: }", "{what: null}", "{a, b}", '"{what}"', "{}"];
  const warned = texts.filter((text) => isWarnedAbout(`k: ${text}\n`));
  assertEquals(warned, ["{what}", "[1, {a_b}]"]);
  const { heard, warn } = listener();
  parse("k: [{what}]\n", warn);
  assertEquals(heard, [
    `warning: Reading {what} as a mapping whose key has no value
 --> config.yml:1:5
  |
1 | k: [{what}]
  |     ^^^^^^
  = hint: Quote it if it is a reference: "{what}"
`,
  ]);
});

Deno.test("a colon without its space is warned about", () => {
  const texts = [
    "{a:1}",
    "{a: 1}",
    '{"a:1"}',
    "{a:1, b: 2}",
    "{http://x}",
    "{a:}",
    "[a:1]",
  ];
  const warned = texts.filter((text) => isWarnedAbout(`k: ${text}\n`));
  assertEquals(warned, ["{a:1}", "{http://x}"]);
  const { heard, warn } = listener();
  parse("k: {path:/data/x}\n", warn);
  assertEquals(heard, [
    `warning: Reading {path:/data/x} as a mapping whose key "path:/data/x" has no value
 --> config.yml:1:4
  |
1 | k: {path:/data/x}
  |    ^^^^^^^^^^^^^^
  = hint: Put a space behind the colon: {path: /data/x}
`,
  ]);
});

Deno.test("a key that YAML 1.1 tools read as something else is warned about", () => {
  const keys = [
    "on",
    "!!str on",
    '"on"',
    "off",
    "n",
    "true",
    "1",
    "010",
    "1:30",
    "2024-01-01",
    "name",
    "<<",
  ];
  const warned = keys.filter((key) => isWarnedAbout(`${key}: {}\n`));
  assertEquals(warned, ["on", "off", "010", "1:30", "2024-01-01"]);
  const { heard, warn } = listener();
  parse("on: 1\n", warn);
  assertEquals(heard, [
    `warning: Reading the key "on" as its text: YAML 1.1 tools read something else
 --> config.yml:1:1
  |
1 | on: 1
  | ^^
  = hint: Quote it
`,
  ]);
});
