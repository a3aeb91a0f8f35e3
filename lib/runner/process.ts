/**
 * Carries out a launch: starts the process in a session of its own, passes its output on to the
 * screen and the log, its signals on to its group, and tells how it ended.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import type { World } from "../world.ts";
import { openLog } from "./log.ts";
import { forwardSignals } from "./signals.ts";
import type { Launch } from "./runner.ts";
import { tee } from "./tee.ts";
import { watch } from "./watchdog.ts";

/** How a process ended. */
export interface Outcome {
  /** The process's own; 128 + N when signal N ended it. */
  readonly exitCode: number;
  /** The signal that ended it, as `SIGTERM`. */
  readonly signal?: string | undefined;
  /** Whether it ended by a signal that reached it through expyrun. */
  readonly interrupted: boolean;
  /** The last 16 KiB of what it wrote to stderr. */
  readonly stderrTail: string;
}

/**
 * Runs a process to its end, stdin and all.
 *
 * @param log the path of the file that gets the process's output, absolute
 * @throws {ExpyrunError} when the process cannot be started
 */
export async function runProcess(launch: Launch, log: string, world: World): Promise<Outcome> {
  const child = start(launch);
  const endWatch = watch(child.pid);
  const signals = forwardSignals(child);
  try {
    const output = tee(child, openLog(log, world));
    const status = await child.status;
    const interrupted = signals.ended(status);
    const stderrTail = await output.end();
    return { exitCode: status.code, signal: status.signal ?? undefined, interrupted, stderrTail };
  } finally {
    signals.end();
    endWatch();
  }
}

/**
 * A session of its own: in the group of expyrun, a terminal's Ctrl-C would reach it twice, once
 * from the terminal and once forwarded.
 */
function start({ program, args, cwd, env }: Launch): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args: [...args],
      cwd,
      env,
      clearEnv: true,
      stdin: "inherit",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    throw new ExpyrunError({
      code: "launch",
      message: `Cannot start "${program}": ${(error as Error).message}`,
    });
  }
}
