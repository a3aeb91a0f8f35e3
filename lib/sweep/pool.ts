/**
 * The local pool: a number of lanes, each running one run after the other.
 *
 * Knows nothing of folders or processes: what a run is, is the caller's.
 *
 * @module
 */

/** How a run of the pool ended; `refused` is one that may not be started, nor repeated. */
export type PoolEnd = "succeeded" | "failed" | "interrupted" | "refused";

/** What the pool is to do. */
export interface PoolRequest {
  /** The runs, by their numbers, in the order in which they are started. */
  readonly runs: readonly number[];
  /** How many at a time. */
  readonly lanes: number;
  /** How often a failed run is repeated. */
  readonly retries: number;
  /** Whether nothing more is started once a run has failed for good. */
  readonly failFast: boolean;
  /** Asked before each start: whether nothing more is to be started. */
  stopped(): boolean;
  /**
   * Runs one run to its end.
   *
   * @param attempt 0 for the first time
   * @returns nothing when it was not started after all
   */
  start(run: number, attempt: number): Promise<PoolEnd | undefined>;
  /** Told of every end that counts: not of a failure that is repeated. */
  ended?(run: number, end: PoolEnd): void;
}

/** The ends by run; a run that was never started is absent. */
export type PoolResult = ReadonlyMap<number, PoolEnd>;

/**
 * Runs the pool until its runs are over or it was stopped; what runs then is waited for.
 *
 * @throws what `start` throws, once all other lanes have ended: nothing is left running
 */
export async function runPool(request: PoolRequest): Promise<PoolResult> {
  const queue = request.runs.values();
  const ends = new Map<number, PoolEnd>();
  const state = { halted: false };
  const lanes = Array.from({ length: request.lanes }, () => lane(request, queue, ends, state));
  const settled = await Promise.allSettled(lanes);
  const broken = settled.find((one) => one.status === "rejected");
  if (broken) throw broken.reason;
  return ends;
}

async function lane(
  request: PoolRequest,
  queue: Iterator<number> & Iterable<number>,
  ends: Map<number, PoolEnd>,
  state: { halted: boolean },
): Promise<void> {
  const halted = () => state.halted || request.stopped();
  while (!halted()) {
    const { value: run, done } = queue.next();
    if (done) return;
    try {
      const end = await untilDone(run, request, halted);
      if (end === undefined) continue;
      ends.set(run, end);
      request.ended?.(run, end);
      if ((end === "failed" || end === "refused") && request.failFast) state.halted = true;
    } catch (error) {
      state.halted = true;
      throw error;
    }
  }
}

async function untilDone(
  run: number,
  { start, retries }: PoolRequest,
  halted: () => boolean,
): Promise<PoolEnd | undefined> {
  for (let attempt = 0;; attempt++) {
    const end = await start(run, attempt);
    if (end !== "failed" || attempt >= retries || halted()) return end;
  }
}
