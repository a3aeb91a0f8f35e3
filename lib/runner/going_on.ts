/**
 * What a run goes on in spite of.
 *
 * @module
 */
import type { Problem } from "../errors.ts";
import type { World } from "../world.ts";

/**
 * Warns while a run is under way. Under `--strict` the warning is an error, which must not end the run.
 *
 * @param but what the run lacks, or has all the same, behind "The run goes on"
 * @returns under `--strict`, what is to be thrown once the run is over
 */
export function warnGoingOn(
  problem: Pick<Problem, "code" | "message">,
  but: string,
  world: World,
): unknown {
  try {
    world.warn({ ...problem, hint: `The run ${world.strict ? "went" : "goes"} on${but}` });
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}
