/**
 * A run is started: its folder taken, its process given what it reads, and run to the end.
 *
 * @module
 */
import { ExpyrunError, shellWord } from "../errors.ts";
import { folderError, writeAtOnce, writeFile } from "../snapshotter/folder.ts";
import { identityOf, machineFacts } from "../snapshotter/machine.ts";
import type { Changes, RunRecord } from "../snapshotter/record.ts";
import { writeLastRecord, writeRunningRecord } from "../snapshotter/record_file.ts";
import { timestamp } from "../time.ts";
import type { World } from "../world.ts";
import { foldersOf } from "./call.ts";
import { restarted } from "./gather.ts";
import { type Handling, type Outcome, runProcess } from "./process.ts";
import { type Renamed, withVersions } from "./present_versions.ts";
import type { Ready } from "./ready.ts";
import { type Run, runners } from "./runner.ts";
import { shownPath } from "../shown_path.ts";
import { type SlurmTask, slurmTask } from "./slurm_task.ts";
import { takeFolder } from "./take.ts";

/** A run whose process has ended. */
export interface Ran {
  readonly run: Run;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** The present paths of the experiment folder, the real one first. */
  readonly folders: readonly string[];
}

/**
 * Takes the folder, and runs its process to the end.
 *
 * @throws {ExpyrunError} when the folder is not `prepared`, or its process cannot be started
 */
export async function startRun(
  { gathered, delivery, forced, versions, place }: Ready,
  handling: Handling,
  world: World,
): Promise<Ran> {
  const { folder, record } = gathered;
  const task = slurmTask(world.env);
  const again = await takeFolder(folder, record, task, place);
  const { record: prepared, requirements } = await withVersions(folder, record, versions);
  const running = { ...started(prepared, task, again), ...await startFacts(world, forced) };
  const run = restarted(gathered, running);
  world.say(`expyrun: ${running.name} in ${shownPath(run.named ?? folder.path, world)}`);
  const start = performance.now();
  await handOver(run, { delivery, requirements }, again);
  const outcome = await launch(run, prepared, world, { ...handling, append: again });
  const durationMs = Math.round(performance.now() - start);
  return { run, outcome, durationMs, folders: foldersOf(run) };
}

/** The record of a run that starts, or that starts again in the folder of its last start. */
function started(prepared: RunRecord, task: SlurmTask | undefined, again: boolean) {
  const { endedAt: _, durationMs: __, exitCode: ___, signal: ____, error: _____, ...rest } =
    prepared;
  return {
    ...rest,
    status: "running" as const,
    scope: prepared.runtime === "embedded" ? "detect" as const : "deny" as const,
    startedAt: timestamp(),
    ...(task ? { slurmTask: task.id } : {}),
    ...(again ? { restarts: (prepared.restarts ?? 0) + 1 } : {}),
  };
}

/** Where it runs, and who will write how it ended. */
async function startFacts(world: World, forced: Changes | undefined) {
  const process = await identityOf(Deno.pid);
  return { machine: machineFacts(world.env), process, ...(forced ? { forced } : {}) };
}

/**
 * Writes what the process reads, and that it runs. A folder that has no room for it stays prepared,
 * and can be run when there is.
 */
async function handOver(
  run: Run,
  { delivery, requirements }: Pick<Ready, "delivery"> & Pick<Renamed, "requirements">,
  again: boolean,
): Promise<void> {
  const { folder, record } = run;
  try {
    const files = runners[record.runtime].handOver(run, delivery);
    for (const { path, text } of files) await writeAtOnce(path, text);
    // Runs of a sweep share it: it is another file from now on.
    if (requirements !== undefined) await writeFile(folder.requirements, requirements);
    makeFolder(folder.temporary);
    await writeRunningRecord(folder, record);
  } catch (error) {
    if (!again) await Deno.remove(folder.started);
    await Deno.remove(folder.temporary).catch(() => {});
    throw error;
  }
}

function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw folderError(`Cannot make "${path}"`, error);
  }
}

/**
 * Where no process can be started, because there are too many, nothing has run: the folder is as it
 * was, and can be run when there is one to be had. Otherwise nothing may stay `running`.
 */
async function launch(
  run: Run,
  prepared: RunRecord,
  world: World,
  handling: Handling,
): Promise<Outcome> {
  const { record, folder } = run;
  try {
    return await runProcess(runners[record.runtime].plan(run), folder.log, world, handling);
  } catch (error) {
    const { problem } = error instanceof ExpyrunError ? error : {};
    const message = problem ? { error: problem.message } : {};
    const isUntouched = problem?.code === "launch" && !handling.append;
    const last = isUntouched
      ? prepared
      : { ...record, status: "failed" as const, exitCode: 125, ...message };
    await writeLastRecord(folder, last);
    await Deno.remove(folder.temporary).catch(() => {});
    if (!isUntouched) throw error;
    await Deno.remove(folder.log).catch(() => {});
    await Deno.remove(folder.started);
    const hint = `When one can be started: expyrun execute ${shellWord(folder.path)}`;
    throw handling.background ? error : new ExpyrunError({ ...problem, hint });
  }
}
