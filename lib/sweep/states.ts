/**
 * How the runs of a sweep are: what their records say, and what SLURM knows.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { isAbsent, isThere } from "../files.ts";
import { type ShownStatus, statusOf } from "../runs/status.ts";
import { openFolder } from "../snapshotter/folder.ts";
import type { RunRecord, Status } from "../snapshotter/record.ts";
import { readRecord, recordAt } from "../snapshotter/record_file.ts";
import type { QueuedTask } from "./slurm/queue.ts";

/** A status as it is shown; `queued`: prepared, or to be run again, and in SLURM's queue. */
export type SweepStatus = ShownStatus | "queued";

/** What SLURM knows of a task; `unreachable`: it could not be asked. */
export type QueuePhase = QueuedTask["phase"] | "absent" | "unreachable";

/** How a run is. */
export interface RunState {
  readonly run: number;
  readonly status: SweepStatus;
  /** The latest folder; absent where none was prepared. */
  readonly folder?: string | undefined;
  /** What its record says. */
  readonly recorded?: RunRecord["status"] | undefined;
  /** Whether a process has taken the folder to run it. */
  readonly taken?: boolean | undefined;
  /** How many folders it has had. */
  readonly attempts: number;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut?: boolean | undefined;
  /** The message of the error that ended it, or of what keeps its record from being read. */
  readonly error?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly restarts?: number | undefined;
  /** The task of SLURM that runs it, or is to. */
  readonly slurmTask?: string | undefined;
}

/** A task that a run was submitted as. */
export interface SubmittedTask {
  readonly id: string;
  readonly phase: QueuePhase;
  /** How often SLURM has begun it anew, while it has it. */
  readonly restarts?: number | undefined;
  /** Whether it was taken back by `expyrun cancel`. */
  readonly cancelled: boolean;
}

/**
 * Reads how one run is.
 *
 * @param folders of the run, the latest last
 * @param task the latest task that it was submitted as; to be looked up before this is called: then
 * a task that is over has written its record
 */
export async function runState(
  run: number,
  folders: readonly string[],
  task?: SubmittedTask,
): Promise<RunState> {
  const folder = folders.at(-1);
  const attempts = folders.length;
  if (folder === undefined) return { run, status: "prepared", folder, attempts };
  const record = await recordOr(folder);
  // Of what cannot be read nobody knows how it is: it may be another one's, or a newer program's.
  if (typeof record === "string") {
    return { run, status: "unknown", folder, attempts, error: record };
  }
  if (record === undefined) return { run, status: "lost", folder, attempts };
  const { exitCode, signal, timedOut, error, durationMs, restarts } = record;
  // What runs as no task has a process of its own, whatever it was submitted as before.
  const isByHand = record.status === "running" && record.slurmTask === undefined;
  const status = task && !isByHand ? withQueue(record, task) : await statusOf(record);
  const ending = { exitCode, signal, timedOut, error, durationMs };
  const facts = { run, status, folder, attempts, ...ending, restarts };
  const taken = record.status === "prepared" && isTaken(folder);
  return { ...facts, recorded: record.status, taken, slurmTask: task?.id ?? record.slurmTask };
}

/** The record of a folder; why it cannot be read, as text; nothing where there is none. */
async function recordOr(path: string): Promise<RunRecord | string | undefined> {
  const folder = openFolder(path);
  try {
    return await readRecord(folder);
  } catch (error) {
    if (!(error instanceof ExpyrunError)) throw error;
    return isGone(folder.record) ? undefined : error.problem.message;
  }
}

function isGone(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return isAbsent(error);
  }
}

/** The task of SLURM that runs a folder now, by its record; by whom it was submitted is no matter. */
export async function runningTask(folder: string | undefined): Promise<string | undefined> {
  const record = folder === undefined ? undefined : await recordAt(folder);
  return record?.status === "running" ? record.slurmTask : undefined;
}

/** It may have been killed before it could write a record. */
function isTaken(folder: string): boolean {
  return isThere(openFolder(folder).started);
}

/**
 * The status of a submitted run. Its record is the truth; SLURM is asked only whether its task is
 * still there.
 */
export function withQueue(
  { status, restarts: written = 0 }: Pick<RunRecord, "status" | "restarts">,
  { phase, restarts = 0, cancelled }: Omit<SubmittedTask, "id">,
): SweepStatus {
  // Also a run that has ended: SLURM is to run it again, or does so, and it has not written yet.
  if (phase === "waiting" || phase === "running" && restarts > written && isEnded(status)) {
    return "queued";
  }
  if (isEnded(status)) return status;
  if (phase === "unreachable") return "unknown";
  // A task that has just begun has not written its record yet.
  if (phase === "running") return status === "prepared" ? "queued" : "running";
  return status === "prepared" && cancelled ? "prepared" : "lost";
}

function isEnded(status: RunRecord["status"]): status is Exclude<Status, "prepared" | "running"> {
  return status !== "prepared" && status !== "running";
}

/** How many runs there are of each status, in the order in which a run passes them. */
export function countStatuses(states: readonly RunState[]): [status: SweepStatus, count: number][] {
  const order: readonly SweepStatus[] = [
    "prepared",
    "queued",
    "running",
    "succeeded",
    "failed",
    "interrupted",
    "lost",
    "unknown",
  ];
  return order.map((status): [SweepStatus, number] => [
    status,
    states.filter((state) => state.status === status).length,
  ]).filter(([, count]) => count > 0);
}
