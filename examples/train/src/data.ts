import { type Random, seeded } from "./random.ts";

/** The section `data` of the configuration. */
export interface DataConfig {
  points: number;
  noise: number;
  seed: number;
}

/** A point of the plane and the moon that it lies on. */
export interface Point {
  x: readonly [number, number];
  label: 0 | 1;
}

/** Draws two interleaving half moons; parts of one seed (training, test) are independent. */
export function moons({ points, noise, seed }: DataConfig, part: "train" | "test"): Point[] {
  const random = seeded(2 * seed + (part === "train" ? 0 : 1));
  return Array.from({ length: points }, (_, i) => moonPoint(i % 2 === 0 ? 0 : 1, noise, random));
}

function moonPoint(label: 0 | 1, noise: number, random: Random): Point {
  const angle = Math.PI * random.uniform();
  const [x, y] = label === 0
    ? [Math.cos(angle), Math.sin(angle)]
    : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  return { x: [x + noise * random.normal(), y + noise * random.normal()], label };
}
