/**
 * The verb `cancel`: ends a sweep or a run wherever it runs.
 *
 * @module
 */
import type { CancelCommand } from "../command.ts";
import { type ArgumentPlace, ExpyrunError, shellWord } from "../errors.ts";
import { join, resolve } from "../path.ts";
import { patienceMs } from "../runner/group.ts";
import { statusOf } from "../runs/status.ts";
import { openFolder } from "../snapshotter/folder.ts";
import { identityOf, type ProcessIdentity } from "../snapshotter/machine.ts";
import { readRecord, recordAt } from "../snapshotter/record_file.ts";
import { timestamp } from "../time.ts";
import { isThere } from "../files.ts";
import type { World } from "../world.ts";
import { appendLine, type SweepFolder } from "./folder.ts";
import { conductorOf } from "./lock.ts";
import { isExperiment, openSweep } from "./open.ts";
import { shownPath } from "../shown_path.ts";
import { noteCancelled, singleTask } from "./single.ts";
import { callSlurm, slurmError } from "./slurm/client.ts";
import type { JobEntry } from "./slurm/submit.ts";
import { readStates, tasksOf } from "./status.ts";

/**
 * Interrupts what runs, and takes back what waits. What has ended stays as it is.
 *
 * @returns what was ended
 * @throws {ExpyrunError} when it runs where it cannot be reached from here
 */
export async function cancel(command: CancelCommand, world: World): Promise<string> {
  const single = resolve(world.cwd, command.folder);
  if (await isExperiment(single)) return await cancelSingle(single, command, world);
  const { folder, runs } = await openSweep(command.folder, world, command.folderPlace);
  const ended = [
    ...await cancelHere(folder, command.folderPlace, world),
    ...await cancelJobs(folder, runs.length, world),
  ];
  const path = shownPath(folder.path, world);
  if (ended.length === 0) return `Nothing to cancel: ${path} is not running\n`;
  if (!isThere(folder.path)) {
    return `Cancelled ${ended.join(", ")}: it was preparing ${path}, of which nothing is left\n`;
  }
  const states = await readStates(folder, runs.length, world);
  if (states.every(({ status }) => status === "succeeded")) {
    return `Nothing cancelled: all runs of ${path} have succeeded, in spite of the signal\n`;
  }
  return `Cancelled ${ended.join(", ")}\nGo on with: expyrun sweep --resume ${shellWord(path)}\n`;
}

async function cancelSingle(
  path: string,
  { folderPlace }: CancelCommand,
  world: World,
): Promise<string> {
  const task = await singleTask(path, world);
  if (!task || task.phase === "absent") return await cancelProcess(path, folderPlace, world);
  await scancel([task.id], world);
  await noteCancelled(path);
  const config = shellWord(join(shownPath(path, world), "config.yml"));
  return `Cancelled job ${task.id}\nRepeat it with: expyrun run --on slurm ${config}\n`;
}

/** Ends a run that a process of this machine has in hand, as a signal from its terminal would. */
async function cancelProcess(path: string, place: ArgumentPlace, world: World): Promise<string> {
  const shown = shownPath(path, world);
  const { status, process, command } = await readRecord(openFolder(path), place);
  if (status !== "running" || process === undefined) {
    return `Nothing to cancel: ${shown} is not running, nor in SLURM's queue\n`;
  }
  const there = await statusOf({ status, process });
  if (there === "lost") return `Nothing to cancel: the process that ran ${shown} is gone\n`;
  if (there === "unknown") throw elsewhere(shown, process, place);
  if (command[0] === "sweep") {
    throw new ExpyrunError({
      code: "status",
      message: `Cannot cancel "${shown}": it is a run of a sweep`,
      place,
      hint: "Cancel the whole sweep by its folder, below SWEEPS in the output directory",
    });
  }
  terminate(process, shown, place);
  await waitForEnd(async () => await statusOf({ status, process }) === "running", process, world);
  const ended = await recordAt(path);
  if (ended?.status === "succeeded") {
    return `Nothing cancelled: ${shown} has succeeded, in spite of the signal\n`;
  }
  return `Cancelled process ${process.pid}\nRepeat it with: expyrun rerun ${shellWord(shown)}\n`;
}

/**
 * Waits for the end of a process that was told to end: an experiment may take its time, or take no
 * notice. Then it is interrupted again, which kills what it runs.
 *
 * @param isRunning whether it still runs something
 */
export async function waitForEnd(
  isRunning: () => Promise<boolean>,
  { pid }: Pick<ProcessIdentity, "pid">,
  world: Pick<World, "say">,
  forMs: number = patienceMs,
): Promise<void> {
  const start = performance.now();
  // The first interrupts what runs, the second kills it; a third one would reach expyrun alone, which
  // then writes how that ended.
  let interrupts = 2;
  for (let round = 0; await isRunning(); round++) {
    const isOver = performance.now() - start >= forMs;
    if (round === tellingRounds) {
      const then = `what does not end in ${forMs / 1000} s is killed`;
      world.say(
        `expyrun: waiting for process ${pid} and what it runs, which were told to end; ${then}`,
      );
    }
    // Not at once again: signals of one kind that wait to be taken are one.
    if (isOver && round % 4 === 0 && interrupts-- > 0) signalIfThere(pid, "SIGINT");
    await pause();
  }
}

function signalIfThere(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

function elsewhere(shown: string, owner: ProcessIdentity, place: ArgumentPlace): ExpyrunError {
  return new ExpyrunError({
    code: "status",
    message: `Cannot cancel "${shown}": process ${owner.pid} on ${owner.host} runs it`,
    place,
    hint: owner.host === Deno.hostname()
      ? "Cancel it as the user, and in the container, that started it"
      : "Cancel it from that machine",
  });
}

function terminate({ pid }: ProcessIdentity, shown: string, place: ArgumentPlace): void {
  try {
    Deno.kill(pid, "SIGTERM");
    // What is stopped hears nothing.
    if (Deno.build.os !== "windows") Deno.kill(pid, "SIGCONT");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // It has just ended.
    throw new ExpyrunError({
      code: "status",
      message: `Cannot cancel "${shown}": process ${pid} cannot be signalled (${
        (error as Error).message
      })`,
      place,
      hint: "Cancel it as the user who started it",
    });
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
const tellingRounds = 40;

async function scancel(jobs: readonly string[], world: World): Promise<void> {
  const { success, stderr } = await callSlurm("scancel", jobs, world);
  if (!success) throw slurmError(`Cannot cancel job ${jobs.join(", ")}`, stderr);
}

async function cancelHere(
  folder: SweepFolder,
  place: ArgumentPlace,
  world: World,
): Promise<string[]> {
  const owner = await conductorOf(folder);
  if (owner === undefined) return [];
  const now = await identityOf(owner.pid);
  // Of a process that is hidden the system says who may end it.
  const isOther = now.bootId !== undefined && owner.startTime !== now.startTime;
  if (owner.host !== now.host || isOther) {
    throw elsewhere(folder.path, owner, place);
  }
  terminate(owner, folder.path, place);
  await waitForEnd(async () => await conductorOf(folder) !== undefined, owner, world);
  return [`process ${owner.pid}`];
}

async function cancelJobs(folder: SweepFolder, runs: number, world: World): Promise<string[]> {
  const { jobs } = await tasksOf(folder, runs, world);
  if (jobs.length === 0) return [];
  await scancel(jobs, world);
  const at = timestamp();
  for (const cancelled of jobs) await appendLine(folder.jobs, { cancelled, at } satisfies JobEntry);
  return jobs.map((job) => `job ${job}`);
}
