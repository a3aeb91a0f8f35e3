/**
 * Values in order, which may be made whenever they are asked for: a sweep may have a hundred
 * thousand runs, and kept at once they would fill the memory.
 *
 * @module
 */

/** As an array is one. */
export interface Sequence<Value> {
  readonly length: number;
  /** Nothing beyond the end. */
  at(index: number): Value | undefined;
}

/** So many values, each made by its number whenever it is asked for. */
export function counted<Value>(length: number, make: (index: number) => Value): Sequence<Value> {
  return { length, at: (index) => index < length ? make(index) : undefined };
}

/** Values with their numbers, one after the other. */
export function* entriesOf<Value>(
  values: Sequence<Value>,
): Generator<[index: number, value: Value]> {
  for (let index = 0; index < values.length; index++) yield [index, values.at(index)!];
}

/** All values at once. */
export function arrayOf<Value>(values: Sequence<Value>): Value[] {
  return Array.from({ length: values.length }, (_, index) => values.at(index)!);
}

/** What a function makes of each value, each time anew. */
export function mapped<Value, Other>(
  values: Sequence<Value>,
  make: (value: Value) => Other,
): Sequence<Other> {
  return counted(values.length, (index) => make(values.at(index)!));
}

/** Those of the values that a test finds good. */
export function kept<Value>(
  values: Sequence<Value>,
  isGood: (value: Value, index: number) => boolean,
): Sequence<Value> {
  const numbers: number[] = [];
  for (const [index, value] of entriesOf(values)) if (isGood(value, index)) numbers.push(index);
  return counted(numbers.length, (index) => values.at(numbers[index]!)!);
}

/** The values of one sequence after those of another. */
export function joined<Value>(parts: readonly Sequence<Value>[]): Sequence<Value> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const at = (index: number) => {
    let rest = index;
    for (const part of parts) {
      if (rest < part.length) return part.at(rest);
      rest -= part.length;
    }
    return undefined;
  };
  return parts.every((part) => Array.isArray(part)) ? parts.flat() : { length, at };
}
