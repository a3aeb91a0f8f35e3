/**
 * Turns: at most so many runs at a time have a process.
 *
 * @module
 */

/** A number of turns that are taken and given back. */
export interface Turns {
  /**
   * Waits for a turn.
   *
   * @returns gives it back; undefined when nothing more is to be started by then
   */
  take(): Promise<(() => void) | undefined>;
}

/**
 * Makes turns; those who wait get them in their order.
 *
 * @param stopped asked when a turn is free: whether nothing more is to be started
 */
export function makeTurns(count: number, stopped: () => boolean): Turns {
  const waiting: (() => void)[] = [];
  let free = count;
  const giveBack = () => {
    const next = waiting.shift();
    // Handed on rather than freed: who asks before the waiting one has woken up must not get it, too.
    if (next) next();
    else free++;
  };
  return {
    take: async () => {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      if (!stopped()) return once(giveBack);
      giveBack();
      return undefined;
    },
  };
}

/** An action that is done the first time only. */
export function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
