/**
 * Runs in the Worker of the hidden child mode: makes the call through bootstrap.js, in surroundings
 * that are as on the main thread, where an experiment otherwise runs. There a process ends when
 * nothing is left to do, exit codes count, and an uncaught error is shown and ends everything.
 *
 * @module
 */
import type { Handed } from "./child.ts";
import { type IdleWatch, watchIdle } from "./idle.ts";
import { type Origin, uncaughtText } from "./uncaught.ts";

// The types of the main thread are in force here, as in all of lib.
const { postMessage } = globalThis as unknown as { postMessage(code: number): void };
const { internals } = runtime();

/** Of the runtime itself, and not of its types: events of `process`, where that was ever loaded. */
function runtime(): { internals: Internals } {
  const { internal } = Deno as unknown as { internal: symbol };
  return { internals: (Deno as unknown as Record<symbol, Internals>)[internal]! };
}

interface Internals {
  /** What `process` is made of when it is first used; `denoArgs` become its `argv`. */
  readonly __nodeBootstrapArgs?: { denoArgs: readonly string[] };
  readonly dispatchProcessBeforeExitEvent?: () => unknown;
  readonly dispatchProcessExitEvent?: () => void;
}

addEventListener("message", (event: Event) => {
  likeOnTheMainThread();
  // Not at once: then no more messages come, and the only pending operation waits for one.
  queueMicrotask(() => start((event as MessageEvent<Handed>).data));
}, { once: true });

let origin: Origin = { entry: "", imports: {} };

async function start({ call, imports, ...handed }: Handed): Promise<void> {
  const watch = watchIdle();
  origin = { entry: handed.entry, imports: imports?.imports ?? {} };
  Object.defineProperty(globalThis, Symbol.for("expyrun.call"), {
    value: call,
    configurable: true,
  });
  if (imports) (await import("./imports.ts")).serveImports(imports);
  endWhen(watch);
  await import("./bootstrap.js");
}

/** Looks again and again, at first at once: most experiments that are short end by themselves. */
function endWhen(watch: IdleWatch): void {
  let waitMs = 1;
  const look = () => {
    if (watch.isIdle() && isOver(watch)) return;
    waitMs = Math.min(waitMs * 2, 50);
    watch.after(waitMs, look);
  };
  watch.after(0, look);
}

/** Whoever listens may go on, or find more to do. */
function isOver(watch: IdleWatch): boolean {
  if (!dispatchEvent(new Event("beforeunload", { cancelable: true }))) return false;
  // Its answer counts the operation that waits for messages.
  internals.dispatchProcessBeforeExitEvent?.();
  if (!watch.isIdle()) return false;
  dispatchUnload();
  internals.dispatchProcessExitEvent?.();
  return end(Deno.exitCode);
}

let isUnloaded = false;

function dispatchUnload(): void {
  if (isUnloaded) return;
  isUnloaded = true;
  dispatchEvent(new Event("unload"));
}

/** Ends the process: the main thread only waits for the code. */
function end(code: number): never {
  postMessage.call(globalThis, code);
  // Until the process is gone, which is at once, nothing more may happen here. Closing the Worker would
  // end what the experiment has started in the background, which on the main thread goes on.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("The process goes on after its end");
}

function exit(code?: number): never {
  if (typeof code === "number") Deno.exitCode = code;
  dispatchUnload();
  return end(Deno.exitCode);
}

function likeOnTheMainThread(): void {
  const set = (owner: object, name: string, value: unknown) =>
    Object.defineProperty(owner, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  set(Deno, "exit", exit);
  set(Deno, "args", []);
  if (internals.__nodeBootstrapArgs) internals.__nodeBootstrapArgs.denoArgs = [];
  set(globalThis, "close", () => exit());
  for (const name of ["postMessage", "onmessage"]) Reflect.deleteProperty(globalThis, name);
  addEventListener("error", uncaught);
  addEventListener("unhandledrejection", uncaught);
}

let isAsking = false;

/** The first to hear of it: asks the others, and when none of them has an answer, it is the end. */
function uncaught(event: ErrorEvent | PromiseRejectionEvent): void {
  if (isAsking) return;
  isAsking = true;
  event.stopImmediatePropagation();
  event.preventDefault();
  const isHandled = !dispatchEvent(copyOf(event));
  isAsking = false;
  if (!isHandled) failWith(event);
}

function copyOf(event: ErrorEvent | PromiseRejectionEvent): Event {
  if ("reason" in event) {
    const { promise, reason } = event;
    return new PromiseRejectionEvent(event.type, { promise, reason, cancelable: true });
  }
  const { message, filename, lineno, colno, error } = event;
  return new ErrorEvent(event.type, { message, filename, lineno, colno, error, cancelable: true });
}

/** Of what a Worker of the experiment has thrown only words arrive, and it has printed them itself. */
function thrownOf({ error, message }: ErrorEvent): [error: unknown, inPromise: boolean] {
  const isOfWorker = error === null && message !== "Uncaught null";
  if (!isOfWorker) return [error, false];
  const unhandled = new Error("Unhandled error in child worker.");
  unhandled.stack = "";
  return [unhandled, true];
}

function failWith(event: ErrorEvent | PromiseRejectionEvent): never {
  const [error, inPromise] = "reason" in event ? [event.reason, true] : thrownOf(event);
  let bytes = new TextEncoder().encode(uncaughtText(error, inPromise, origin));
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
  return end(1);
}
