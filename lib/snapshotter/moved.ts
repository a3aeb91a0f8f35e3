/**
 * Experiment folders that were moved: their configurations still name the old place.
 *
 * @module
 */
import { isThere, realPath } from "../files.ts";
import { dirname, resolve } from "../path.ts";
import { type Place, shellWord } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { World } from "../world.ts";
import { openFolder } from "./folder.ts";
import { recordAt } from "./record_file.ts";

/**
 * The spec with `code` set to the folder of the configuration file, where that is the experiment
 * folder that `__code__` means by the place where it was made; else the spec as it is. At that
 * place there may be another experiment by now.
 *
 * @param config the configuration's path, absolute or relative to the working directory
 */
export async function followMovedCode(
  spec: RunSpec,
  config: string,
  world: World,
): Promise<RunSpec> {
  const { code, codePlace } = spec;
  const beside = dirname(resolve(world.cwd, config));
  if (codePlace?.kind !== "file" || realPath(code) === realPath(beside)) return spec;
  const made = await madeAt(beside);
  if (made === undefined) warnOfOtherCode(beside, spec, config, world);
  if (made !== code) return spec;
  world.warn({
    code: "entry-point",
    message: `Using the code in "${beside}": it was moved from "${code}", or copied`,
    place: codePlace,
    hint: `Set __code__ to silence this: --__run__.__code__ ${shellWord(beside)}`,
  });
  return { ...spec, code: beside };
}

/** Without its record a folder cannot be told from one whose configuration means other code. */
function warnOfOtherCode(
  beside: string,
  { code, codePlace }: RunSpec,
  config: string,
  world: World,
): void {
  const { hidden, record } = openFolder(beside);
  if (!isOwnConfig(config, beside, world) || !isThere(hidden) || isThere(record)) return;
  world.warn({
    code: "snapshot",
    message: `Using the code in "${code}", not in "${beside}": the record.json there is gone`,
    place: codePlace,
    hint: `If that folder was moved or copied: --__run__.__code__ ${shellWord(beside)}`,
  });
}

/** Whether a configuration is one that expyrun has written into a folder. */
function isOwnConfig(config: string, path: string, world: World): boolean {
  const folder = openFolder(path);
  return [folder.config, folder.rawConfig].includes(resolve(world.cwd, config));
}

/**
 * Warns about a configuration that a --debug run has left: such a run keeps no copy of its code, so
 * whatever code stands there now is run.
 *
 * @param config the configuration's path, absolute or relative to the working directory
 * @param place where it was named
 */
export async function warnOfUncopiedCode(
  config: string,
  place: Place,
  code: string,
  world: World,
): Promise<void> {
  const folder = openFolder(dirname(resolve(world.cwd, config)));
  if (!isOwnConfig(config, folder.path, world) || !isThere(folder.record)) return;
  const record = await recordAt(folder.path);
  if (record?.code.mode === "original") warnUncopied(code, place, world);
}

/**
 * Warns that what is repeated is not what was run.
 *
 * @param code the folder of the code, absolute
 */
export function warnUncopied(code: string, place: Place, world: World): void {
  world.warn({
    code: "snapshot",
    message: `Running the code that is in "${code}" now: a --debug run keeps no copy of its code`,
    place,
    hint: "Only a run without --debug can be repeated exactly",
  });
}

/** Where an experiment folder was made; nothing for any other folder. */
async function madeAt(path: string): Promise<string | undefined> {
  const record = await recordAt(path);
  return record?.folder;
}
