/**
 * What must hold before a run is started or repeated: its folder is what was recorded, and the
 * secrets that its files do not hold are there.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { Variable } from "../resolver/variables.ts";
import { type ExperimentFolder, nameIn, openFolder } from "../snapshotter/folder.ts";
import type { GitFacts } from "../snapshotter/git.ts";
import type { Changes, RepeatedRun, RunRecord } from "../snapshotter/record.ts";
import { isPrepared, readRecord } from "../snapshotter/record_file.ts";
import type { World } from "../world.ts";
import { changesText, isUnchanged, verifyFolder } from "./verify.ts";

/** A folder that is about to be used. */
export interface Use {
  readonly folder: ExperimentFolder;
  readonly record: RunRecord;
  /** What is about to be done with it, as in "Cannot execute". */
  readonly purpose: "execute" | "repeat" | "pack";
  /** Where it was named. */
  readonly place?: Place | undefined;
  /** `--force`: changes are recorded, not refused. */
  readonly force: boolean;
  /** What to do about changes where there is no `--force`. */
  readonly wayOut?: string | undefined;
}

/**
 * Refuses a folder that is no longer what its record says.
 *
 * @returns the changes that were forced; nothing when there are none
 * @throws {ExpyrunError} `status`, naming the files
 */
export async function refuseChanges(use: Use): Promise<Changes | undefined> {
  const { folder, record, purpose, place, force, wayOut } = use;
  const changes = await verifyFolder(folder, record);
  if (isUnchanged(changes)) return undefined;
  if (force) return changes;
  throw new ExpyrunError({
    code: "status",
    message: `Cannot ${purpose} "${folder.path}": it is not what was recorded (` +
      `${changesText(changes)})`,
    place,
    hint: wayOut ?? wayOutOf(changes, folder),
  });
}

function wayOutOf({ changed, missing }: Changes, folder: ExperimentFolder): string {
  // Without its configuration there is nothing to go on with.
  if (missing.includes(nameIn(folder, folder.config))) return "Put the files back";
  const isEdited = [folder.config, folder.rawConfig].some((path) =>
    changed.includes(nameIn(folder, path))
  );
  const instead =
    ": parameters are changed by --KEY VALUE, or in a copy of raw_config.yml elsewhere;";
  return `Put the files back${
    isEdited ? instead : ","
  } or use --force to go on, which will be recorded`;
}

/**
 * Refuses to go on without the secrets that the recorded run had: its files hold their names only.
 *
 * @throws {ExpyrunError} `environment`, naming them
 */
export function requireSecrets(
  { folder, record, purpose, place }: Omit<Use, "force">,
  world: World,
): void {
  const missing = secretNames(record).filter((name) => !Object.hasOwn(world.env, name));
  if (missing.length === 0) return;
  const names = missing.map((name) => `$${name}`).join(", ");
  throw new ExpyrunError({
    code: "environment",
    message: `Cannot ${purpose} "${folder.path}": it needs ${names}, which no file holds`,
    place,
    hint: `Set ${missing.length === 1 ? "the variable" : "the variables"}: export ${
      missing[0]
    }=...`,
  });
}

/** What is known of a run that is about to be repeated. */
export interface Repeated {
  readonly repeats: RepeatedRun;
  /** Where its code came from: its own folder may lie in another repository. */
  readonly git: GitFacts | undefined;
}

/**
 * Checks the experiment folder that a configuration takes its code from.
 *
 * @param variables those that the configuration uses
 * @param force absent: the command knows no `--force`, as that for a sweep
 * @returns nothing when the code is no copy of an earlier run
 * @throws {ExpyrunError} when the folder has changed, or a secret that it needs is missing
 */
export async function checkRepeated(
  spec: RunSpec,
  variables: readonly Variable[],
  force: boolean | undefined,
  world: World,
): Promise<Repeated | undefined> {
  const folder = openFolder(spec.code);
  if (!await isPrepared(folder)) return undefined;
  const place = spec.codePlace ?? spec.main.place;
  const record = await readRecord(folder, place);
  const wayOut = force === undefined ? "Put the files back, or begin a new sweep" : undefined;
  const use = { folder, record, purpose: "repeat", place, force: force ?? false, wayOut } as const;
  const missing = variables.filter((variable) => variable.missing);
  const needed = record.environment?.filter(({ name }) =>
    missing.some((variable) => variable.name === name)
  );
  const secrets = secretNames({ environment: needed });
  const used = missing.find(({ name }) => secrets.includes(name))?.place;
  requireSecrets({ ...use, record: { ...record, environment: needed }, place: used }, world);
  const forced = await refuseChanges(use);
  warnOfRuntime(spec, record, place, world);
  return {
    repeats: { folder: record.folder, ...(forced ? { forced } : {}) },
    git: record.git,
  };
}

/** Two programs, or two machines, may have different defaults. */
function warnOfRuntime(
  spec: RunSpec,
  { runtime: before }: RunRecord,
  place: Place,
  { runtime, warn }: World,
): void {
  if (runtime.isAsked || spec.runtime !== undefined || runtime.name === before) return;
  warn({
    code: "status",
    message: `Repeating in the runtime "${runtime.name}" what ran in "${before}"`,
    place,
    hint: `As it was: --runtime ${before}`,
  });
}

/** The variables of a run whose values stay out of files. */
export function secretNames({ environment = [] }: Pick<RunRecord, "environment">): string[] {
  return environment.filter(({ secret }) => secret).map(({ name }) => name);
}
