/**
 * The verb `sweep`: which runs, then where.
 *
 * @module
 */
import { ExpyrunError, shellWord } from "../errors.ts";
import { secretNaming } from "../resolver/given_secrets.ts";
import { join, resolve } from "../path.ts";
import type { World } from "../world.ts";
import {
  checkLauncher,
  type ExecutionOptions,
  type Launcher,
  refuseJson,
  type SweepCommand,
  type SweepDefinition,
  type SweepResumption,
} from "./command.ts";
import { type DefinedSweep, defineSweep, slurmOptionsOf } from "./define.ts";
import { readLines, type SweepRecord } from "./folder.ts";
import { holdSweep } from "./lock.ts";
import { makeSweep } from "./make.ts";
import { succeededBefore } from "./needed.ts";
import { isExperiment, movedFrom, openSweep, type Sweep } from "./open.ts";
import { shownPath } from "../shown_path.ts";
import { arrayOf, kept } from "./sequence.ts";
import { prepareRest } from "./resume.ts";
import { rememberedOptions, resumedExecution } from "./remembered.ts";
import { submittedOptions } from "./slurm/options.ts";
import { checkSlurm } from "./slurm/submit.ts";
import { type Start, startHere, startOnSlurm, type SweepAnswer } from "./start.ts";
import { countOf, countsText, readStates, valuesJson } from "./status.ts";
import { runsTable } from "./table.ts";

/**
 * Makes and runs a sweep, goes on with one, or tells which runs there would be.
 *
 * @throws {ExpyrunError} before the first folder is made, where anything is wrong with a run
 */
export async function sweep(command: SweepCommand, world: World): Promise<SweepAnswer> {
  const { task } = command;
  const telling = tellingOnce(world);
  return task.kind === "resume"
    ? await resume(task, command, telling)
    : await define(task, command, telling);
}

/** Thousands of runs are resolved alike: each warning is for all of them. */
function tellingOnce(world: World): World {
  const told = new Set<string>();
  return {
    ...world,
    warn: (problem) => {
      if (told.has(problem.message)) return;
      world.warn(problem);
      // Under --strict, where that throws, each run is to hear of it anew.
      told.add(problem.message);
    },
  };
}

async function define(
  task: SweepDefinition,
  command: SweepCommand,
  world: World,
): Promise<SweepAnswer> {
  const { execution } = command;
  const on = execution.on ?? "local";
  checkLauncher(execution, on);
  const all = await defineSweep(task, world);
  const defined = task.needed ? await onlyNeeded(task, all, world) : all;
  if (task.dryRun) return dryRun(defined, command.json);
  if (defined.runs.length === 0) return { text: "", exitCode: 0 };
  const slurm = on === "slurm"
    ? {
      ...await checkSlurm(world),
      options: submittedOptions(defined.slurm, execution.sbatch, defined.base, world),
    }
    : undefined;
  const named = secretNaming(defined.base, world);
  const options = rememberedOptions(command.options, (text) => named(text) !== text);
  const made = await makeSweep(defined, { ...task, options }, world);
  try {
    sayStart(made.runs.length, made.folder.path, world);
    const { folder, runs } = made;
    const start = { folder, runs, values: defined.runs, debug: task.debug, execution };
    if (!slurm) return await startHere({ ...start, fresh: true, quiet: command.quiet }, world);
    return await startOnSlurm({ ...start, ...slurm, json: command.json }, world)
      .catch(async (error) => {
        await made.discard();
        throw error;
      });
  } finally {
    made.held.end();
  }
}

function sayStart(
  runs: number,
  path: string,
  world: World,
  kept: readonly string[] = [],
): void {
  const options = kept.length > 0 ? `, as before with ${kept.map(shellWord).join(" ")}` : "";
  world.say(`expyrun: ${countOf(runs)} in ${shownPath(path, world)}${options}`);
}

function dryRun({ runs }: DefinedSweep, json: boolean): SweepAnswer {
  const text = json ? `[\n${arrayOf(runs).map(valuesJson).join(",\n")}\n]\n` : runsTable(runs);
  return { text, exitCode: 0 };
}

