/**
 * What running an experiment needs, loaded as one: where nothing keeps compiled code, as in a
 * binary, each module more costs more than what stands in it.
 *
 * @module
 */
import type { PrepareCommand } from "./command.ts";
import { execute } from "./execute.ts";
import { prepare } from "./prepare.ts";
import { startingAhead } from "./runner/ahead.ts";
import type { RunRecord } from "./snapshotter/record.ts";
import type { World } from "./world.ts";

export { execute } from "./execute.ts";
export { prepare } from "./prepare.ts";
export { noScreens } from "./runner/tee.ts";

/**
 * Prepares a configuration's run and executes it.
 *
 * @returns the record of the run that has ended
 * @throws {ExpyrunError} when anything is wrong before its process runs
 */
export async function run(command: PrepareCommand, world: World): Promise<RunRecord> {
  const ahead = startingAhead(world);
  try {
    const { path } = await prepare(command, world, ahead);
    return await execute(path, world, undefined, { verify: false, ahead });
  } finally {
    await ahead.end();
  }
}
