/**
 * The first record of a run.
 *
 * @module
 */
import type { CheckedRun, Runtime } from "../check.ts";
import { writtenWords } from "../resolver/given_secrets.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { machineFacts } from "../snapshotter/machine.ts";
import type { CodeRecord, RunRecord } from "../snapshotter/record.ts";
import { timestamp } from "../time.ts";
import type { World } from "../world.ts";
import { configDigest } from "./config_digest.ts";
import type { SettledFacts } from "./facts.ts";

/** The record of a run that is prepared: what it is, and where it was made. */
export async function preparedRecord(
  { raw, resolved, spec }: CheckedRun,
  folder: ExperimentFolder,
  code: CodeRecord,
  facts: SettledFacts & Runtime & Pick<RunRecord, "digests">,
  world: World,
): Promise<RunRecord> {
  return {
    format: 1,
    status: "prepared",
    name: spec.name,
    folder: folder.path,
    command: writtenWords(raw, world),
    cwd: world.cwd,
    preparedAt: timestamp(),
    permissions: spec.permissions,
    machine: machineFacts(world.env),
    ...facts,
    configDigest: await configDigest({ resolved, spec }),
    code,
  };
}
