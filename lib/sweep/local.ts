/**
 * Runs of a sweep, executed on this machine.
 *
 * @module
 */
import { type ErrorCode, ExpyrunError, render } from "../errors.ts";
import { execute } from "../execute.ts";
import { watchMany } from "../runner/watchdog.ts";
import { type Ahead, startingAhead } from "../runner/ahead.ts";
import { noScreens } from "../runner/tee.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import type { World } from "../world.ts";
import type { ExecutionOptions } from "./command.ts";
import { type Display, makeDisplay } from "./display.ts";
import { formatDuration } from "./duration.ts";
import { type Lease, leaseFolder, slotVariables, takeSlot } from "./gpu.ts";
import type { SweepFolder } from "./folder.ts";
import type { FolderOfRun } from "./make.ts";
import type { Runs } from "./plan.ts";
import { type PoolEnd, runPool } from "./pool.ts";
import { type Progress, progressLine, stoppingText } from "./progress.ts";
import { makeStopper, type Stopper } from "./stop.ts";
import { oneLine, valuesText } from "./table.ts";
import { makeTurns, once, type Turns } from "./turns.ts";

/** What to execute. */
export interface LocalRequest {
  readonly folder: SweepFolder;
  readonly runs: readonly FolderOfRun[];
  /** The values of every run of the sweep, by its number. */
  readonly values: Runs;
  readonly execution: ExecutionOptions;
  /** Whether the folders were made by this very command. */
  readonly fresh: boolean;
  /** Whether expyrun says nothing of its own. */
  readonly quiet: boolean;
  /** Makes the next folder of a run that is repeated. */
  again(run: FolderOfRun): Promise<FolderOfRun>;
}

/** One local execution under way. */
interface Conduct {
  readonly request: LocalRequest;
  readonly display: Display;
  readonly stopper: Stopper;
  readonly world: World;
  readonly watch: (pid: number) => () => void;
  /** How many lanes, and what holds their processes to the number of jobs. */
  readonly lanes: Lanes;
  readonly progress: { -readonly [Key in keyof Progress]: Progress[Key] };
  readonly show: () => void;
  /** Whether none of the runs may write to the folder of another one. */
  readonly isScoped: boolean;
  /** How many ends were told that count. */
  told: number;
  /** How long the run took that was the last to end, in milliseconds. */
  lastMs?: number | undefined;
}

/**
 * Executes the runs to their ends.
 *
 * @returns the exit code that the signals ask for, if there were any that stop
 */
export async function executeLocally(
  request: LocalRequest,
  world: World,
): Promise<number | undefined> {
  const display = makeDisplay(request.quiet, Deno.stdout, Deno.stderr, world.env.TERM);
  const progress: Conduct["progress"] = {
    total: request.runs.length,
    running: 0,
    succeeded: 0,
    failed: 0,
    elapsedMs: 0,
  };
  const start = performance.now();
  const show = () => {
    progress.elapsedMs = performance.now() - start;
    display.progress(progressLine(progress));
  };
  const stopper = makeStopper((stopping) => {
    if (progress.stopping !== stopping && !display.live) {
      display.say(`expyrun: ${progress.running} running, ${stoppingText[stopping]}`);
    }
    progress.stopping = stopping;
    lanes.turns?.stop();
    show();
  }, world);
  const lanes = lanesOf(request, stopper);
  const many = watchMany(request.folder.processes);
  const timer = display.live ? setInterval(show, 1000) : undefined;
  const told = { ...world, hint: hintingOnce(display), say: () => {} };
  try {
    const { watch } = many;
    await conduct({
      request,
      display,
      stopper,
      world: told,
      watch,
      lanes,
      progress,
      show,
      isScoped: request.runs.every(({ isScoped }) => isScoped === true),
      told: 0,
    });
    return stopper.exitCode();
  } finally {
    clearInterval(timer);
    display.end();
    many.end();
    stopper.end();
  }
}

/** Many runs say the same of themselves: what was said once is not said again. */
function hintingOnce(display: Display): World["hint"] {
  const said = new Set<string>();
  return (text) => {
    if (!said.has(text)) display.say(`hint: ${text}`);
    said.add(text);
  };
}

async function conduct(state: Conduct): Promise<void> {
  const { request: { runs, execution }, stopper } = state;
  const current = new Map(runs.map((run) => [run.run, run]));
  await runPool({
    runs: runs.map(({ run }) => run),
    lanes: Math.min(state.lanes.count, runs.length),
    retries: execution.retries,
    failFast: execution.failFast,
    stopped: stopper.stopped,
    start: async (number, attempt) => {
      const before = current.get(number)!;
      const run = attempt === 0 ? before : await state.request.again(before);
      current.set(number, run);
      return await startRun(run, attempt, state);
    },
    ended: (_, end) => {
      if (end === "succeeded") state.progress.succeeded++;
      else state.progress.failed++;
      state.show();
    },
  });
}

/** The lanes of the pool. */
interface Lanes {
  readonly count: number;
  readonly turns?: Turns | undefined;
}

/**
 * A lane more than there are jobs reads and writes what goes before and after a process while
 * others have theirs. Not where a lane holds a slot, nor where the end of one run decides whether
 * the next one starts.
 */
function lanesOf({ execution }: LocalRequest, { stopped }: Stopper): Lanes {
  const { gpus, failFast } = execution;
  const jobs = execution.jobs ?? (gpus.length || navigator.hardwareConcurrency);
  if (gpus.length > 0 || failFast) return { count: jobs };
  return { count: jobs + Math.ceil(jobs / 4), turns: makeTurns(jobs, stopped) };
}

