import { assert, assertEquals, assertMatch } from "@std/assert";
import { expandRange } from "../../lib/sweep/range.ts";
import { arrayOf } from "../../lib/sweep/sequence.ts";

type Kind = "int" | "float";
const good: readonly [word: string, kind: Kind, values: string][] = [
  ["0..4", "int", "0 1 2 3 4"],
  ["4..0", "int", "4 3 2 1 0"],
  ["0..10..5", "int", "0 5 10"],
  ["0..9..5", "int", "0 5"],
  ["3..0..-2", "int", "3 1"],
  ["-2..1", "int", "-2 -1 0 1"],
  ["5..5", "int", "5"],
  ["1e2..3e2..1e2", "int", "100 200 300"],
  [
    "9007199254740993..9007199254740995",
    "int",
    "9007199254740993 9007199254740994 9007199254740995",
  ],
  ["0..1..0.25", "float", "0 0.25 0.5 0.75 1"],
  // Binary floats would give 0.30000000000000004, and miss the end.
  ["0..0.3..0.1", "float", "0 0.1 0.2 0.3"],
  ["-.5..0.5..0.5", "float", "-0.5 0 0.5"],
  ["1e-5..3e-5..1e-5", "float", "0.00001 0.00002 0.00003"],
  ["lin:0..1..5", "float", "0 0.25 0.5 0.75 1"],
  ["lin:1..0..3", "float", "1 0.5 0"],
  ["lin:0..10..3", "int", "0 5 10"],
  ["lin:0..1..4", "float", "0 0.333333333333 0.666666666667 1"],
  ["lin:-0.3..0.6..4", "float", "-0.3 0 0.3 0.6"],
  ["lin:-1e308..1e308..3", "float", "-1e+308 0 1e+308"],
  ["lin:1e-10..2e-10..3", "float", "1e-10 1.5e-10 2e-10"],
  ["lin:1700000000000..1700000000002..3", "int", "1700000000000 1700000000001 1700000000002"],
  ["lin:0..9007199254740993..2", "int", "0 9007199254740993"],
  ["log:1e-200..1e200..3", "float", "1e-200 1 1e+200"],
  ["lin:2..2..1", "int", "2"],
  ["log:1e-4..1e-1..4", "float", "0.0001 0.001 0.01 0.1"],
  ["log:1..1000..4", "int", "1 10 100 1000"],
  ["log:0.1..0.001..3", "float", "0.1 0.01 0.001"],
  ["7", "int", "7"],
  ["abc", "int", "abc"],
  ["v1..v2", "float", "v1..v2"],
  ["-1", "int", "-1"],
];
for (const [word, kind, values] of good) {
  Deno.test(`expandRange: ${word} for ${kind}`, () => {
    const expansion = expandRange(word, kind);
    assert("values" in expansion);
    assertEquals(arrayOf(expansion.values), values.split(" "));
  });
}

const ends: readonly [word: string, kind: Kind, missed?: string][] = [
  ["0..10..4", "int", '"0..10..4" ends at 8: its steps of 4 do not meet 10'],
  ["3..0..-2", "int", '"3..0..-2" ends at 1: its steps of -2 do not meet 0'],
  ["1e-3..1e-1", "float", '"1e-3..1e-1" ends at 0.001: its steps of 1 do not meet 1e-1'],
  ["0.5..3", "float", '"0.5..3" ends at 2.5: its steps of 1 do not meet 3'],
  ["0..0.3..0.1", "float"],
  ["4..0", "float"],
  ["7", "float"],
];
for (const [word, kind, missed] of ends) {
  Deno.test(`expandRange tells where ${word} for ${kind} ends`, () => {
    const expansion = expandRange(word, kind);
    assert("values" in expansion);
    assertEquals(expansion.missed, missed);
  });
}

const bad: readonly [word: string, kind: Kind, problem: RegExp, hint?: RegExp][] = [
  ["0..", "int", /as a range/],
  ["0..4..0", "int", /never reaches/, /other than 0/],
  ["0..4..-1", "int", /never reaches/, /sign/],
  ["0..1..0.5", "int", /0.5 is no integer/, /Choose a step/],
  ["0..2.5", "int", /2.5 is no integer/, /Begin and end/],
  ["0...3", "int", /as a range/],
  ["0...3", "float", /as a range/],
  [".5...7", "float", /as a range/],
  ["lin:0..10..4", "int", /3.33333333333 is no integer/],
  ["lin:0..1e999..3", "float", /exponents are too large|as a range/],
  ["lin:0..1", "float", /as a range/],
  ["lin:0..1..1", "float", /2 values or more/],
  ["lin:0..1..0", "float", /2 values or more/],
  ["log:0..1..3", "float", /above 0/],
  ["log:-1..1..3", "float", /above 0/],
  ["log:1..10..2.5", "float", /as a range/],
  ["1..2..3..4", "int", /as a range/],
  ["1..x", "int", /as a range/],
  ["0..100000", "int", /more than 100000/],
  ["lin:0..1..100001", "float", /more than 100000/],
  ["1e999..1", "float", /exponents/],
];
for (const [word, kind, problem, hint = /./] of bad) {
  Deno.test(`expandRange refuses ${word} for ${kind}`, () => {
    const expansion = expandRange(word, kind);
    // What is no range at all stays text, which then does not convert to the key's kind.
    if ("values" in expansion) return assertEquals(expansion.values, [word]);
    assertMatch(expansion.problem, problem);
    assertMatch(expansion.hint, hint);
  });
}
