/**
 * A prepared folder becomes a process, and its record tells how that ended.
 *
 * @module
 */
import type { Place } from "./errors.ts";
import { endRun } from "./runner/ending.ts";
import type { Handling } from "./runner/process.ts";
import { type Conditions, type Ready, readyRun, stillReady } from "./runner/ready.ts";
import { forwardingSignals, type SignalsFor } from "./runner/signals.ts";
import { startRun } from "./runner/start.ts";
import type { RunRecord } from "./snapshotter/record.ts";
import type { World } from "./world.ts";

/** What differs from a single run in the foreground. */
export interface Execution extends Conditions, Omit<Handling, "append" | "ended" | "signals"> {
  /** Who passes signals on, where the run is not the only one. */
  readonly signals?: SignalsFor | undefined;
  /**
   * Waits for its turn to start a process: what it does before and after takes none. Answers with
   * what gives the turn back, or with nothing when the run is not to start any more.
   */
  readonly turn?: (() => Promise<(() => void) | undefined>) | undefined;
}

/**
 * Runs a prepared folder to its end.
 *
 * @param path the folder, absolute or relative to the working directory
 * @param place where the folder was named, if it was
 * @returns the record of the run that has ended; as it was prepared, when it got no turn
 * @throws {ExpyrunError} when the folder is not `prepared`, or its process cannot be started
 */
export async function execute(
  path: string,
  world: World,
  place?: Place,
  execution: Execution = {},
): Promise<RunRecord> {
  const { signals, verify } = execution;
  // What this command has just made is ready at once: no signal may come between. Looking through a
  // folder may take long, and can be given up.
  if (signals === undefined && verify === false) {
    const running = (signals: SignalsFor) => execute(path, world, place, { ...execution, signals });
    return await forwardingSignals(running, world);
  }
  const ready = await readyRun(path, execution, world, place);
  const giveBack = await turnOf(ready, execution);
  if (!giveBack) return ready.gathered.record;
  try {
    const still = await stillReady(ready, execution.turn !== undefined, execution, world);
    const run = async (signals: SignalsFor) =>
      await endRun(
        await startRun(still, { ...execution, signals, ended: giveBack }, world),
        world,
      );
    return signals ? await run(signals) : await forwardingSignals(run, world);
  } finally {
    giveBack();
  }
}

/** While it waits for its turn, its process can get as far as it may without one. */
async function turnOf(
  { gathered }: Ready,
  { turn, ahead }: Execution,
): Promise<(() => void) | undefined> {
  if (!turn) return () => {};
  await ahead?.start(() => Promise.resolve(gathered));
  return await turn();
}
