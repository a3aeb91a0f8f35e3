/**
 * A world of plain values for unit tests, which remembers what it was told.
 *
 * @module
 */
import type { Problem } from "../lib/errors.ts";
import type { World } from "../lib/world.ts";

/** A world, and what was reported to it so far. */
export interface ToldWorld extends World {
  readonly warnings: readonly Problem[];
  readonly hints: readonly string[];
  readonly said: readonly string[];
}

/**
 * Makes a world: an empty environment, the working directory `/`, no words; with changes.
 *
 * @example
 * ```ts
 * import { tellingWorld } from "./world.ts";
 *
 * const world = tellingWorld({ env: { HOME: "/home/me" } });
 * world.say("hello");
 * console.assert(world.said[0] === "hello");
 * ```
 */
export function tellingWorld(changes: Partial<World> = {}): ToldWorld {
  const warnings: Problem[] = [];
  const hints: string[] = [];
  const said: string[] = [];
  return {
    cwd: "/",
    env: {},
    words: [],
    program: ["expyrun"],
    child: { words: ["expyrun", "--expyrun-child"] },
    runtime: { name: "deno", isAsked: false },
    versions: { expyrun: "0.0.0", ...Deno.version },
    deno: Deno.execPath(),
    warn: (problem) => void warnings.push(problem),
    hint: (text) => void hints.push(text),
    say: (line) => void said.push(line),
    fail: (problem) => void warnings.push(problem),
    tell: (line) => void said.push(line),
    ...changes,
    warnings,
    hints,
    said,
  };
}
