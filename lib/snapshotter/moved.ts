/**
 * Experiment folders that were moved: their configurations still name the old place.
 *
 * @module
 */
import { dirname, resolve } from "../path.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { World } from "../world.ts";
import { openFolder } from "./folder.ts";

/**
 * The spec with `code` set to the folder of the configuration file, where that is an experiment
 * folder and the one that `__code__` names is gone; else the spec as it is.
 *
 * @param config the configuration's path, absolute or relative to the working directory
 */
export async function followMovedCode(
  spec: RunSpec,
  config: string,
  world: World,
): Promise<RunSpec> {
  if (spec.codePlace === undefined || await exists(spec.code)) return spec;
  const beside = dirname(resolve(world.cwd, config));
  if (!(await exists(openFolder(beside).record))) return spec;
  world.warn({
    code: "entry-point",
    message: `Using the code in "${beside}": "${spec.code}" does not exist any more`,
    place: spec.codePlace,
    hint: `Set __code__ to silence this: --__run__.__code__ ${beside}`,
  });
  return { ...spec, code: beside };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
