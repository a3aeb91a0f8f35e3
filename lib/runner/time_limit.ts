/**
 * Ends a process whose time is over, with all that it has started.
 *
 * @module
 */
import { wait } from "../time.ts";
import { passerFor } from "./signals.ts";

/** A limit that a process runs under. */
export interface TimeLimit {
  /** Whether the time is over. */
  readonly timedOut: boolean;
  /** Waits, where the time was over, until what the process has left behind is gone, too. */
  endGroup(): Promise<void>;
  /** Lifts the limit. */
  end(): void;
}

/** How long processes that were told to end may take to do so. */
const graceMs = 5000;
const pollMs = 20;

/**
 * Limits the time of a process that leads a group: then the group gets SIGTERM, and what is left of it
 * soon after SIGKILL.
 *
 * @param timeoutMs absent: no limit
 */
export function limitTime(child: Deno.ChildProcess, timeoutMs: number | undefined): TimeLimit {
  const limit = { timedOut: false, endGroup: () => Promise.resolve(), end: () => {} };
  if (timeoutMs === undefined) return limit;
  const { send } = passerFor(child);
  let killed = false;
  let timer = setTimeout(() => {
    limit.timedOut = true;
    send("SIGTERM");
    timer = setTimeout(() => {
      killed = true;
      send("SIGKILL");
    }, graceMs);
  }, timeoutMs);
  return Object.assign(limit, {
    // One that ends at once leaves the others no time: what they have is their own to tidy up.
    endGroup: async () => {
      while (limit.timedOut && !killed && hasGroup(child.pid)) await wait(pollMs);
    },
    end: () => clearTimeout(timer),
  });
}

/** Whether a group has a member; on Windows there are none. */
function hasGroup(leader: number): boolean {
  try {
    if (Deno.build.os !== "windows") Deno.kill(-leader, "SIGCONT");
    return Deno.build.os !== "windows";
  } catch {
    return false;
  }
}
