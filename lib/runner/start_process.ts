/**
 * Starts the process of a launch in a session of its own. Apart from attending to it (process.ts),
 * which is loaded while it starts.
 *
 * @module
 */
import type { Launch } from "./runner.ts";
import { startLaunch } from "./session.ts";
import { watch } from "./watchdog.ts";

/** A process that runs. */
export interface Started {
  readonly child: Deno.ChildProcess;
  /** Ends the watch that kills its group when expyrun is gone. */
  readonly endWatch: () => void;
}

/** How it is started and watched. What is absent is done as for the only one, in the foreground. */
export interface Watching {
  /** Whether it is one of many: without standard input, and measured for itself. */
  readonly background?: boolean | undefined;
  /** Who kills its group when expyrun is gone; answers with what ends the watch. */
  readonly watch?: ((pid: number) => () => void) | undefined;
}

/**
 * Starts a process, and the watch over it.
 *
 * @throws {ExpyrunError} "launch"
 */
export function startProcess(
  launch: Launch,
  watching: Watching = {},
): Started {
  const child = startLaunch(launch, !watching.background);
  return { child, endWatch: (watching.watch ?? watch)(child.pid) };
}
