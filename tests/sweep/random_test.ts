import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { seededRandom } from "../../lib/sweep/random.ts";

// Made with the authors' C code of xoshiro128** 1.1 and of splitmix32.
const vectors: readonly [seed: number, bits: number[]][] = [
  [0, [1789933344, 44971166, 2521387044, 3848737593]],
  [42, [660444221, 3652823732, 77672526, 910233633]],
];
for (const [seed, bits] of vectors) {
  Deno.test(`seededRandom: the first outputs of seed ${seed}`, () => {
    const random = seededRandom(seed);
    assertEquals(bits.map(() => random.bits()), bits);
  });
}

Deno.test("seededRandom: the same seed draws the same, another seed something else", () => {
  const drawn = (seed: number) => {
    const random = seededRandom(seed);
    return [random.uniform(), random.below(10), random.normal()];
  };
  assertEquals(drawn(7), drawn(7));
  assertNotEquals(drawn(7), drawn(8));
});

Deno.test("seededRandom: uniform numbers fill [0, 1) evenly", () => {
  const random = seededRandom(1);
  const counts = Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const value = random.uniform();
    assert(value >= 0 && value < 1);
    counts[Math.floor(value * 10)]!++;
  }
  assert(counts.every((count) => count > 880 && count < 1120), String(counts));
});

Deno.test("seededRandom: whole numbers below a count are even", () => {
  const random = seededRandom(2);
  const counts = Array<number>(3).fill(0);
  for (let i = 0; i < 9000; i++) counts[random.below(3)]!++;
  assert(counts.every((count) => count > 2800 && count < 3200), String(counts));
});

Deno.test("seededRandom: what would favour small numbers is drawn again", () => {
  const [random, drawn] = [seededRandom(42), seededRandom(42)];
  const count = 2 ** 31 + 1;
  const even = Array.from({ length: 20 }, () => drawn.bits()).filter((bits) => bits < count);
  assert(even.length < 20);
  assertEquals(even.map(() => random.below(count)), even);
});

Deno.test("seededRandom: normal numbers have mean 0 and deviation 1", () => {
  const random = seededRandom(3);
  const values = Array.from({ length: 10_000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert(Math.abs(mean) < 0.05 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`);
});
