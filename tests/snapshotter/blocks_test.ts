import { assertEquals, assertNotEquals } from "@std/assert";
import { groupByBlock, hashBlocks } from "../../lib/snapshotter/blocks.ts";
import { sha256 } from "../../lib/snapshotter/digest.ts";

const mebibyte = 2 ** 20;

/** Contents that differ from file to file. */
function contentsOf(bytes: number, seed: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes).map((_, i) => (i * 31 + seed * 7) & 255);
}

async function blocksOf(lengths: readonly number[]): Promise<string[]> {
  const hasher = hashBlocks();
  for (const [i, bytes] of lengths.entries()) hasher.add(contentsOf(bytes, i));
  return await hasher.end();
}

Deno.test("blocks and groups are cut at the same places", async (t) => {
  const cases: [lengths: number[], groups: number[][]][] = [
    [[], []],
    [[10], [[10]]],
    [[10, 0, 20], [[10, 0, 20]]],
    [[mebibyte], [[mebibyte]]],
    [[mebibyte - 1, 1, 1], [[mebibyte - 1, 1], [1]]],
    [[1, mebibyte, 1], [[1], [mebibyte], [1]]],
    [[1, mebibyte + 1, 2, 3], [[1], [mebibyte + 1], [2, 3]]],
    [[600_000, 600_000, 400_000], [[600_000], [600_000, 400_000]]],
    [[0, 0], []],
  ];
  for (const [lengths, expected] of cases) {
    await t.step(JSON.stringify(lengths), async () => {
      const files = lengths.map((bytes, i) => ({ bytes, contents: contentsOf(bytes, i) }));
      const groups = groupByBlock(files);
      assertEquals(groups.map((group) => group.map(({ bytes }) => bytes)), expected);
      const together = groups.map((group) =>
        new Uint8Array(group.flatMap(({ contents }) => [...contents]))
      );
      assertEquals(await blocksOf(lengths), await Promise.all(together.map(sha256)));
    });
  }
});

Deno.test("a buffer may be reused once it was added", async () => {
  const buffer = contentsOf(100, 1);
  const hasher = hashBlocks();
  hasher.add(buffer);
  buffer.fill(0);
  const [block] = await hasher.end();
  assertEquals(block, await sha256(contentsOf(100, 1)));
  assertNotEquals(block, await sha256(buffer));
});
