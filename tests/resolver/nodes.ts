/**
 * Configurations for the tests: made by hand, by chance, and told as plain values.
 *
 * @module
 */
import { ExpyrunError, type Problem, render, type Source } from "../../lib/errors.ts";
import { parseDocument } from "../../lib/resolver/document.ts";
import type { Entry, Mapping, Node, TypedValue } from "../../lib/resolver/node.ts";
import { floatText } from "../../lib/resolver/text.ts";

/** A node as a plain value: its kind, and its value spelled out so that JSON keeps it. */
export type Told = readonly [kind: string, ...value: unknown[]];

/** Spells a node out, kinds and key order included; places are left out. */
export function told(node: Node): Told {
  if (node.kind === "list") return ["list", node.items.map(told)];
  if (node.kind === "mapping") {
    return ["mapping", Array.from(node.entries, ([key, { value }]) => [key, told(value)])];
  }
  switch (node.type) {
    case "null":
      return ["null"];
    case "bool":
      return ["bool", node.value];
    case "int":
      return ["int", String(node.value)];
    case "float":
      return ["float", floatText(node.value)];
    case "string":
      return ["string", Array.from(node.value, (c) => c.codePointAt(0))];
  }
}

/** Parses text that gives no warning. */
export function parse(text: string, warn: (problem: Problem) => void = refuse): Mapping {
  return parseDocument(sourceOf(text), warn);
}

function refuse(problem: Problem): never {
  throw new ExpyrunError(problem);
}

function sourceOf(text: string): Source {
  return { name: "config.yml", path: "/work/config.yml", text };
}

/** What the user sees when the function fails. */
export function errorOf(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    if (error instanceof ExpyrunError) return render("error", error.problem, { color: false });
    throw error;
  }
  throw new Error("nothing failed");
}

/** Collects warnings as the user sees them. */
export function listener(): { warn: (problem: Problem) => void; heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    warn: (problem) => void heard.push(render("warning", problem, { color: false })),
  };
}

const place = { kind: "argument", words: [], index: 0 } as const;

/** Makes a scalar. */
export function scalar(value: TypedValue): Node {
  return { kind: "scalar", place, ...value };
}

/** Makes text. */
export function text(value: string): Node {
  return scalar({ type: "string", value });
}

/** Makes a mapping. */
export function mapping(entries: Iterable<readonly [string, Node]>): Mapping {
  const made = new Map<string, Entry>();
  for (const [key, value] of entries) made.set(key, { keyPlace: place, value });
  return { kind: "mapping", entries: made, place };
}

/** A random integer below the limit. */
export type Random = (limit: number) => number;

/** Numbers that are the same in every run (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Texts that some reader takes for something else, or that are hard to write. */
export const hardTexts: readonly string[] = [
  ..."yes no on off y n Y N true false null ~ = << - ? : , [ ] { } # & * ! | > ' \" % @ `"
    .split(" "),
  ..."Yes NO On OFF TRUE False Null nan .nan .inf -.INF inf 1 0 -1 +1 1.0 1. .5 -.5e3 1e5 1e-5"
    .split(" "),
  ..."010 0o17 0x1F 0b11 1_000 1:30 12:30:45 1:30.5 2024-01-01 0x 1_ _1 1__2 08 +.inf 0.".split(
    " ",
  ),
  ..."--- ... --- ...a ---a - a a: a:b a:  #a a# !a !P !Pa !!str &a *a %a @a `a`".split(" "),
  "",
  " ",
  "  ",
  " a",
  "a ",
  "a: b",
  "a #b",
  "a:",
  "- a",
  "? a",
  ": a",
  "a, b",
  "[a]",
  "{a}",
  "x {a} y",
  "$HOME",
  "${HOME}",
  "$5 {3}",
  "!P{a}",
  "!P",
  "it's",
  '"quoted"',
  "'quoted'",
  "back\\slash",
  "\\",
  "a\nb",
  "a\nb\n",
  "a\n\nb",
  "a\n\n",
  "\n",
  "\na",
  " a\nb",
  "a\n b",
  "a \nb",
  "a\n---\nb",
  "---\na",
  "a\n...\n",
  "a\n# b",
  "\t",
  "a\tb",
  "\ta\nb",
  "a\r\nb",
  "\r",
  "a\u0085b",
  "a\u2028b\u2029c",
  "a\u2028\nb",
  "\ufeff",
  "\ufeffa\nb",
  "a\ufeff",
  "\u0000\u0001\u001b\u007f\u0080\u009f\u00a0\u00ad",
  "\ufffe\uffff",
  "\ud800",
  "a\udc00b",
  "\u{1f600}",
  "a\u{1f600}\nb",
  "\u{10ffff}",
  "größe 日本語",
  "e\u0301",
  "x".repeat(300),
  "word ".repeat(60).trim(),
  "word ".repeat(60) + "\nand more",
  "2024-01-01 10:00:00",
  "2024-01-01T10:00:00Z",
  "2001-12-14 21:59:43.10 -05:00",
  "123456789012345678901234567890",
  "/abs/path",
  "./rel",
  "../rel",
  ".hidden",
  "~/x",
  "a/b c=d",
  "http://x.y:80/z?q#f",
  "1.2.3",
  "1 2",
  "0.1.0-rc1",
  "12e03",
  "1e",
  "e1",
  "685_230.15",
  "190:20:30.15",
  "y: z",
  "null ",
  "true\n",
];

const pieces = [..." \n\t:#-?,[]{}&*!|>'\"%@`\\$~=<.0123456789eExXoO_yYnNaP", "é", "\u0085"];

/** Some text: hard, random, or harmless. */
export function anyText(random: Random): string {
  const choice = random(4);
  if (choice === 0) return hardTexts[random(hardTexts.length)]!;
  if (choice === 1) return `word${random(100)}`;
  return Array.from({ length: random(8) }, () => pieces[random(pieces.length)]).join("");
}

const floats = [0, -0, 1, -1, 10, 0.1, 1e-5, 1.5e-7, 1e16, 123456789012345680, 1e300, 5e-324];
const ints = [0, 1, -1, 10, 2 ** 53 - 1, -(2n ** 64n), 2n ** 53n, 12345678901234567890123n];

/** Any scalar. */
export function anyScalar(random: Random): Node {
  switch (random(6)) {
    case 0:
      return scalar({ type: "null", value: null });
    case 1:
      return scalar({ type: "bool", value: random(2) === 0 });
    case 2:
      return scalar({ type: "int", value: ints[random(ints.length)]! });
    case 3:
      return scalar({
        type: "float",
        value: [...floats, NaN, Infinity, -Infinity][random(floats.length + 3)]!,
      });
    default:
      return text(anyText(random));
  }
}

/** Any value, nested. */
export function anyNode(random: Random, depth: number): Node {
  const choice = depth <= 0 ? 9 : random(10);
  if (choice < 2) return anyMapping(random, depth - 1);
  if (choice > 3) return anyScalar(random);
  const items = Array.from({ length: random(4) }, () => anyNode(random, depth - 1));
  return { kind: "list", items, place };
}

/** Any mapping. */
export function anyMapping(random: Random, depth: number): Mapping {
  const length = random(5);
  return mapping(Array.from({ length }, () => [
    random(3) === 0 ? anyText(random).replaceAll(".", "") : `key${random(20)}`,
    anyNode(random, depth),
  ]));
}
