/**
 * Tells when a Worker has nothing left to do. A process ends by itself then; a Worker goes on
 * waiting for messages, and the runtime offers no way to ask.
 *
 * @module
 */

/** What is used of the runtime's own core; tests hold every Deno that a binary is made of to it. */
interface Core {
  readonly promiseIdSymbol: symbol;
  hasPromise(id: number): boolean;
  refOpPromise(promise: object): void;
  unrefOpPromise(promise: object): void;
  eventLoopHasMoreWork(): boolean;
  createSystemTimer(callback: () => void, afterMs: number, isRefed: boolean): unknown;
}

/** Tells whether a Worker is idle, at moments when that can be told. */
export interface IdleWatch {
  isIdle(): boolean;
  /**
   * Calls back between two turns of the event loop, when no promise is still to be answered, and without
   * keeping the Worker busy. The timers of the global scope wake Deno's layer for Node.
   */
  after(ms: number, callback: () => void): void;
}

/**
 * Begins to watch. To be called when the Worker does nothing but wait for messages, of which none may come any more:
 * this one operation is left out of the count, by the number that it then has.
 *
 * @throws {Error} when the runtime is not as expected
 */
export function watchIdle(): IdleWatch {
  const core = coreOf(Deno as unknown as Record<symbol, unknown> & { internal: symbol });
  const inbox = { [core.promiseIdSymbol]: inboxId(core) };
  const { refOpPromise, unrefOpPromise, eventLoopHasMoreWork, createSystemTimer } = core;
  return {
    isIdle() {
      unrefOpPromise(inbox);
      const idle = !eventLoopHasMoreWork();
      refOpPromise(inbox);
      return idle;
    },
    after: (ms, callback) => void createSystemTimer(callback, ms, false),
  };
}

function coreOf(deno: Record<symbol, unknown> & { readonly internal: symbol }): Core {
  return (deno[deno.internal] as { core: Core }).core;
}

// The first operations of a Worker are the few that start it.
const firstIds = 1000;

function inboxId({ hasPromise }: Core): number {
  const pending = Array.from({ length: firstIds }, (_, id) => id).filter((id) => hasPromise(id));
  if (pending.length === 1) return pending[0]!;
  throw new Error(`Cannot tell when the experiment ends: ${pending.length} operations are pending`);
}
