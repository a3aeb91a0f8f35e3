/**
 * Signals on their way from the user or the scheduler to the process of an experiment.
 *
 * @module
 */
import { endingSignals, isEndingSignal, signalNumbers } from "../ending_signals.ts";
import type { World } from "../world.ts";
import { startWitness } from "./witness.ts";

/** Signals being passed on. */
export interface Signals {
  /** Whether a process ended by one of the signals that were passed on. */
  ended(status: Deno.CommandStatus): boolean;
  /** Passes on no more. */
  end(): void;
}

/** Signals that are passed on one by one, to one process. */
export interface Passer {
  /**
   * SIGINT, SIGTERM and SIGHUP once each, a second SIGINT as SIGKILL, others each time.
   *
   * @param hasIt whether the process has got it already, not from expyrun
   */
  pass(signal: Deno.Signal, hasIt?: boolean): void;
  /** Sends a signal that is expyrun's own: a process that it ends was not interrupted. */
  send(signal: Deno.Signal): void;
  /** Whether a process ended by one of the signals that were passed on. */
  ended(status: Deno.CommandStatus): boolean;
}

/** What schedulers say before they preempt: passed on each time, the experiment's to understand. */
const always: readonly Deno.Signal[] = ["SIGUSR1", "SIGUSR2"];

/** Whether one of the signals was to end a process, which it may have answered by an exit code. */
function isEnding(sent: ReadonlySet<Deno.Signal>): boolean {
  return [...sent].some((signal) => !always.includes(signal));
}

const killed = 9;
const answers = [...Object.values(signalNumbers), killed].map((number) => 128 + number);

/** Passes signals on to the group of a process that leads a session. */
export function passerFor(child: Deno.ChildProcess): Passer {
  const sent = new Set<Deno.Signal>();
  const pass = (signal: Deno.Signal, hasIt = false) => {
    const again = sent.has(signal);
    // A closing terminal says SIGHUP twice, through the shell and by itself.
    if (again && isEndingSignal(signal) && signal !== "SIGINT") return;
    const passed = again && signal === "SIGINT" ? "SIGKILL" : signal;
    sent.add(passed);
    if (!hasIt || passed !== signal) signalGroup(child, passed);
    // Windows has no signals: what is passed there ends the process, as SIGTERM.
    if (Deno.build.os === "windows") sent.add("SIGTERM");
  };
  return {
    pass,
    send: (signal) => signalGroup(child, signal),
    // An experiment that answers several signals by one handler knows one exit code for all.
    ended: ({ signal, code }) =>
      signal === null ? isEnding(sent) && answers.includes(code) : sent.has(signal),
  };
}

/** Who passes signals on to a process, from its start on. */
export type SignalsFor = (child: Deno.ChildProcess) => Signals;

/**
 * Does work that starts a process, and passes the signals that expyrun gets on to it, as
 * {@linkcode Passer} does: those that come before it is there, once it is. What comes after it ends
 * nothing either: how it ended is still to be written. Ctrl-Z stops the experiment too, `fg` continues
 * both.
 */
export async function forwardingSignals<T>(
  work: (signals: SignalsFor) => Promise<T>,
  { env }: Pick<World, "env">,
): Promise<T> {
  const early: Deno.Signal[] = [];
  let pass: Passer["pass"] = (signal) => void early.push(signal);
  let send: Passer["send"] = () => {};
  const endListening = listenToSignals(
    (signal, hasIt) => pass(signal, hasIt),
    (signal) => send(signal),
    env,
  );
  try {
    return await work((child) => {
      const passer = passerFor(child);
      [pass, send] = [passer.pass, passer.send];
      early.forEach((signal) => passer.pass(signal));
      return { ended: passer.ended, end: () => void ([pass, send] = [() => {}, () => {}]) };
    });
  } finally {
    endListening();
  }
}

/**
 * Listens to the signals that experiments are told of.
 *
 * @param pass gets each of them, and whether the experiments have it already; on Windows, which
 * knows Ctrl-C only, SIGINT
 * @param send stops and continues the experiments: their groups are none of the terminal's, by
 * themselves they would run on
 * @param env the environment of the command
 * @returns ends listening
 */
export function listenToSignals(
  pass: Passer["pass"],
  send: Passer["send"],
  env: World["env"],
): () => void {
  const witness = startWitness(env);
  const hear = witness
    ? async (signal: Deno.Signal) => pass(signal, await witness.hasGot(signal))
    : pass;
  const passed: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? endingSignals()
    : [...endingSignals(), ...always];
  const listeners = passed.map((signal): [Deno.Signal, () => void] => [
    signal,
    () => void hear(signal),
  ]);
  if (Deno.build.os !== "windows") {
    listeners.push(
      ["SIGTSTP", () => {
        send("SIGSTOP");
        Deno.kill(Deno.pid, "SIGSTOP");
      }],
      ["SIGCONT", () => send("SIGCONT")],
    );
  }
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    witness?.end();
  };
}

function signalGroup(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    if (Deno.build.os === "windows") child.kill("SIGTERM");
    else Deno.kill(-child.pid, signal);
  } catch {
    // The whole group has ended meanwhile, or its leader is about to make it.
    signalLeader(child, signal);
  }
}

function signalLeader(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended, too.
  }
}
