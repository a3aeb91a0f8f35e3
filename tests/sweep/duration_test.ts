import { assertEquals } from "@std/assert";
import { formatDuration, parseDuration } from "../../lib/sweep/duration.ts";

const read: readonly [text: string, durationMs: number | undefined][] = [
  ["90s", 90_000],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1d2h3m4s5ms", 93_784_005],
  ["0.5s", 500],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["90", undefined],
  ["", undefined],
  ["0s", undefined],
  ["-5s", undefined],
  ["5 m", undefined],
  ["30m1h", undefined],
  ["1h1h", undefined],
  ["soon", undefined],
];
for (const [text, durationMs] of read) {
  Deno.test(`parseDuration: "${text}"`, () => assertEquals(parseDuration(text), durationMs));
}

const written: readonly [durationMs: number, text: string][] = [
  [0, "0ms"],
  [999, "999ms"],
  [1000, "1.0s"],
  [12_345, "12.3s"],
  [59_949, "59.9s"],
  [59_950, "1m00s"],
  [245_000, "4m05s"],
  [7_620_000, "2h07m"],
  [273_600_000, "3d04h"],
];
for (const [durationMs, text] of written) {
  Deno.test(`formatDuration: ${durationMs}`, () => assertEquals(formatDuration(durationMs), text));
}
