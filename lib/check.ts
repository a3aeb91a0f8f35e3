/**
 * A configuration is checked: where its code is, what it runs in, and that it may. Nothing is made.
 *
 * @module
 */
import type { Configuration } from "./configuration.ts";
import { readRunSection, type RunSpec } from "./resolver/run_section.ts";
import { versionsOf } from "./runner/versions.ts";
import { refuseExceptions } from "./runner/worker_permissions.ts";
import { type EntryPoint, findEntryPoint } from "./snapshotter/entry_point.ts";
import { requireInputs } from "./snapshotter/facts.ts";
import { followMovedCode } from "./snapshotter/moved.ts";
import type { RunRecord } from "./snapshotter/record.ts";
import type { RuntimeName, World } from "./world.ts";

/** A configuration that was checked: nothing but the disk can stop its folder from being made. */
export interface CheckedRun extends Configuration {
  readonly spec: RunSpec;
  readonly entry: EntryPoint;
}

/** What a run runs in. */
export type Runtime = Pick<RunRecord, "runtime" | "versions">;

/**
 * Checks what a configuration says of its run.
 *
 * @param config the configuration's path, absolute or relative to the working directory
 * @throws {ExpyrunError} when `__run__` is incomplete, or its module cannot be found
 */
export async function checkRun(
  configuration: Configuration,
  config: string,
  world: World,
): Promise<CheckedRun> {
  const section = readRunSection(configuration.resolved, world);
  const spec = await followMovedCode(section, config, world);
  return { ...configuration, spec, entry: await findEntryPoint(spec) };
}

/**
 * What the run will run in; refused here where it could not: nothing is made yet.
 *
 * @throws {ExpyrunError} `launch`
 */
export async function chooseRuntime({ spec }: CheckedRun, world: World): Promise<Runtime> {
  const name = runtimeOf(spec, world);
  if (name === "embedded") refuseExceptions(spec.permissions, spec.permissionsPlace);
  return { runtime: name, versions: await versionsOf(name, world) };
}

/**
 * Refuses, where nothing is made yet, what would keep the run from being prepared.
 *
 * @throws {ExpyrunError} `launch` for permissions that its runtime does not know, `unreadable` for an
 * input that is missing
 */
export function refuseUnready({ spec }: CheckedRun, world: World): void {
  if (runtimeOf(spec, world) === "embedded") {
    refuseExceptions(spec.permissions, spec.permissionsPlace);
  }
  requireInputs(spec.inputs);
}

/** The runtime that the command line, the configuration or the program itself names, in this order. */
export function runtimeOf({ runtime }: Pick<RunSpec, "runtime">, world: World): RuntimeName {
  return world.runtime.isAsked ? world.runtime.name : runtime ?? world.runtime.name;
}
