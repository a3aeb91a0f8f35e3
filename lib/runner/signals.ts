/**
 * Signals on their way from the user or the scheduler to the process of an experiment.
 *
 * @module
 */

/** Signals being passed on. */
export interface Signals {
  /** Whether a process ended by one of the signals that were passed on. */
  ended(status: Deno.CommandStatus): boolean;
  /** Stops listening. */
  end(): void;
}

/** Passed on once: a closing terminal says SIGHUP twice, through the shell and by itself. */
const once: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
/** What schedulers say before they preempt: passed on each time, the experiment's to understand. */
const always: readonly Deno.Signal[] = ["SIGUSR1", "SIGUSR2"];
const numbers: Partial<Record<Deno.Signal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGTERM: 15,
};

/**
 * Passes signals on to the group of a process that leads a session: SIGINT, SIGTERM and SIGHUP
 * once each, a second SIGINT as SIGKILL. Ctrl-Z stops the experiment too, `fg` continues both.
 */
export function forwardSignals(child: Deno.ChildProcess): Signals {
  if (Deno.build.os === "windows") return forwardInterrupt(child);
  const sent = new Set<Deno.Signal>();
  const pass = (signal: Deno.Signal) => {
    const again = sent.has(signal);
    if (again && signal !== "SIGINT") return;
    const passed = again ? "SIGKILL" : signal;
    sent.add(passed);
    signalGroup(child.pid, passed);
  };
  const listeners: [Deno.Signal, () => void][] = [
    ...once.map((signal): [Deno.Signal, () => void] => [signal, () => pass(signal)]),
    ...always.map((signal): [Deno.Signal, () => void] => [
      signal,
      () => signalGroup(child.pid, signal),
    ]),
    // The child's group is none of the terminal's: by itself it would run on.
    ["SIGTSTP", () => {
      signalGroup(child.pid, "SIGSTOP");
      Deno.kill(Deno.pid, "SIGSTOP");
    }],
    ["SIGCONT", () => signalGroup(child.pid, "SIGCONT")],
  ];
  return listen(listeners, sent);
}

/** Windows knows Ctrl-C only, and no groups: it ends the process. */
function forwardInterrupt(child: Deno.ChildProcess): Signals {
  const sent = new Set<Deno.Signal>();
  const interrupt = () => {
    sent.add("SIGINT").add("SIGTERM");
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended meanwhile.
    }
  };
  return listen([["SIGINT", interrupt]], sent);
}

function listen(listeners: readonly [Deno.Signal, () => void][], sent: Set<Deno.Signal>): Signals {
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    ended: ({ signal, code }) =>
      [...sent].some((passed) => passed === signal || 128 + (numbers[passed] ?? 128) === code),
    end: () => {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}

function signalGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch {
    // The whole group has ended meanwhile.
  }
}