async function onlyNeeded(
  { config }: SweepDefinition,
  defined: DefinedSweep,
  world: World,
): Promise<DefinedSweep> {
  const done = await succeededBefore(defined, config, world);
  const runs = kept(defined.runs, (_, index) => !done[index]);
  const left = defined.runs.length - runs.length;
  if (left > 0) world.say(`expyrun: ${countOf(left)} left out: succeeded before`);
  return { ...defined, runs };
}

async function resume(
  task: SweepResumption,
  command: SweepCommand,
  here: World,
): Promise<SweepAnswer> {
  await refuseRun(task, here);
  const opened = await openSweep(task.resume, here, task.resumePlace);
  const { folder, runs: values, record } = opened;
  refuseMoved(opened, task);
  const told: World = { ...here, runtime: runtimeNow(record, here) };
  // Relative paths of the configuration start where the sweep was begun.
  const world: World = { ...told, cwd: record.cwd };
  const { on, execution, kept } = await executionNow(command, task, opened);
  const limits = on === "slurm" ? await checkSlurm(world) : undefined;
  const held = await holdSweep(folder, task.resumePlace);
  try {
    const states = await readStates(folder, values.length, world);
    warnOfUnknown(states.filter(({ status }) => status === "unknown").length, world);
    const runs = await prepareRest(opened, states, task, world);
    const left = states.filter(({ status }) => status === "failed").length;
    if (!task.retry && left > 0) {
      world.say(`expyrun: ${countOf(left)} failed: --retry runs them again`);
    }
    if (runs.length > 0) sayStart(runs.length, folder.path, told, kept);
    const start: Start = { folder, runs, values, debug: record.debug, execution };
    if (!limits) return await startHere({ ...start, fresh: false, quiet: command.quiet }, told);
    if (runs.length === 0) {
      return { text: `Nothing to submit: ${countsText(states)}\n`, exitCode: 0 };
    }
    const section = slurmOptionsOf(opened, world);
    const slurm = submittedOptions(section, execution.sbatch, opened.base, here);
    return await startOnSlurm({ ...start, options: slurm, ...limits, json: command.json }, told);
  } finally {
    held.end();
  }
}

/** What stands alone is gone on with in other words. */
async function refuseRun({ resume, resumePlace }: SweepResumption, world: World): Promise<void> {
  if (!await isExperiment(resolve(world.cwd, resume))) return;
  const folder = shellWord(resume);
  throw new ExpyrunError({
    code: "status",
    message: `Cannot go on with "${resume}": it is a run, not a sweep`,
    place: resumePlace,
    hint: `Repeat it with: expyrun rerun ${folder}; on SLURM with: expyrun run --on slurm ${
      shellWord(join(resume, "config.yml"))
    }; one that was only prepared is run by: expyrun execute ${folder}`,
  });
}

/** How the rest is executed: as the sweep was begun, but for what the command line says now. */
async function executionNow(
  { execution, options }: SweepCommand,
  { resumePlace }: SweepResumption,
  { folder, record }: Sweep,
) {
  const on = await launcherOf(execution, folder.jobs);
  checkLauncher(execution, on);
  refuseJson(options, on);
  return { on, ...resumedExecution(options, record.options ?? {}, on, resumePlace) };
}

/** What its other runs ran in, unless the command line says otherwise. */
function runtimeNow({ runtime: before }: SweepRecord, { runtime }: World): World["runtime"] {
  return runtime.isAsked || before === undefined ? runtime : { ...runtime, name: before };
}

/** New folders would be made in the old place: the configuration of each run names that. */
function refuseMoved({ folder, record }: Sweep, task: SweepResumption): void {
  const from = movedFrom(folder, record);
  if (from === undefined) return;
  throw new ExpyrunError({
    code: "status",
    message: `Cannot go on with "${task.resume}": it was made in "${from}"`,
    place: task.resumePlace,
    hint: "Move the output directory back; single runs are repeated by: expyrun rerun FOLDER",
  });
}

/** Where its runs went before, unless the command line says otherwise. */
async function launcherOf({ on }: ExecutionOptions, jobs: string): Promise<Launcher> {
  return on ?? ((await readLines(jobs)).length > 0 ? "slurm" : "local");
}

function warnOfUnknown(count: number, world: World): void {
  if (count === 0) return;
  world.warn({
    code: "status",
    message: `Leaving out ${countOf(count)}: whether they still run cannot be told from here`,
    hint: "expyrun status tells which",
  });
}
