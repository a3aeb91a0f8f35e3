import { assertEquals } from "@std/assert";
import { errorMessage, keptMessage, withoutSecrets } from "../../lib/runner/failure.ts";

Deno.test("the message of the error that ended a process", async (t) => {
  const cases: [title: string, stderr: string, expected: string | undefined][] = [
    ["nothing", "", undefined],
    ["words that are no error", "warning: hot\nan error: no\n", undefined],
    [
      "a thrown error",
      'error: Uncaught (in promise) Error: too hot\n  throw new Error("too hot");\n        ^\n    at main (file:///a.ts:1:7)\n',
      "Error: too hot",
    ],
    [
      "colours",
      "\x1b[0m\x1b[1m\x1b[31merror\x1b[0m: Uncaught TypeError: x\n    at main (a.ts:1:1)\n",
      "TypeError: x",
    ],
    ["several lines", "error: Uncaught Error: a\nb\n    at x\n", "Error: a\nb"],
    ["the last one", "error: first\n\nerror: Uncaught Error: second\n    at x", "Error: second"],
    [
      "expyrun's own words",
      'error: Cannot run "x": no\n  = hint: try y\n',
      'Cannot run "x": no\n  = hint: try y',
    ],
    [
      "several errors",
      "error: Uncaught (in promise) AggregateError: both\n    Error: a\n        at main (file:///a.ts:9:47)\n" +
      "    TypeError: b\n        at main (file:///a.ts:9:63)\n  throw new AggregateError(\n        ^\n    at main (a.ts:9:27)\n",
      "AggregateError: both\n    Error: a\n    TypeError: b",
    ],
    ["no line end", "error: Uncaught Error: a", "Error: a"],
  ];
  for (const [title, stderr, expected] of cases) {
    await t.step(title, () => assertEquals(errorMessage(stderr), expected));
  }
});

Deno.test("a long message is cut", () => {
  assertEquals(keptMessage("x".repeat(5000)).length, 2003);
  assertEquals(errorMessage(`error: ${"x".repeat(5000)}`)?.length, 5000);
});

Deno.test("secrets are named, not told", async (t) => {
  const cases: [text: string, secrets: Record<string, string>, expected: string][] = [
    ["bad token abc", { TOKEN: "abc" }, "bad token $TOKEN"],
    ["abc abcdef", { A: "abc", B: "abcdef" }, "$A $B"],
    ["nothing", { A: "" }, "nothing"],
    ["$& a", { A: "a" }, "$& $A"],
    ['{"k":"one line\\nanother line"}', { K: "one line\nanother line" }, '{"k":"$K"}'],
    ["bad: another line", { K: "one\nanother line" }, "bad: $K"],
    [`{ k: 'a"b' }`, { K: 'a"b' }, "{ k: '$K' }"],
    ["GET /?k=a%20b%2Fc", { K: "a b/c" }, "GET /?k=$K"],
  ];
  for (const [text, secrets, expected] of cases) {
    await t.step(text, () => assertEquals(withoutSecrets(text, secrets), expected));
  }
});
