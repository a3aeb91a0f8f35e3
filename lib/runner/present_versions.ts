/**
 * What a prepared folder is run by now. It may be another Deno than when it was prepared: the binary
 * and a `deno` differ, and what waits in a queue may outlive an upgrade.
 *
 * @module
 */
import { sha256 } from "../snapshotter/digest.ts";
import { type ExperimentFolder, nameIn } from "../snapshotter/folder.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import type { Versions, World } from "../world.ts";
import { versionsOf } from "./versions.ts";

/**
 * The versions of what runs the folder now; nothing when they are those it was prepared with.
 *
 * @throws {ExpyrunError} `launch` when there is no `deno`; under `--strict`, for other versions
 */
export async function otherVersions(
  { runtime, versions: before }: RunRecord,
  world: World,
): Promise<Versions | undefined> {
  const now = await versionsOf(runtime, world);
  const other = versionNames.filter((name) => now[name] !== before[name]);
  if (other.length === 0) return undefined;
  const list = (versions: Versions) =>
    other.filter((name) => name === "deno" || name === "expyrun" || !other.includes("deno"))
      .map((name) => `${name} ${versions[name]}`).join(", ");
  world.warn({
    code: "status",
    message: `Running with ${list(now)} what was prepared with ${list(before)}`,
    hint: "The record names what runs it",
  });
  return now;
}

const versionNames = ["expyrun", "deno", "v8", "typescript"] as const;

/** What changes in a folder that other versions run. */
export interface Renamed {
  readonly record: RunRecord;
  /** The text of frozen_requirements.txt; nothing where that file is gone. */
  readonly requirements?: string | undefined;
}

/** Names the versions that run a folder in its record and in its frozen_requirements.txt. */
export async function withVersions(
  folder: ExperimentFolder,
  record: RunRecord,
  versions: Versions | undefined,
): Promise<Renamed> {
  if (versions === undefined) return { record };
  const before = await Deno.readTextFile(folder.requirements).catch(() => undefined);
  if (before === undefined) return { record: { ...record, versions } };
  const requirements = versionNames.reduce(
    (text, name) => text.replace(new RegExp(`^${name}==.*$`, "m"), `${name}==${versions[name]}`),
    before,
  );
  const name = nameIn(folder, folder.requirements);
  const digests = { ...record.digests, [name]: await sha256(requirements) };
  return { record: { ...record, versions, digests }, requirements };
}
