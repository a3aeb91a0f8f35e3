/**
 * Lengths of time as people write them: `90s`, `5m`, `1h30m`.
 *
 * @module
 */

const unitsMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/**
 * Reads a duration: numbers with the units d, h, m, s and ms, the larger units first.
 *
 * @returns milliseconds; undefined where the text is no duration, or one of no length
 *
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 *
 * console.assert(parseDuration("1h30m") === 5_400_000);
 * console.assert(parseDuration("90") === undefined); // of what?
 * ```
 */
export function parseDuration(text: string): number | undefined {
  const part = (unit: string) => `(?:(\\d+(?:\\.\\d+)?)${unit})?`;
  const match = new RegExp(`^${Object.keys(unitsMs).map(part).join("")}$`).exec(text);
  if (!match) return undefined;
  const totalMs = Object.values(unitsMs)
    .reduce((sum, unitMs, index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0);
  return totalMs > 0 ? Math.round(totalMs) : undefined;
}

/** Writes a duration with the two units that matter: `850ms`, `12.3s`, `4m05s`, `2h07m`, `3d04h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)}ms`;
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)}s`;
  const seconds = Math.round(durationMs / 1000);
  const [days, hours, minutes] = [86_400, 3600, 60].map((unit) => Math.floor(seconds / unit));
  const two = (count: number) => String(count).padStart(2, "0");
  if (days! > 0) return `${days}d${two(hours! % 24)}h`;
  if (hours! > 0) return `${hours}h${two(minutes! % 60)}m`;
  return `${minutes}m${two(seconds % 60)}s`;
}
