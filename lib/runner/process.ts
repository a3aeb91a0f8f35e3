/**
 * Attends to the process of a launch: passes its output on to the screen and the log, its signals on
 * to its group, and tells how it ended.
 *
 * @module
 */
import type { Usage } from "../snapshotter/record.ts";
import { isEndingSignal } from "../ending_signals.ts";
import { wait } from "../time.ts";
import type { World } from "../world.ts";
import type { Ahead } from "./ahead.ts";
import { endGroup, patienceMs } from "./group.ts";
import { openLog } from "./log.ts";
import type { Signals, SignalsFor } from "./signals.ts";
import type { Launch } from "./runner.ts";
import { type Started, startProcess, type Watching } from "./start_process.ts";
import { ownScreens, type Screens, tee } from "./tee.ts";
import { graceMs, limitTime } from "./time_limit.ts";
import { measureUsage } from "./usage.ts";

/** How a process ended. */
export interface Outcome {
  /** The process's own; 128 + N when signal N ended it. */
  readonly exitCode: number;
  /** The signal that ended it, as `SIGTERM`. */
  readonly signal?: string | undefined;
  /** Whether it ended by a signal that reached it through expyrun. */
  readonly interrupted: boolean;
  /** Whether it was ended because its time was over. */
  readonly timedOut: boolean;
  /** The last 256 KiB of what it wrote to stderr, or somewhat more. */
  readonly stderrTail: string;
  /** Whether the log has all that it wrote. */
  readonly isLogged: boolean;
  /** What is to be thrown once all is written: what `--strict` made an error of meanwhile. */
  readonly refusal?: unknown;
  readonly usage?: Usage | undefined;
}

/** How a process is attended to. What is absent is done as for the only one, in the foreground. */
export interface Handling extends Watching {
  /** Who passes signals on to it. */
  readonly signals: SignalsFor;
  /** Where it may have been started already. */
  readonly ahead?: Ahead | undefined;
  /** Where its output is shown besides the log. */
  readonly screens?: Screens | undefined;
  /**
   * Called as soon as it has ended, and what it has started, if that was told to end; its last output
   * is still on the way.
   */
  readonly ended?: (() => void) | undefined;
  /** When it is ended, and what it has started: by SIGTERM, and soon after by SIGKILL. */
  readonly timeoutMs?: number | undefined;
  /** Whether what the log holds stays. */
  readonly append?: boolean | undefined;
}

/**
 * Runs a process to its end, stdin and all.
 *
 * @param log the path of the file that gets the process's output, absolute
 * @throws {ExpyrunError} when the process cannot be started
 */
export async function runProcess(
  launch: Launch,
  log: string,
  world: World,
  handling: Handling,
): Promise<Outcome> {
  // Before the process goes on: it may remove its folder at once.
  const file = openLog(log, world, handling.append);
  const { child, endWatch, taken } = await begin(launch, handling).catch((error) => {
    file.end();
    throw error;
  });
  const measurement = measureUsage(child.pid, !handling.background, taken);
  const signals = handling.signals(child);
  const limit = limitTime(child, handling.timeoutMs);
  try {
    const screens = handling.screens ?? ownScreens(world);
    const output = tee(child, file, screens);
    const status = await child.status;
    const { timedOut } = limit;
    const interrupted = !timedOut && await endedBySignal(signals, status);
    if (timedOut) await endGroup(child.pid, graceMs);
    else if (interrupted) await endGroup(child.pid, patienceMs, () => world.say(waitingText));
    handling.ended?.();
    const signal = status.signal ?? undefined;
    const { stderrTail, isLogged, refusal = screens.refusal?.() } = await output.end();
    if (screens.leavesOpen?.()) world.leftOpen?.();
    const usage = await measurement.end();
    return {
      exitCode: status.code,
      signal,
      interrupted,
      timedOut,
      stderrTail,
      isLogged,
      refusal,
      usage,
    };
  } finally {
    limit.end();
    signals.end();
    endWatch();
  }
}

/** Lets a process that was started ahead go on, or starts one. */
async function begin(launch: Launch, handling: Handling): Promise<Started & { taken: boolean }> {
  const ahead = await handling.ahead?.take(launch);
  return { ...ahead ?? startProcess(launch, handling), taken: ahead !== undefined };
}

const waitingText = "expyrun: waiting for what it has started, which was told to end, too; " +
  `what has not in ${patienceMs / 1000} s is killed`;

/** How long expyrun may take to hear of a signal that it and its child were both sent. */
const hearingMs = 200;

/**
 * Whether the child ended by a signal that came through expyrun; or that reached both of them, as
 * SLURM sends it to all processes of a job: then the child may have ended before expyrun has heard.
 */
async function endedBySignal(signals: Signals, status: Deno.CommandStatus): Promise<boolean> {
  if (signals.ended(status) || status.success) return signals.ended(status);
  if (!isEndingSignal(status.signal ?? "")) return false;
  await wait(hearingMs);
  return signals.ended(status);
}
