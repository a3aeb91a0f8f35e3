/**
 * The generator behind `method: random`: small, seeded and written down, so that a sweep's seed
 * draws the same runs on every machine and in every version.
 *
 * xoshiro128** 1.1 (Blackman and Vigna), its four words filled from the seed by splitmix32. A
 * uniform number takes 53 bits from two outputs, the first giving the high 26; a whole number below
 * N is an output modulo N, outputs beyond the last full multiple of N drawn again; a normal
 * number is Box and Muller's cosine, from two uniform ones.
 *
 * @module
 */

/** A stream of numbers that the seed alone decides. */
export interface Random {
  /** The next 32 bits, as a whole number. */
  bits(): number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform among 0, 1, ... `count` - 1; `count` is at most 2^32. */
  below(count: number): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
}

/**
 * Starts a stream.
 *
 * @param seed a whole number; its lowest 32 bits count
 */
export function seededRandom(seed: number): Random {
  const state = words(seed);
  const bits = () => next(state);
  const uniform = () => ((bits() >>> 6) * 0x8000000 + (bits() >>> 5)) / 2 ** 53;
  return { bits, uniform, below: (count) => below(count, bits), normal: () => normal(uniform) };
}

function words(seed: number): Uint32Array {
  let counter = seed >>> 0;
  return Uint32Array.from({ length: 4 }, () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let word = counter ^ (counter >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  });
}

function next(s: Uint32Array): number {
  const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
  const shifted = s[1]! << 9;
  s[2]! ^= s[0]!;
  s[3]! ^= s[1]!;
  s[1]! ^= s[2]!;
  s[0]! ^= s[3]!;
  s[2]! ^= shifted;
  s[3] = rotate(s[3]!, 11);
  return result;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function below(count: number, bits: () => number): number {
  const limit = 2 ** 32 - (2 ** 32 % count);
  for (;;) {
    const drawn = bits();
    if (drawn < limit) return drawn % count;
  }
}

function normal(uniform: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}
