/**
 * Starts the process of a run while its folder is still being written: a runtime takes longer to
 * start than all that is left to write.
 *
 * The folder stays the border between preparing and executing. What is started here has not read a
 * word of the call, and is taken only where the folder, once it is read, asks for this very launch.
 *
 * It waits for the lock of the file that its call will stand in. The kernel gives that away when
 * expyrun ends, whatever it died of: then the file is empty.
 *
 * @module
 */
import type { Mapping } from "../resolver/node.ts";
import { holdsSecret } from "../resolver/masked.ts";
import { type ExperimentFolder, openFolder } from "../snapshotter/folder.ts";
import { realPath } from "../snapshotter/roots.ts";
import type { World } from "../world.ts";
import { gatherRun } from "./gather.ts";
import type { Started } from "./process.ts";
import { type Launch, type PlannedRecord, type Run, runners } from "./runner.ts";
import { startLaunch } from "./session.ts";
import { canWatch, watch } from "./watchdog.ts";

/** The process of a run that is still being prepared. */
export interface Ahead {
  /**
   * Starts it, where it can be. That it could not is said when it must be started.
   *
   * @param folder one that holds the code, and what its imports are resolved by
   * @param record what the folder's record will say
   * @param resolved the configuration, resolved
   */
  start(folder: ExperimentFolder, record: PlannedRecord, resolved: Mapping): Promise<void>;
  /** Lets it go on, where it is what is asked for; otherwise ends it, and gives nothing. */
  take(launch: Launch): Started | undefined;
  /** Ends it where nobody has taken it. */
  end(): void;
}

/** One that was started, and waits. */
interface Waiting extends Started {
  readonly launch: string;
  /** The file whose lock it waits for. */
  readonly call: Deno.FsFile;
}

/** A process in the foreground, which may be started ahead. */
export function startingAhead(world: World): Ahead {
  let waiting: Waiting | undefined;
  const end = () => {
    if (waiting) endWaiting(waiting);
    waiting = undefined;
  };
  return {
    start: async (folder, record, resolved) => {
      // The key of a call that is sealed is made when the folder is read.
      if (!canWatch() || holdsSecret(resolved)) return;
      try {
        waiting = startWaiting(await gatherAhead(folder, record, world));
      } catch {
        // No more processes, or a file system without locks.
      }
    },
    take: (launch) => {
      if (waiting?.launch !== JSON.stringify(launch)) return end(), undefined;
      const { call, ...started } = waiting;
      waiting = undefined;
      call.close();
      return started;
    },
    end,
  };
}

/** As it will be gathered when the folder is read. */
async function gatherAhead(
  folder: ExperimentFolder,
  record: PlannedRecord,
  world: World,
): Promise<Run<PlannedRecord>> {
  return await gatherRun(openFolder(realPath(folder.path)), record, { text: "" }, {}, world);
}

function startWaiting(run: Run<PlannedRecord>): Waiting | undefined {
  const { record, folder, bootstrap } = run;
  // The file that it begins with is written with the call.
  if (record.runtime === "deno" && bootstrap === undefined) return undefined;
  const launch = runners[record.runtime].plan(run);
  const call = Deno.openSync(folder.call, { write: true, createNew: true });
  try {
    call.lockSync(true);
    const child = startLaunch(launch, true);
    return { launch: JSON.stringify(launch), call, child, endWatch: watch(child.pid) };
  } catch (error) {
    call.close();
    throw error;
  }
}

function endWaiting({ child, call, endWatch }: Waiting): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
  endWatch();
  call.close();
}
