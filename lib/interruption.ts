/**
 * Work that a signal ends in good order: what it has made is removed before expyrun goes.
 *
 * @module
 */
import { type EndingSignal, endingSignals, signalNumbers } from "./ending_signals.ts";
import { ExpyrunError } from "./errors.ts";
import type { World } from "./world.ts";

/**
 * Does work that a signal can end, at its checkpoints and wherever it fails by itself.
 *
 * The work passes one last checkpoint once all is done, so that no signal is lost. Work within such
 * work is a part of it.
 *
 * @param what the work in a sentence: "preparing the run"
 * @param work gets the world whose `checkpoint` it passes, and takes back what it has made when it
 * throws
 * @throws {ExpyrunError} `interrupted`, once the work has ended
 */
export async function interruptibly<T>(
  what: string,
  world: World,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const { checkpoint } = world;
  if (checkpoint) return await work({ ...world, checkpoint: () => checkpoint() });
  let asked: EndingSignal | undefined;
  const refuse = () => {
    if (asked) throw interrupted(what, asked);
  };
  const endListening = listen((signal) => asked ??= signal);
  try {
    return await work({ ...world, checkpoint: seldom(() => turn().then(refuse)) });
  } catch (error) {
    // A program that was started for the work, and got the signal too, fails the work.
    await turn();
    if (asked && isLeft(error)) throw interrupted(what, asked, error.problem.message);
    refuse();
    throw error;
  } finally {
    endListening();
  }
}

/** The turns cost more than what is done in many a step between two checkpoints. */
const pauseMs = 20;

function seldom(pass: () => Promise<void>): NonNullable<World["checkpoint"]> {
  let passed = performance.now();
  return async (isLast = false) => {
    if (!isLast && performance.now() - passed < pauseMs) return;
    await pass();
    passed = performance.now();
  };
}

/** Turns of the event loop: one brings a signal in, another tells of it. Cheaper than a timer. */
async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await Deno.lstat(".").catch(() => {});
}

function listen(tell: (signal: EndingSignal) => void): () => void {
  const listeners = endingSignals().map((signal) => [signal, () => tell(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  };
}

function isLeft(error: unknown): error is ExpyrunError {
  return error instanceof ExpyrunError && error.problem.code === "left";
}

function interrupted(
  what: string,
  signal: EndingSignal,
  outcome = "what was made is removed",
): ExpyrunError {
  return new ExpyrunError({
    code: "interrupted",
    message: `Interrupted by ${signal} while ${what}: ${outcome}`,
    signal: signalNumbers[signal],
  });
}
