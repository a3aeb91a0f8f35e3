import type { Point } from "./data.ts";
import { type Network, predict } from "./network.ts";

const bars = "▁▂▃▄▅▆▇█";

/** A curve as one line of bars, highest at the greatest value. */
export function curve(values: readonly number[], width: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Array.from({ length: Math.min(width, values.length) }, (_, i) => {
    const value = values[Math.floor(i * values.length / Math.min(width, values.length))]!;
    return bars[Math.round((value - low) / (high - low || 1) * (bars.length - 1))];
  }).join("");
}

/** The plane: `o` and `x` are points of the two moons, shading is where moon 1 is predicted. */
export function map(network: Network, points: readonly Point[]): string {
  const [columns, rows] = [60, 18];
  const grid = Array.from(
    { length: rows },
    (_, r) => Array.from({ length: columns }, (_, c) => shade(network, c / columns, r / rows)),
  );
  for (const { x: [x, y], label } of points) {
    const row = grid[Math.floor((1.5 - y) / 2.5 * rows)];
    const column = Math.floor((x + 1.5) / 4 * columns);
    if (row && column >= 0 && column < columns) row[column] = label === 1 ? "x" : "o";
  }
  return grid.map((row) => row.join("")).join("\n");
}

/** The background at a share of the width and the height, both from 0 to 1. */
function shade(network: Network, right: number, down: number): string {
  return predict(network, [4 * right - 1.5, 1.5 - 2.5 * down]) > 0.5 ? "░" : " ";
}
