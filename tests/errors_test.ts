import { assertEquals } from "@std/assert";
import { header, nearMiss, type Place, render, type Source } from "../lib/errors.ts";

const plain = { color: false };

function placeOf(text: string, marked: string): Place {
  const source: Source = { name: "config.yml", path: "/project/config.yml", text };
  const start = text.indexOf(marked);
  return { kind: "file", source, start, end: start + marked.length };
}

Deno.test("a problem is rendered with its place, notes and hint", () => {
  const text = 'seed: 1\n__run__:\n  __name__: "run-{sead}"\n';
  const rendered = render("warning", {
    code: "reference",
    message: 'Cannot resolve "{sead}": no such key',
    place: placeOf(text, "{sead}"),
    notes: [{ message: "The root starts here", place: placeOf(text, "seed") }],
    hint: 'Did you mean "seed"?',
  }, plain);
  assertEquals(
    rendered,
    `warning: Cannot resolve "{sead}": no such key
 --> config.yml:3:18
  |
3 |   __name__: "run-{sead}"
  |                  ^^^^^^
  = note: The root starts here: config.yml:1:1
  = hint: Did you mean "seed"?
`,
  );
});

Deno.test("a word of the command line is marked in the whole line", () => {
  const words = ["config.yml", "--my name", "it's", "--seed", "x"];
  const rendered = render("error", {
    code: "override",
    message: 'Cannot set "seed": "x" is no int',
    place: { kind: "argument", words, index: 4 },
  }, plain);
  assertEquals(
    rendered,
    `error: Cannot set "seed": "x" is no int
 --> argument 5
  |
  | expyrun config.yml '--my name' 'it'\\''s' --seed x
  |                                                 ^
`,
  );
});

Deno.test("carets stand below what they mark", async (t) => {
  const cases: [name: string, text: string, marked: string, expected: string][] = [
    ["after a tab", "a:\tbad", "bad", "1 | a:\tbad\n  |   \t^^^"],
    ["after wide characters", "名前: bad", "bad", "1 | 名前: bad\n  |       ^^^"],
    ["wide characters", "a: 名前", "名前", "1 | a: 名前\n  |    ^^^^"],
    ["after an emoji", "🚀: bad", "bad", "1 | 🚀: bad\n  |     ^^^"],
    ["on the last line, without a line feed", "a: 1\nbad", "bad", "2 | bad\n  | ^^^"],
    ["after CRLF", "a: 1\r\nb: bad\r\n", "bad", "2 | b: bad\n  |    ^^^"],
    [
      "over several lines: to the end of the first",
      "a: bad\nworse",
      "bad\nwor",
      "1 | a: bad\n  |    ^^^",
    ],
    ["on line 10", "\n".repeat(9) + "bad", "bad", "10 | bad\n   | ^^^"],
    [
      "escape sequences are shown, not sent",
      "a: \x1b[2J",
      "\x1b[2J",
      "1 | a: \\x1b[2J\n  |    ^^^^^^^",
    ],
  ];
  for (const [name, text, marked, expected] of cases) {
    await t.step(name, () => {
      const place = placeOf(text, marked);
      const lines = render("error", { code: "syntax", message: "M", place }, plain).split("\n");
      assertEquals(lines.slice(3, 5).join("\n"), expected);
    });
  }
});

Deno.test("a long line is cut around the place", () => {
  const text = `a: ${"x".repeat(500)}BAD${"y".repeat(500)}`;
  const rendered = render(
    "error",
    { code: "syntax", message: "M", place: placeOf(text, "BAD") },
    plain,
  );
  assertEquals(
    rendered,
    `error: M
 --> config.yml:1:504
  |
1 | ...${"x".repeat(60)}BAD${"y".repeat(97)}...
  | ${" ".repeat(63)}^^^
`,
  );
});

Deno.test("columns count characters, lines count any line end", () => {
  assertEquals(header(placeOf("🚀🚀 bad", "bad")), "config.yml:1:4");
  assertEquals(header(placeOf("a\rb\r\nc\nbad", "bad")), "config.yml:4:1");
});

Deno.test("colour is used only where it is asked for", () => {
  const problem = { code: "usage", message: "M", place: placeOf("bad", "bad"), hint: "H" } as const;
  const colored = render("error", problem, { color: true });
  assertEquals(colored.startsWith("\x1b[31;1merror\x1b[0m: M\n"), true);
  // deno-lint-ignore no-control-regex
  assertEquals(colored.replace(/\x1b\[[\d;]*m/g, ""), render("error", problem, plain));
});

Deno.test("a near miss is offered only when it is near", async (t) => {
  const keys = ["seed", "training.lr", "training.batch_size", "model.lr_decay", "data", "a"];
  const cases: [word: string, expected: string | undefined][] = [
    ["sede", "seed"],
    ["sed", "seed"],
    ["Seed", "seed"],
    ["training.batchsize", "training.batch_size"],
    ["training.batch-size", "training.batch_size"],
    ["batch_size", "training.batch_size"],
    ["lr", "training.lr"],
    ["date", "data"],
    ["colour", undefined],
    ["xyz", undefined],
    ["", undefined],
    ["seed", undefined],
  ];
  for (const [word, expected] of cases) {
    await t.step(`"${word}"`, () => assertEquals(nearMiss(word, keys), expected));
  }
  await t.step("two endings: unsure", () => {
    assertEquals(nearMiss("lr", ["a.lr", "b.lr"]), undefined);
  });
});
