/**
 * Starts the process of a run before its turn has come, or while its folder is still being written:
 * a runtime takes longer to start than all that is left to write.
 *
 * The folder stays the border between preparing and executing. What is started here has not read a
 * word of the call, and is taken only where the folder, once it is read, asks for this very launch.
 *
 * It waits for the lock of a file of its own: on some file systems (SMB) a locked file can be neither
 * read nor written. When expyrun ends, whatever it died of, the kernel gives the lock away, and the
 * process sees that it has another parent; the watch kills it besides.
 *
 * @module
 */
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { type Started, startProcess, type Watching } from "./start_process.ts";
import { type Launch, type PlannedRecord, type Run, runners } from "./runner.ts";
import { canWatch } from "./watchdog.ts";

/** The process of a run that is not to begin yet. */
export interface Ahead {
  /**
   * Starts it, where it can be. That it could not is said when it must be started.
   *
   * @param gather gathers a run whose folder holds what the imports of its code are resolved by
   */
  start(gather: () => Promise<Run<PlannedRecord>>): Promise<void>;
  /** Lets it go on, where it is what is asked for; otherwise ends it, and gives nothing. */
  take(launch: Launch): Promise<Started | undefined>;
  /** Ends it where nobody has taken it: nothing of it is left then. */
  end(): Promise<void>;
}

/** One that was started, and waits. */
interface Waiting extends Started {
  readonly launch: string;
  readonly lock: Lock;
  /** Where there is not enough for one process more, it ends when it has hardly begun. */
  hasEnded: boolean;
}

/** A process that may be started ahead; the only one, in the foreground, unless told otherwise. */
export function startingAhead(watching: Watching = {}): Ahead {
  let waiting: Waiting | undefined;
  const end = async () => {
    const ended = waiting;
    waiting = undefined;
    if (ended) await endWaiting(ended);
  };
  return {
    start: async (gather) => {
      if (!canWatch()) return;
      try {
        waiting = startWaiting(await gather(), watching);
      } catch {
        // No more processes, or a file system without locks.
      }
    },
    take: async (launch) => {
      if (waiting?.launch !== JSON.stringify(launch) || waiting.hasEnded) {
        await end();
        return undefined;
      }
      const { lock, child, endWatch } = waiting;
      waiting = undefined;
      lock.end();
      return { child, endWatch };
    },
    end,
  };
}

function startWaiting(run: Run<PlannedRecord>, watching: Watching): Waiting | undefined {
  const { record, folder, bootstrap } = run;
  // The file that it begins with is written with the call.
  if (record.runtime === "deno" && bootstrap === undefined) return undefined;
  const launch = runners[record.runtime].plan(run);
  const lock = takeLock(lockPath(folder));
  try {
    const started = startProcess(launch, watching);
    const waiting = { launch: JSON.stringify(launch), lock, hasEnded: false, ...started };
    started.child.status.then(() => waiting.hasEnded = true);
    return waiting;
  } catch (error) {
    lock.end();
    throw error;
  }
}

async function endWaiting({ child, lock, endWatch }: Waiting): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
  await Promise.all([child.stdout.cancel(), child.stderr.cancel(), child.status]);
  endWatch();
  lock.end();
}

/** Of this expyrun alone: when another one runs the folder meanwhile, its process has not to wait. */
function lockPath({ waiting }: ExperimentFolder): string {
  return `${waiting}-${Deno.pid}`;
}

/** A lock that is held. */
interface Lock {
  end(): void;
}

/** Makes a file, and locks it; it is gone when the lock is given up. */
function takeLock(path: string): Lock {
  const file = Deno.openSync(path, { write: true, createNew: true });
  const end = () => {
    try {
      Deno.removeSync(path);
    } catch {
      // Somebody has removed it, or the whole folder.
    }
    file.close();
  };
  try {
    file.lockSync(true);
  } catch (error) {
    end();
    throw error;
  }
  return { end };
}
