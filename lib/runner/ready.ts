/**
 * A folder is made ready to run: found, trusted, and all gathered that its process needs. Nothing is
 * written yet.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import { nearHint } from "../near_path.ts";
import { isAbsolute, join } from "../path.ts";
import { refuseChanges, requireSecrets } from "../runs/trust.ts";
import { type ExperimentFolder, openFolder } from "../snapshotter/folder.ts";
import type { Changes, RunRecord } from "../snapshotter/record.ts";
import { readRecord } from "../snapshotter/record_file.ts";
import type { Versions, World } from "../world.ts";
import { keepsToItsFolder } from "../snapshotter/share.ts";
import { readDelivery } from "./delivery.ts";
import { gatherRun } from "./gather.ts";
import { refuseBlindness } from "./own_reading.ts";
import { withPresentInputs } from "./present_inputs.ts";
import { otherVersions } from "./present_versions.ts";
import type { Run } from "./runner.ts";
import { shownPath } from "../shown_path.ts";

/** What a run gets besides what its folder says. */
export interface Conditions {
  /** Variables that the experiment gets besides those of the command. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether the folder is looked through for changes: by default; `"unless new"` for one that this
   * very command has made, where it has not waited for long.
   */
  readonly verify?: boolean | "unless new" | undefined;
  /** `--force`: a folder that is not is run all the same, and its record says so. */
  readonly force?: boolean | undefined;
  /** What to do about a folder that is not, where there is no `--force`. */
  readonly wayOut?: string | undefined;
}

/** A folder that was found to be as it must be. */
export interface Ready {
  /** With the record as it was prepared. */
  readonly gathered: Run;
  /** The text of what the entry point gets. */
  readonly delivery: string;
  readonly forced: Changes | undefined;
  /** When it was last known to be what was prepared, in milliseconds since 1970. */
  readonly checkedAt: number;
  /** What runs it now, where that is not what it was prepared with. */
  readonly versions: Versions | undefined;
  readonly place: Place | undefined;
}

/**
 * Finds a prepared folder, and gathers its run.
 *
 * @param path the folder, absolute or relative to the working directory
 * @param place where the folder was named, if it was
 * @throws {ExpyrunError} when there is no such folder, or it may not be run as it is
 */
export async function readyRun(
  path: string,
  conditions: Conditions,
  world: World,
  place?: Place,
): Promise<Ready> {
  const folder = await realFolder(path, world, place);
  const prepared = await readRecord(folder, place);
  refuseBlindness(prepared.permissions, [folder.path, ...originalCode(prepared)], place);
  const found = { folder, record: prepared, place };
  requireSecrets({ ...found, purpose: "execute" }, world);
  const isChecked = conditions.verify !== false &&
    (conditions.verify !== "unless new" || !isNew(prepared, Date.parse(prepared.preparedAt)));
  const checkedAt = isChecked ? Date.now() : Date.parse(prepared.preparedAt);
  const forced = isChecked ? await checkTrust(found, conditions) : undefined;
  const versions = await otherVersions(prepared, world);
  const delivery = await readDelivery(folder, shownPath(folder.config, world), world);
  const gathered = await gatherRun(folder, prepared, delivery, conditions.env ?? {}, world);
  return { gathered, delivery: delivery.text, forced, checkedAt, versions, place };
}

/**
 * The run as it is now that it starts, with the inputs that it finds.
 *
 * @param waited whether it had to wait for its turn, maybe for hours
 * @throws {ExpyrunError} when its folder was changed meanwhile; under `--strict`, when an input was
 */
export async function stillReady(
  ready: Ready,
  waited: boolean,
  { verify, force, wayOut }: Conditions,
  world: World,
): Promise<Ready> {
  const { gathered, checkedAt, place } = ready;
  const { folder, record } = gathered;
  if (verify === false) return ready;
  const forced = waited && !isNew(record, checkedAt)
    ? await checkTrust({ folder, record, place }, { force, wayOut })
    : ready.forced;
  const present = await withPresentInputs(record, world);
  return { ...ready, forced, gathered: { ...gathered, record: present } };
}

function originalCode({ code }: RunRecord): string[] {
  return code.mode === "original" ? [code.root] : [];
}

/** Whether the folder is what was prepared. */
async function checkTrust(
  { folder, record, place }: {
    folder: ExperimentFolder;
    record: RunRecord;
    place?: Place | undefined;
  },
  { force = false, wayOut }: Conditions,
): Promise<Changes | undefined> {
  return await refuseChanges({ folder, record, purpose: "execute", place, force, wayOut });
}

/** Whether nobody has had the time to change a folder since then, nor runs of its kind the right to. */
function isNew({ permissions }: RunRecord, since: number): boolean {
  return Date.now() - since < recentMs && keepsToItsFolder(permissions);
}

const recentMs = 10_000;

/** By its real path: a way through symbolic links is refused by the scope of the experiment. */
// deno-lint-ignore require-await -- touches the disk
async function realFolder(path: string, world: World, place?: Place): Promise<ExperimentFolder> {
  const absolute = isAbsolute(path) ? path : join(world.cwd, path);
  try {
    return openFolder(Deno.realPathSync(absolute));
  } catch {
    const hint = nearHint(absolute) ??
      "`expyrun prepare CONFIG` makes a folder and prints its path";
    const message = `Cannot execute "${path}": no such folder`;
    throw new ExpyrunError({ code: "unreadable", message, place, hint });
  }
}
