/**
 * What has become of a run: the status in its record, corrected by whether the process that was
 * to write the final one is still there.
 *
 * @module
 */
import { identityOf, type ProcessIdentity } from "../snapshotter/machine.ts";
import type { RunRecord, Status } from "../snapshotter/record.ts";

/**
 * A status as it is shown. `lost`: the process is gone and never wrote a final status. `unknown`:
 * it was started where this machine cannot look.
 */
export type ShownStatus = Status | "lost" | "unknown";

/** The part of a record that tells its status. */
export type StatusFacts = Pick<RunRecord, "status"> & {
  readonly process?: ProcessIdentity | undefined;
};

/** The status of a run, checked against the processes of this machine where it says `running`. */
export async function statusOf(facts: StatusFacts): Promise<ShownStatus> {
  if (facts.status !== "running" || facts.process === undefined) return deriveStatus(facts);
  return deriveStatus(facts, await identityOf(facts.process.pid));
}

/**
 * The status that a record and this machine make together.
 *
 * @param now the process that has the recorded number on this machine, if any
 *
 * @example
 * ```ts
 * import { deriveStatus } from "./status.ts";
 *
 * const process = { host: "a", pid: 7, startTime: "100", bootId: "x" };
 * const gone = { host: "a", pid: 7, bootId: "x" };
 * console.assert(deriveStatus({ status: "running", process }, gone) === "lost");
 * console.assert(deriveStatus({ status: "running", process }, process) === "running");
 * ```
 */
export function deriveStatus(
  { status, process }: StatusFacts,
  now?: ProcessIdentity,
): ShownStatus {
  if (status !== "running") return status;
  if (process === undefined || now === undefined || process.host !== now.host) return "unknown";
  if (process.bootId === undefined || now.bootId === undefined) return "unknown";
  if (process.bootId !== now.bootId) return "lost";
  if (process.pidNamespace !== now.pidNamespace) return "unknown";
  return process.startTime !== undefined && process.startTime === now.startTime
    ? "running"
    : "lost";
}
