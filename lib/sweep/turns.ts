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
  /** Sends away those who wait: nothing more is to be started. */
  stop(): void;
}

/**
 * Makes turns; those who wait get them in their order.
 *
 * @param stopped asked when a turn is free: whether nothing more is to be started
 */
export function makeTurns(count: number, stopped: () => boolean): Turns {
  const waiting: ((isFree: boolean) => void)[] = [];
  let free = count;
  const giveBack = () => {
    const next = waiting.shift();
    // Handed on rather than freed: who asks before the waiting one has woken up must not get it, too.
    if (next) next(true);
    else free++;
  };
  return {
    take: async () => {
      if (free > 0) free--;
      else if (!await new Promise<boolean>((resolve) => waiting.push(resolve))) return undefined;
      if (!stopped()) return once(giveBack);
      giveBack();
      return undefined;
    },
    stop: () => waiting.splice(0).forEach((sendAway) => sendAway(false)),
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
