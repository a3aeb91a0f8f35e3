import { assertEquals, assertThrows } from "@std/assert";
import { checkExpectations, isSpecFile, outputName, parseSpec, type Spec } from "./spec.ts";

const refused: readonly [text: string, why: string][] = [
  ["{", 'Cannot read spec "a/b"'],
  ["3", "it is no object"],
  ["{}", "it has no steps"],
  ['{ "steps": [] }', "it has no steps"],
  ['{ "step": [] }', 'unknown field "step"'],
  ['{ "steps": [{}], "runtime": "node" }', "unknown runtime"],
  ['{ "steps": [{ "exitCode": 0 }] }', 'step 1 needs either "args" or "shell"'],
  ['{ "steps": [{ "args": "", "shell": "" }] }', 'step 1 needs either "args" or "shell"'],
  ['{ "steps": [{ "args": "", "exit": 1 }] }', 'step 1 has an unknown field "exit"'],
];

for (const [text, why] of refused) {
  Deno.test(`spec: refuses ${text}`, () => {
    assertThrows(() => parseSpec("a/b", text), Error, why);
  });
}

Deno.test("spec: comments and trailing commas are welcome", () => {
  const spec = parseSpec("a/b", '{ "steps": [{ "args": "x" /* why */ }], } // end');
  assertEquals(spec.steps, [{ args: "x" }]);
});

const one: Spec = { steps: [{ args: "x" }] };
const two: Spec = { steps: [{ args: "x", exitCode: 0 }, { args: "y" }] };

Deno.test("spec: a step that expects nothing is an error, but not while updating", () => {
  assertThrows(() => checkExpectations("a/b", one, {}, false), Error, "expects nothing of step 1");
  assertThrows(() => checkExpectations("a/b", two, {}, false), Error, "expects nothing of step 2");
  checkExpectations("a/b", one, {}, true);
  checkExpectations("a/b", one, { "stderr.txt": "x" }, false);
  checkExpectations("a/b", two, { "2.stdout.txt": "x" }, false);
});

Deno.test("spec: an expectation that no step has is an error", () => {
  const check = (spec: Spec, file: string) => checkExpectations("a/b", spec, { [file]: "x" }, true);
  assertThrows(() => check(one, "2.stdout.txt"), Error, "2.stdout.txt belongs to no step");
  assertThrows(() => check(two, "stdout.txt"), Error, "stdout.txt belongs to no step");
  const inline: Spec = { steps: [{ args: "x", stdout: "y" }] };
  assertThrows(() => check(inline, "stdout.txt"), Error, "stdout.txt twice");
});

Deno.test("spec: files of the spec are told from its inputs", () => {
  const names = [
    "spec.jsonc",
    "stdout.txt",
    "2.stderr.txt",
    "expected/a",
    "a.txt",
    "src/stdout.txt",
  ];
  assertEquals(names.map(isSpecFile), [true, true, true, true, false, false]);
  assertEquals(outputName(one, 0, "stdout"), "stdout.txt");
  assertEquals(outputName(two, 1, "stderr"), "2.stderr.txt");
});
