import { assertEquals, assertThrows } from "@std/assert";
import { releaseNotes } from "../../tasks/release_notes.ts";

const changelog = `# Changelog

## 1.10.0 (unreleased)

- Not yet.

## 1.1.0 (2026-01-02)

- One,
  on two lines.

### More

- Two.

## 1.0.1

## 1.0.0

- First.
`;

const notes = (version: string, tag = `v${version}`) => releaseNotes({ tag, version, changelog });

Deno.test("release notes: the section of the version, and nothing else", () => {
  assertEquals(notes("1.1.0"), "- One,\n  on two lines.\n\n### More\n\n- Two.\n");
  assertEquals(notes("1.0.0"), "- First.\n");
});

const refused: [version: string, tag: string, why: string][] = [
  ["1.1.0", "v1.0.0", 'deno.json names the version "1.1.0"'],
  ["1.1.0", "1.1.0", 'deno.json names the version "1.1.0"'],
  ["1.1.0", "", 'deno.json names the version "1.1.0"'],
  ["1.1", "v1.1", 'no section "## 1.1"'],
  ["2.0.0", "v2.0.0", 'no section "## 2.0.0"'],
  ["1.0.1", "v1.0.1", "its section is empty"],
  ["1.10.0", "v1.10.0", "still calls it unreleased"],
];

for (const [version, tag, why] of refused) {
  Deno.test(`release notes: none for "${tag}" of version ${version}`, () => {
    assertThrows(() => notes(version, tag), Error, why);
  });
}
