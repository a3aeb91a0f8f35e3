/**
 * The signals that end a program, and which of them are to end this one.
 *
 * @module
 */

/** Their numbers: a program that one of them ended has the exit code 128 + N. */
export const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** A signal that ends a program. */
export type EndingSignal = keyof typeof signalNumbers;

/** Whether a signal is one of them. */
export function isEndingSignal(signal: string): signal is EndingSignal {
  return Object.hasOwn(signalNumbers, signal);
}

let known: readonly EndingSignal[] | undefined;

/**
 * Those that may end expyrun; on Windows, which knows Ctrl-C only, SIGINT. What is ignored when it
 * starts stays so, as by nohup(1) or for what a script runs in the background; only Linux tells.
 *
 * To be asked before the first is listened to: from then on none is ignored.
 */
export function endingSignals(): readonly EndingSignal[] {
  return known ??= askForEndingSignals();
}

function askForEndingSignals(): EndingSignal[] {
  if (Deno.build.os === "windows") return ["SIGINT"];
  const mask = ignoredMask();
  const { ending = [], ignored = [] } = Object.groupBy(
    Object.keys(signalNumbers) as EndingSignal[],
    (signal) => (mask >> BigInt(signalNumbers[signal] - 1) & 1n) === 1n ? "ignored" : "ending",
  );
  // Once Deno listens to any signal it takes all of these, and ends by those that nobody listens to.
  for (const signal of ignored) Deno.addSignalListener(signal, () => {});
  return ending;
}

/** A bit for each signal that this process ignores, the first the lowest. */
function ignoredMask(): bigint {
  if (Deno.build.os !== "linux") return 0n;
  return BigInt(`0x${/^SigIgn:\t([0-9a-f]+)$/m.exec(readStatus())?.[1] ?? "0"}`);
}

function readStatus(): string {
  try {
    return Deno.readTextFileSync("/proc/self/status");
  } catch {
    return ""; // There is no /proc.
  }
}
