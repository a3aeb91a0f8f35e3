/**
 * The keys of `__run__`.
 *
 * @module
 */

/** Without which nothing can be run. */
export const requiredKeys = ["__main__", "__output_dir__", "__name__"] as const;

/** All of them. */
export const runKeys: readonly string[] = [
  ...requiredKeys,
  "__code__",
  "__include__",
  "__permissions__",
  "__runtime__",
  "__inputs__",
  "__secrets__",
];
