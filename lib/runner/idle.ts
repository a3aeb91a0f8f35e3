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
}

/**
 * Makes the question, which is to be asked from a timer: between two turns of the event loop, when
 * no promise is still to be answered.
 *
 * To be called when the Worker does nothing but wait for messages, of which none may come any more:
 * this one operation is left out of the count, by the number that it then has.
 *
 * @throws {Error} when the runtime is not as expected
 */
export function isIdle(): () => boolean {
  const core = coreOf(Deno as unknown as Record<symbol, unknown> & { internal: symbol });
  const inbox = { [core.promiseIdSymbol]: inboxId(core) };
  const { refOpPromise, unrefOpPromise, eventLoopHasMoreWork } = core;
  return () => {
    unrefOpPromise(inbox);
    const idle = !eventLoopHasMoreWork();
    refOpPromise(inbox);
    return idle;
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
