/**
 * What a running sweep says of itself.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";

/** Where a sweep stands. */
export interface Progress {
  readonly total: number;
  readonly running: number;
  readonly succeeded: number;
  /** Ended in any other way. */
  readonly failed: number;
  /** Since the first run was started. */
  readonly elapsedMs: number;
  /** Once nothing more is started. */
  readonly stopping?: Stopping | undefined;
}

/** What is done to the runs of a stopping sweep that have not ended; interrupting is by Ctrl-C. */
export type Stopping = "waiting" | "interrupting" | "terminating";

/**
 * The line that a terminal shows while a sweep runs.
 *
 * @example
 * ```ts
 * import { progressLine } from "./progress.ts";
 *
 * const line = progressLine({ total: 40, running: 2, succeeded: 9, failed: 1, elapsedMs: 20_000 });
 * console.assert(line === "10/40 done, 2 running, 1 failed, 0.50 runs/s, 60.0s left");
 * ```
 */
export function progressLine(progress: Progress): string {
  const { total, running, succeeded, failed, elapsedMs, stopping } = progress;
  const done = succeeded + failed;
  const parts = [`${done}/${total} done`, `${running} running`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (done > 0 && elapsedMs > 0) parts.push(rateText((done * 1000) / elapsedMs));
  if (stopping) {
    parts.push(running > 0 ? stoppingText[stopping] : "stopping");
  } else if (done > 0 && done < total) {
    parts.push(`${formatDuration((elapsedMs / done) * (total - done))} left`);
  }
  return parts.join(", ");
}

/** What a stopping sweep says of the runs that have not ended. */
export const stoppingText: Readonly<Record<Stopping, string>> = {
  waiting: "stopping: Ctrl-C again interrupts the running ones",
  interrupting: "stopping: interrupting the running ones, Ctrl-C again kills them",
  terminating: "stopping: interrupting the running ones",
};

function rateText(perSecond: number): string {
  if (perSecond >= 0.1) {
    return `${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toPrecision(2)} runs/s`;
  }
  return perSecond * 60 >= 0.1
    ? `${(perSecond * 60).toPrecision(2)} runs/min`
    : `${(perSecond * 3600).toPrecision(2)} runs/h`;
}

/** A line fitted to the width of a terminal, in columns. */
export function fitted(line: string, width: number): string {
  return line.length <= width ? line : width <= 3 ? "" : `${line.slice(0, width - 3)}...`;
}
