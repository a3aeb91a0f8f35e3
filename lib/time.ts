/**
 * The time, and waiting, without what costs more than both.
 *
 * @module
 */

/** So many times it is cheaper to do without `setTimeout`. */
const fewTimes = 50;
let times = 0;

/**
 * Calls back after a time, in milliseconds. Keeps the process from ending by itself until then.
 *
 * Not by `setTimeout` at first: the first use of it wakes Deno's layer for Node, which takes a third
 * of the time that starting Deno takes. From then on it takes 0.2 ms less each time.
 */
export function after(ms: number, callback: () => void): void {
  if (times++ >= fewTimes) setTimeout(callback, ms);
  else AbortSignal.timeout(ms).addEventListener("abort", callback, { once: true });
}

/** Waits for a time, in milliseconds. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => after(ms, () => resolve()));
}

/**
 * A moment in UTC, as `Date.toISOString` writes it, which in Deno takes 1.5 MiB of memory.
 *
 * @example
 * ```ts
 * import { timestamp } from "./time.ts";
 *
 * console.assert(timestamp(new Date(0)) === "1970-01-01T00:00:00.000Z");
 * ```
 */
export function timestamp(date: Date = new Date()): string {
  const day = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const padded = (number: number) => String(number).padStart(2, "0");
  const milliseconds = String(date.getUTCMilliseconds()).padStart(3, "0");
  return `${day.map(padded).join("-")}T${time.map(padded).join(":")}.${milliseconds}Z`;
}
