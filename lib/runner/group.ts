/**
 * What a process that was told to end has started, and leaves behind: the processes of its group.
 *
 * @module
 */
import { processStat } from "../snapshotter/machine.ts";
import { wait } from "../time.ts";

/** How long what was told to end may take before it is killed: as long as SLURM waits by default. */
export const patienceMs = 30_000;
const pollMs = 50;

/**
 * Waits until a group is empty, whose leader has ended by a signal that all of it got: what takes
 * longer may be saving its work, and its last words belong to the log. What is left in the end is
 * killed.
 *
 * @param leader the number of the process that leads, or led it
 * @param forMs how long it may take, in milliseconds
 * @param waiting called once, when there is something to wait for
 */
export async function endGroup(
  leader: number,
  forMs: number,
  waiting: () => void = () => {},
): Promise<void> {
  if (isEmpty(leader)) return;
  waiting();
  const end = performance.now() + forMs;
  while (!isEmpty(leader)) {
    if (performance.now() > end) return void signalRest(leader, "SIGKILL");
    await wait(pollMs);
  }
}

function isEmpty(leader: number): boolean {
  // Signals reach those, too, that have ended, where nobody asks for them: in a container without an
  // init process they stay.
  return !signalRest(leader, "SIGCONT") ||
    Deno.build.os === "linux" && statesIn(leader).every((state) => state === "Z");
}

/** The states of the processes of a group, as Linux tells them. */
function statesIn(leader: number): string[] {
  return Array.from(Deno.readDirSync("/proc"), ({ name }) => name)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [state, , group] = processStat(pid) ?? [];
      return group === String(leader) ? [state!] : [];
    });
}

/** Whether a group has a member that could be signalled; Windows has no groups. */
function signalRest(leader: number, signal: Deno.Signal): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    Deno.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}
