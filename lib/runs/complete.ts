/**
 * Completes the folder of a run: its code, its configurations, its requirements, its record.
 *
 * @module
 */
import type { CheckedRun, Runtime } from "../check.ts";
import type { CodeSource } from "../snapshotter/code.ts";
import type { PlacedCode } from "../snapshotter/snapshot.ts";
import { digestsOf } from "../snapshotter/facts.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import { writeRecord } from "../snapshotter/record_file.ts";
import { sharedDigests } from "../snapshotter/share.ts";
import type { World } from "../world.ts";
import { type Facts, settle } from "./facts.ts";
import { preparedRecord } from "./prepared_record.ts";
import { writeConfigs, writeRequirements } from "./written_files.ts";

/** What is known of a run whose code has its place. */
export interface Placed extends CodeSource {
  readonly facts: Facts;
  readonly runtime: Runtime;
  readonly code: PlacedCode;
}

/**
 * Writes what the folder lacks, its record last.
 *
 * @returns the record, as it was written
 * @throws {ExpyrunError} when the disk is in the way
 */
export async function completeFolder(
  run: CheckedRun,
  { debug, shared, facts, runtime, code }: Placed,
  folder: ExperimentFolder,
  world: World,
): Promise<RunRecord> {
  const { spec } = run;
  const settling = settle(facts);
  const placed = await code.complete();
  const written = await writeConfigs(run, debug, folder, world);
  if (!shared?.copy.digests) await writeRequirements(folder, placed, runtime, spec);
  const known = { ...shared && sharedDigests(shared.copy), ...written };
  const digests = await digestsOf(folder, known);
  const made = { ...await settling, ...runtime, digests };
  const prepared = await preparedRecord(run, folder, placed, made, world);
  await writeRecord(folder, prepared, spec.outputDirPlace);
  return prepared;
}
