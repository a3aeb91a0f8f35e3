/**
 * `expyrun sweep --resume`: what is not finished is run.
 *
 * @module
 */
import { interruptibly } from "../interruption.ts";
import { literally } from "../resolver/interpolation.ts";
import type { Mapping, Node } from "../resolver/node.ts";
import { realPath } from "../files.ts";
import { isUnchanged, verifyFolder } from "../runs/verify.ts";
import { openFolder } from "../snapshotter/folder.ts";
import { readRecord } from "../snapshotter/record_file.ts";
import type { World } from "../world.ts";
import { prepareAgain } from "./again.ts";
import type { SweepResumption } from "./command.ts";
import { type FolderOfRun, prepareEach, prepareRuns } from "./make.ts";
import type { Sweep } from "./open.ts";
import type { RunState } from "./states.ts";

/** What becomes of a run when its sweep is gone on with. */
export type NextStep = "leave" | "start" | "repeat" | "prepare";

/**
 * Decides what becomes of a run: `start` its prepared folder, `repeat` it in the next one,
 * `prepare` what was never prepared, or `leave` it.
 *
 * @param retry whether failed runs are repeated too
 */
export function nextStep(state: RunState, retry: boolean): NextStep {
  switch (state.status) {
    case "succeeded":
    case "running":
    case "queued":
    case "unknown":
      return "leave";
    case "failed":
      return retry ? "repeat" : "leave";
    case "interrupted":
      return "repeat";
    case "prepared":
    case "lost":
      if (state.folder === undefined || state.recorded === undefined) return "prepare";
      return state.recorded === "prepared" && !state.taken ? "start" : "repeat";
  }
}

/**
 * Makes the folders that are lacking.
 *
 * @returns the runs that are to be started
 */
export async function prepareRest(
  sweep: Sweep,
  states: readonly RunState[],
  { retry }: Pick<SweepResumption, "retry">,
  world: World,
): Promise<FolderOfRun[]> {
  return await interruptibly(
    "preparing the rest",
    world,
    (world) => makeRest(sweep, states, retry, world),
  );
}

async function makeRest(
  sweep: Sweep,
  states: readonly RunState[],
  retry: boolean,
  world: World,
): Promise<FolderOfRun[]> {
  const { folder, record: { configFile: config, debug }, runs } = sweep;
  const having = (step: NextStep) => states.filter((state) => nextStep(state, retry) === step);
  const repeated = await prepareEach(
    having("repeat"),
    folder,
    async (state) => await prepareAgain(state.folder!, debug, world),
    world,
  );
  const lacking = having("prepare");
  const base = debug || lacking.length === 0
    ? sweep.base
    : withCode(sweep.base, await codeOf(states, world));
  const prepared = await prepareRuns(lacking, runs, { base, config, debug, folder }, world);
  const ready = having("start").map(({ run, folder }) => ({ run, folder: folder! }));
  return [...ready, ...repeated, ...prepared].sort((a, b) => a.run - b.run);
}

/**
 * A folder of the sweep that holds the code as it was; if there is none, one that holds another, which
 * is refused when it is copied.
 */
async function codeOf(states: readonly RunState[], world: World): Promise<string | undefined> {
  const there = states.flatMap(({ folder, recorded }) =>
    folder === undefined || recorded === undefined ? [] : [openFolder(folder)]
  );
  for (const folder of there) {
    const isAsItWas = isUnchanged(await verifyFolder(folder, await readRecord(folder)));
    if (isAsItWas) return realPath(folder.path);
  }
  const [changed] = there;
  if (changed) return realPath(changed.path);
  if (states.some(({ folder }) => folder !== undefined)) warnOfToday(world);
  return undefined;
}

function warnOfToday(world: World): void {
  world.warn({
    code: "status",
    message: "No folder of the sweep is left: its runs get the code of today",
    hint: "To run it as it was, put one of them back",
  });
}

/** The sources may have been edited since: what was never prepared gets the code of the others. */
function withCode(base: Mapping, folder: string | undefined): Mapping {
  const run = base.entries.get("__run__")?.value;
  if (folder === undefined || run?.kind !== "mapping") return base;
  const place = run.place;
  const value: Node = { kind: "scalar", type: "string", value: literally(folder), place };
  const entries = new Map(run.entries).set("__code__", { keyPlace: place, value });
  const section = { ...base.entries.get("__run__")!, value: { ...run, entries } };
  return { ...base, entries: new Map(base.entries).set("__run__", section) };
}
