/**
 * How the runs of a local sweep are stopped from outside.
 *
 * @module
 */
import { type EndingSignal, isEndingSignal, signalNumbers } from "../ending_signals.ts";
import { listenToSignals, type Passer, passerFor, type Signals } from "../runner/signals.ts";
import type { World } from "../world.ts";
import type { Stopping } from "./progress.ts";

/** What has been asked for so far, and what passes it on. */
export interface Stopper {
  /** Whether nothing more is to be started. */
  stopped(): boolean;
  /** The exit code of a sweep that was stopped: 128 + N for signal N. */
  exitCode(): number | undefined;
  /** Signals for one run, from its start on. */
  signalsFor(child: Deno.ChildProcess): Signals;
  /** Stops listening. */
  end(): void;
}

/**
 * Listens: the first SIGINT starts nothing more and lets the running ones end, a second one
 * interrupts them and a third kills them. SIGTERM and SIGHUP interrupt at once; other signals are
 * passed on.
 *
 * @param changed told when nothing more is started, and what is done to what runs
 */
export function makeStopper(
  changed: (stopping: Stopping) => void,
  { env }: Pick<World, "env">,
): Stopper {
  const running = new Set<Passer>();
  const asked: EndingSignal[] = [];
  const stop = (signal: Deno.Signal, hasIt?: boolean) => {
    if (!isEndingSignal(signal)) return running.forEach((one) => one.pass(signal, hasIt));
    asked.push(signal);
    const stopping = stoppingBy(asked);
    if (stopping !== "waiting") running.forEach((one) => one.pass(signal, hasIt));
    changed(stopping);
  };
  const send = (signal: Deno.Signal) => running.forEach((one) => one.send(signal));
  const endListening = listenToSignals(stop, send, env);
  return {
    stopped: () => asked.length > 0,
    exitCode: () => asked[0] && 128 + signalNumbers[asked[0]],
    signalsFor: (child) => {
      const passer = passerFor(child);
      running.add(passer);
      // It was started just before.
      if (asked.length > 0 && stoppingBy(asked) !== "waiting") passer.pass(asked.at(-1)!);
      // A run that was just about to get a session of its own got the terminal's Ctrl-C, too.
      const ended = (status: Deno.CommandStatus) =>
        passer.ended(status) || asked.some((signal) => signal === status.signal);
      return { ended, end: () => running.delete(passer) };
    },
    end: endListening,
  };
}

function stoppingBy(asked: readonly Deno.Signal[]): Stopping {
  if (asked.some((signal) => signal !== "SIGINT")) return "terminating";
  return asked.length === 1 ? "waiting" : "interrupting";
}
