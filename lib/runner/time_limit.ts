/**
 * Ends a process whose time is over.
 *
 * @module
 */
import { passerFor } from "./signals.ts";

/** A limit that a process runs under. */
export interface TimeLimit {
  /** Whether the time is over. */
  readonly timedOut: boolean;
  /** Lifts the limit. */
  end(): void;
}

/** How long processes that were told to end may take to do so. */
export const graceMs = 5000;

/**
 * Limits the time of a process that leads a group: then the group gets SIGTERM, and soon after
 * SIGKILL.
 *
 * @param timeoutMs absent: no limit
 */
export function limitTime(child: Deno.ChildProcess, timeoutMs: number | undefined): TimeLimit {
  const limit = { timedOut: false, end: () => {} };
  if (timeoutMs === undefined) return limit;
  const { send } = passerFor(child);
  let timer = setTimeout(() => {
    limit.timedOut = true;
    send("SIGTERM");
    timer = setTimeout(() => send("SIGKILL"), graceMs);
  }, timeoutMs);
  return Object.assign(limit, { end: () => clearTimeout(timer) });
}
