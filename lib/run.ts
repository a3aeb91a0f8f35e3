/**
 * What running an experiment needs until its process is started, and naming secrets, loaded as one:
 * where nothing keeps compiled code, as in a binary, each module more costs more than what stands in
 * it.
 *
 * @module
 */
import type { PrepareCommand } from "./command.ts";
import { loadStarted, prepare } from "./prepare.ts";
import { type Ahead, startingAhead } from "./runner/ahead.ts";
import type { ExperimentFolder } from "./snapshotter/folder.ts";
import type { RunRecord } from "./snapshotter/record.ts";
import type { World } from "./world.ts";

export { prepare } from "./prepare.ts";
export { secretNaming, writtenWords } from "./resolver/given_secrets.ts";

/**
 * Prepares a configuration's run and executes it.
 *
 * @returns the record of the run that has ended
 * @throws {ExpyrunError} when anything is wrong before its process runs
 */
export function run(command: PrepareCommand, world: World): Promise<RunRecord> {
  return executeWhatIsMade((ahead) => prepare(command, world, ahead), world);
}

/**
 * Executes a folder that is still to be made: its process starts meanwhile.
 *
 * @param make makes the folder, and starts the process once it can
 * @returns the record of the run that has ended
 * @throws {ExpyrunError} as both do
 */
export async function executeWhatIsMade(
  make: (ahead: Ahead) => Promise<ExperimentFolder>,
  world: World,
): Promise<RunRecord> {
  const ahead = startingAhead();
  try {
    const { path } = await make(ahead);
    const { execute } = await loadStarted();
    return await execute(path, world, undefined, { verify: false, ahead });
  } finally {
    await ahead.end();
  }
}
