import { assertEquals } from "@std/assert";
import { escapingLink, linkProblem } from "../../lib/snapshotter/link_targets.ts";

type Case = [links: Record<string, string>, kept: number, expected: string | undefined];

const cases: readonly Case[] = [
  [{}, 0, undefined],
  [{ a: "b" }, 0, undefined],
  [{ a: "." }, 0, undefined],
  [{ "d/a": ".." }, 0, undefined],
  [{ "d/a": "../.." }, 0, "d/a"],
  [{ a: ".." }, 0, "a"],
  [{ a: "/etc" }, 0, "a"],
  [{ a: "b/../c" }, 0, undefined],
  [{ "d/b": "..", a: "d/b/../.." }, 0, "a"],
  [{ "d/b": "..", a: "d/b/.." }, 0, "a"],
  [{ "d/b": "..", a: "d/b" }, 0, undefined],
  [{ a: "b", b: "a" }, 0, "a"],
  [{ "x/a": ".." }, 1, "x/a"],
  [{ "x/a": "../x/b" }, 1, undefined],
  [{ "x/a": "../y" }, 1, "x/a"],
  [{ "x/b": "d", "x/a": "b/../c" }, 1, undefined],
  [{ "x/d/b": "..", "x/a": "d/b/../../y" }, 1, "x/a"],
];

for (const [links, kept, expected] of cases) {
  Deno.test(`a link that leaves: ${JSON.stringify(links)}, ${kept}`, () => {
    assertEquals(escapingLink(new Map(Object.entries(links)), kept), expected);
  });
}

Deno.test("a path that leads through a link", () => {
  const links = new Map([["a/b", "c"]]);
  assertEquals(linkProblem(["a/b", "a/bc/d"], links), undefined);
  assertEquals(linkProblem(["a/x", "a/b/c"], links)?.path, "a/b/c");
});