async function startRun(
  run: FolderOfRun,
  attempt: number,
  state: Conduct,
): Promise<PoolEnd | undefined> {
  const lease = await slotFor(state);
  // Stopped while it waited for a slot: it stays prepared.
  if (lease === "stopped") return undefined;
  try {
    return await executeRun(run, attempt, lease, state);
  } finally {
    lease?.end();
  }
}

async function executeRun(
  run: FolderOfRun,
  attempt: number,
  lease: Lease | undefined,
  state: Conduct,
): Promise<PoolEnd | undefined> {
  const { request, display, stopper, world, watch } = state;
  const output = request.execution.output ? display.output(`run ${run.run}`) : undefined;
  // Asked for now: turns go in the order of the runs, not in that in which they are ready.
  const turn = takeTurn(state);
  const ahead = aheadOf(state);
  const hints: string[] = [];
  const hinting = { ...world, hint: (text: string) => void hints.push(text) };
  try {
    const record = await execute(run.folder, hinting, undefined, {
      screens: output?.screens ?? noScreens,
      background: true,
      ahead,
      signals: stopper.signalsFor,
      watch,
      turn: () => turn,
      timeoutMs: request.execution.timeoutMs,
      env: lease ? slotVariables(lease.slot) : undefined,
      verify: request.fresh && state.isScoped ? "unless new" : true,
      wayOut: "Put the files back, or remove that folder: --resume then prepares the run anew",
    });
    output?.end();
    state.lastMs = record.durationMs;
    // Stopped while it waited for its turn: it stays prepared.
    if (record.status === "prepared") return undefined;
    const retry = isRepeated(record, attempt, state) ? attempt + 1 : undefined;
    const number = state.told + 1;
    if (retry === undefined) state.told = number;
    if (!display.live || record.status !== "succeeded") {
      display.say(endLine(run, record, { number, retry }, state));
    }
    // Behind the line that they explain.
    hints.forEach(world.hint);
    return endOf(record);
  } catch (error) {
    if (!(error instanceof ExpyrunError) || !ofFolder.has(error.problem.code)) throw error;
    // Another process has it, or somebody has changed or removed it: the others go on.
    const values = valuesText(request.values.at(run.run) ?? []);
    display.say(`[${++state.told}/${state.progress.total}] not started: ${values}`);
    display.say(render("error", error.problem, { color: false }).trimEnd());
    return "refused";
  } finally {
    await ahead?.end();
    // It may have failed before its turn.
    (await turn)?.();
  }
}

/** What is wrong with one folder, and not with all. */
const ofFolder: ReadonlySet<ErrorCode> = new Set(["status", "unreadable"]);

/** Where runs are longer, starting is nothing to them, and a process that waits holds its memory. */
const shortMs = 3000;

/** Where there is a lane more than jobs, the process of its run starts before its turn has come. */
function aheadOf({ lanes, watch, lastMs = shortMs }: Conduct): Ahead | undefined {
  return lanes.turns && lastMs < shortMs ? startingAhead({ background: true, watch }) : undefined;
}

async function takeTurn({ lanes, progress, show }: Conduct): Promise<(() => void) | undefined> {
  const giveBack = lanes.turns ? await lanes.turns.take() : () => {};
  if (!giveBack) return undefined;
  progress.running++;
  show();
  return once(() => {
    progress.running--;
    giveBack();
  });
}

function endOf({ status }: RunRecord): PoolEnd {
  return status === "succeeded" || status === "interrupted" ? status : "failed";
}

/** Whether a run that has ended is made again: then its end does not count. */
function isRepeated(
  { status }: RunRecord,
  attempt: number,
  { request, stopper }: Conduct,
): boolean {
  return status === "failed" && attempt < request.execution.retries && !stopper.stopped();
}

const errorLength = 100;

function endLine(
  run: FolderOfRun,
  record: RunRecord,
  { number, retry }: { readonly number: number; readonly retry: number | undefined },
  { request, progress }: Conduct,
): string {
  const values = valuesText(request.values.at(run.run) ?? []);
  const time = formatDuration(record.durationMs ?? 0);
  const because = record.error === undefined ? "" : ` (${oneLine(record.error, errorLength)})`;
  return `[${number}/${progress.total}] ${endText(record)} in ${time}: ${values}${because}` +
    (retry === undefined ? "" : `; retry ${retry} of ${request.execution.retries}`);
}

/** `succeeded`, `failed (exit code 1)`, `failed (timed out)`, `interrupted (SIGINT)`. */
export function endText(
  { status, timedOut, signal, exitCode }: Pick<RunRecord, "timedOut" | "signal" | "exitCode"> & {
    status: string;
  },
): string {
  if (status !== "failed" && status !== "interrupted") return status;
  const how = timedOut
    ? "timed out"
    : signal ?? (exitCode === undefined ? "" : `exit code ${exitCode}`);
  return how === "" ? status : `${status} (${how})`;
}

const slotPollMs = 250;

/** A slot of another sweep may become free at any time, without a word. */
async function slotFor(
  { request, stopper, display }: Conduct,
): Promise<Lease | undefined | "stopped"> {
  const { gpus } = request.execution;
  if (gpus.length === 0) return undefined;
  const folder = leaseFolder();
  for (let waited = false;; waited = true) {
    if (stopper.stopped()) return "stopped";
    const lease = await takeSlot(folder, gpus);
    if (lease) return lease;
    if (!waited && request.execution.jobs === undefined) {
      display.say("expyrun: waiting for a slot that another sweep holds");
    }
    await new Promise((resolve) => setTimeout(resolve, slotPollMs));
  }
}
