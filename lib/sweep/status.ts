/**
 * The verb `status`: how the runs of a sweep are.
 *
 * @module
 */
import type { StatusCommand } from "../command.ts";
import { join, resolve } from "../path.ts";
import { jsonOf } from "../resolver/deliver.ts";
import { openFolder } from "../snapshotter/folder.ts";
import { isOlder } from "../snapshotter/record_file.ts";
import type { World } from "../world.ts";
import { formatDuration } from "./duration.ts";
import type { SweepFolder } from "./folder.ts";
import { endText } from "./local.ts";
import { isExperiment, openSweep, readFolders } from "./open.ts";
import { shownPath } from "../shown_path.ts";
import type { Runs, RunValues } from "./plan.ts";
import { singleLog, singleTask } from "./single.ts";
import { type SubmittedTasks, submittedTasks } from "./slurm/submit.ts";
import { countStatuses, runningTask, type RunState, runState } from "./states.ts";
import { runsTable } from "./table.ts";

/**
 * Tells how the runs are.
 *
 * @returns a table, or one JSON value
 * @throws {ExpyrunError} `unreadable` when the folder is no sweep
 */
export async function status(command: StatusCommand, world: World): Promise<string> {
  const path = resolve(world.cwd, command.folder);
  if (await isExperiment(path)) return await singleStatus(path, command.json, world);
  if (await isOlder(openFolder(path))) {
    return command.json ? `${JSON.stringify({ status: "unknown", folder: path })}\n` : "unknown\n";
  }
  const { folder, runs } = await openSweep(command.folder, world, command.folderPlace);
  const states = await readStates(folder, runs.length, world);
  if (command.json) return statusJson(folder, runs, states);
  return `${statusTable(runs, states, world)}\n${countsText(states)}\n${reasonsText(states)}`;
}

/** Why runs are lost, or nobody knows how they are: a line each. */
function reasonsText(states: readonly RunState[]): string {
  return states.flatMap((state) => {
    const reason = reasonOf(state);
    return reason === undefined ? [] : [`run ${state.run} is ${state.status}: ${reason}\n`];
  }).join("");
}

function reasonOf({ status, error }: Pick<RunState, "status" | "error">): string | undefined {
  return status === "lost" || status === "unknown" ? error : undefined;
}

/** `20 runs: 3 queued, 17 succeeded`. */
export function countsText(states: readonly RunState[]): string {
  const counts = countStatuses(states).map(([status, count]) => `${count} ${status}`).join(", ");
  return `${countOf(states.length)}: ${counts}`;
}

/** `1 run`, `20 runs`. */
export function countOf(runs: number): string {
  return runs === 1 ? "1 run" : `${runs} runs`;
}

/** A run that is of no sweep, submitted by itself or not at all. */
async function singleStatus(path: string, json: boolean, world: World): Promise<string> {
  const task = await singleTask(path, world);
  const { run: _, attempts: __, ...state } = withReason(
    await runState(0, [path], task),
    singleLog(path),
  );
  if (json) return `${JSON.stringify(state)}\n`;
  const time = state.durationMs === undefined ? "" : ` in ${formatDuration(state.durationMs)}`;
  const reason = reasonOf(state);
  return `${endText(state)}${time}${reason === undefined ? "" : `: ${reason}`}\n`;
}

/** How all runs of a sweep are, by their own records and what SLURM knows. */
export async function readStates(
  folder: SweepFolder,
  count: number,
  world: World,
): Promise<RunState[]> {
  // SLURM first: a task that it no longer knows has written its record before.
  const tasks = await tasksOf(folder, count, world);
  const folders = await readFolders(folder, count);
  const states: RunState[] = [];
  for (const [run, mine] of folders.entries()) {
    const task = tasks.byRun.get(run);
    const state = await runState(run, mine, task);
    states.push(task ? withReason(state, join(folder.slurm, `${task.id}.log`)) : state);
  }
  return states;
}

/** What SLURM knows of a sweep's tasks. */
export async function tasksOf(
  folder: SweepFolder,
  count: number,
  world: World,
): Promise<SubmittedTasks> {
  const runningAs = async () => {
    const running = new Map<number, string>();
    for (const [run, mine] of (await readFolders(folder, count)).entries()) {
      const task = await runningTask(mine.at(-1));
      if (task !== undefined) running.set(run, task);
    }
    return running;
  };
  return await submittedTasks(folder, runningAs, world);
}

/** A task that expyrun itself has refused to start said why in its own log. */
function withReason(state: RunState, log: string): RunState {
  if (state.status !== "lost") return state;
  try {
    const error = [...Deno.readTextFileSync(log).matchAll(/^error: (.+)$/gm)].at(-1)?.[1];
    return error === undefined ? state : { ...state, error };
  } catch {
    return state; // It has not begun.
  }
}

/** The table of a sweep: values, status, time, folder. */
export function statusTable(
  runs: Runs,
  states: readonly RunState[],
  world: World,
): string {
  return runsTable(runs, ["status", "time", "folder"], (index) => {
    const state = states[index]!;
    return [
      endText(state),
      state.durationMs === undefined ? "-" : formatDuration(state.durationMs),
      state.folder === undefined ? "-" : shownPath(state.folder, world),
    ];
  });
}

function statusJson(
  folder: SweepFolder,
  runs: Runs,
  states: readonly RunState[],
): string {
  const lines = states.map((state, index) => {
    const { run, ...facts } = state;
    const rest = JSON.stringify(facts).slice(1);
    return `{"run":${run},"values":${valuesJson(runs.at(index)!)},${rest}`;
  });
  const counts = JSON.stringify(Object.fromEntries(countStatuses(states)));
  const head = `{"sweep":${JSON.stringify(folder.path)},"total":${runs.length},"counts":${counts}`;
  return `${head},"runs":[\n${lines.join(",\n")}\n]}\n`;
}

/** The values of a run as JSON, by key. */
export function valuesJson(run: RunValues): string {
  const place = { kind: "argument", words: [], index: 0 } as const;
  const entries = new Map(run.map(({ key, node }) => [key, { keyPlace: place, value: node }]));
  return jsonOf({ kind: "mapping", place, entries });
}
