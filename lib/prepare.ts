/**
 * Values become a folder: claims it, finds the code its place, has a process started for it, and has
 * it completed (runs/complete.ts); record.json last, so that a folder without it was never ready.
 *
 * @module
 */
import { type CheckedRun, checkRun, chooseRuntime } from "./check.ts";
import type { PrepareCommand } from "./command.ts";
import { interruptibly } from "./interruption.ts";
import { join } from "./path.ts";
import { readConfiguration } from "./configuration.ts";
import { holdsSecret } from "./resolver/masked.ts";
import type { Ahead } from "./runner/ahead.ts";
import { refuseCommas } from "./runner/commas.ts";
import { gatherAhead } from "./runner/gather.ts";
import { refuseBlindness, refuseSystemFolders } from "./runner/own_reading.ts";
import { gatherFacts, type Known } from "./runs/facts.ts";
import { type CodeSource, placeCode } from "./snapshotter/code.ts";
import { claimFolder, discardFolder, type ExperimentFolder } from "./snapshotter/folder.ts";
import { warnOfUncopiedCode } from "./snapshotter/moved.ts";
import type { RunRecord } from "./snapshotter/record.ts";
import { realPath } from "./files.ts";
import type { World } from "./world.ts";

/** How a folder is made. */
export type Preparation = CodeSource & Known;

/** A folder that was made, and its record. */
export interface PreparedRun {
  readonly folder: ExperimentFolder;
  readonly record: RunRecord;
}

let loading: Promise<typeof import("./started.ts")> | undefined;

/**
 * Loads what a run needs once its process may have been started. Once it is loaded, waiting for it
 * lets no signal in.
 */
export function loadStarted(): Promise<typeof import("./started.ts")> {
  return loading ??= import("./started.ts");
}

/**
 * Makes the experiment folder of a configuration.
 *
 * @param ahead starts the process that will run it, as soon as is known with what
 * @throws {ExpyrunError} when anything is wrong; nothing is left behind then
 */
export async function prepare(
  command: PrepareCommand,
  world: World,
  ahead?: Ahead,
): Promise<ExperimentFolder> {
  const { config, configPlace, debug } = command;
  const run = await checkRun(await readConfiguration(command, world), config, world);
  if (!debug) await warnOfUncopiedCode(config, configPlace, run.spec.code, world);
  return (await prepareRun(run, command, world, ahead)).folder;
}

/**
 * Makes the experiment folder of a configuration that was checked.
 *
 * @throws {ExpyrunError} when the disk, the code or a signal is in the way; nothing is left behind
 * then
 */
export async function prepareRun(
  run: CheckedRun,
  preparation: Preparation,
  world: World,
  ahead?: Ahead,
): Promise<PreparedRun> {
  return await interruptibly(
    "preparing the run",
    world,
    (world) => makeRun(run, preparation, world, ahead),
  );
}

async function makeRun(
  run: CheckedRun,
  preparation: Preparation,
  world: World,
  ahead: Ahead | undefined,
): Promise<PreparedRun> {
  const { spec } = run;
  const { debug, shared } = preparation;
  const runtime = await chooseRuntime(run, world);
  const facts = await gatherFacts(run, preparation, world);
  // Before the system itself refuses, for reasons that lead nowhere.
  refuseSystemFolders([join(spec.outputDir, spec.name)], spec.outputDirPlace);
  const folder = await claimFolder({ ...spec, debug });
  try {
    if (runtime.runtime === "deno") await refuseCommas(spec, folder, debug);
    const needed = [folder.path, realPath(folder.path), ...debug ? [spec.code] : []];
    refuseBlindness(spec.permissions, needed, spec.outputDirPlace);
    const code = await placeCode(run, preparation, runtime.runtime, folder, world);
    const own = {
      code: code.located,
      cwd: world.cwd,
      folder: folder.path,
      permissions: spec.permissions,
    };
    const planned = { ...facts.rest, ...runtime, ...own };
    // The key of a call that is sealed is made when the folder is read.
    if (!holdsSecret(run.resolved)) await ahead?.start(() => gatherAhead(folder, planned, world));
    const { completeFolder } = await loadStarted();
    const record = await completeFolder(
      run,
      { debug, shared, facts, runtime, code },
      folder,
      world,
    );
    await world.checkpoint?.(true);
    return { folder, record };
  } catch (error) {
    await ahead?.end();
    await discardFolder(folder, error);
    throw error;
  }
}
