/**
 * Waiting without the timers of the global scope: the first of those wakes Deno's layer for Node, which
 * takes a third of the time that starting Deno takes.
 *
 * @module
 */

/** Calls back after a time, in milliseconds. Keeps the process from ending by itself until then. */
export function after(ms: number, callback: () => void): void {
  AbortSignal.timeout(ms).addEventListener("abort", callback, { once: true });
}

/** Waits for a time, in milliseconds. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => after(ms, resolve));
}
