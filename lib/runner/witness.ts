/**
 * Tells a signal that only expyrun got from one that all processes of a job got. As SLURM cancels,
 * requeues or ends a job, it sends SIGTERM to all: passed on, an experiment would hear it twice, and
 * the second may end it while it answers the first.
 *
 * @module
 */
import { wait } from "../time.ts";
import { endShell, startShell } from "./session.ts";
import { slurmTask } from "./slurm_task.ts";
import { canWatch } from "./watchdog.ts";

/** A process of the same job that signals end: it is there for nothing else. */
export interface Witness {
  /** Whether a signal that expyrun has just got was sent to the other processes, too. */
  hasGot(signal: Deno.Signal): Promise<boolean>;
  end(): void;
}

const script = "read -r end";

/** How long SLURM may take from one process to the next. */
const pauseMs = 100;

/**
 * Starts one in a task of SLURM; elsewhere signals are meant for the one process that gets them.
 *
 * @param env the environment of the command
 */
export function startWitness(env: Readonly<Record<string, string>>): Witness | undefined {
  if (slurmTask(env) === undefined || !canWatch()) return undefined;
  let shell = startShell(script);
  return {
    hasGot: async (signal) => {
      const asked = shell;
      const status = await Promise.race([asked?.status, wait(pauseMs)]);
      if (!status) return false;
      // Of signals that come together, the first makes the next one.
      if (shell === asked) shell = startShell(script);
      return status.signal === signal;
    },
    end: () => shell && endShell(shell),
  };
}
