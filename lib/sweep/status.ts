/**
 * The verb `status`: how the runs of a sweep are.
 *
 * @module
 */
import type { StatusCommand } from "../command.ts";
import { resolve } from "../path.ts";
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
import { singleTask } from "./single.ts";
import { submittedTasks } from "./slurm/submit.ts";
import { countStatuses, type RunState, runState } from "./states.ts";
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
  return `${statusTable(runs, states, world)}\n${countsText(states)}\n`;
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
  const { run: _, attempts: __, ...state } = await runState(
    0,
    [path],
    await singleTask(path, world),
  );
  if (json) return `${JSON.stringify(state)}\n`;
  const time = state.durationMs === undefined ? "" : ` in ${formatDuration(state.durationMs)}`;
  return `${endText(state)}${time}\n`;
}

/** How all runs of a sweep are, by their own records and what SLURM knows. */
export async function readStates(
  folder: SweepFolder,
  count: number,
  world: World,
): Promise<RunState[]> {
  // SLURM first: a task that it no longer knows has written its record before.
  const tasks = await submittedTasks(folder, world);
  const folders = await readFolders(folder, count);
  const states: RunState[] = [];
  for (const [run, mine] of folders.entries()) {
    states.push(await runState(run, mine, tasks.get(run)));
  }
  return states;
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
