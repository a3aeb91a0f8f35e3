/**
 * SLURM's own options, from `__slurm__` and from `--sbatch`: passed on as they stand, but for the
 * few that expyrun itself decides.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../../errors.ts";
import { secretNaming, writtenWords } from "../../resolver/given_secrets.ts";
import type { Mapping, Node, Scalar } from "../../resolver/node.ts";
import type { World } from "../../world.ts";

/** One option of sbatch. */
export interface SlurmOption {
  /** As sbatch knows it, with its dashes: `--partition`, `-p`. */
  readonly name: string;
  /** Absent for an option that takes none, such as `--requeue`. */
  readonly value?: string | undefined;
  readonly place: Place;
}

/** What expyrun decides, with what to write instead. */
const decided: Readonly<Record<string, string>> = {
  "--array": "The array is the list of runs; its throttle is --jobs N",
  "-a": "The array is the list of runs; its throttle is --jobs N",
  "--wrap": "The script is expyrun's own: it runs the prepared folders",
  "--wait": "expyrun returns as soon as the job is submitted; follow it with: expyrun status",
  "-W": "expyrun returns as soon as the job is submitted; follow it with: expyrun status",
  "--test-only": "To see the runs without submitting them use --dry-run",
  "--parsable": "expyrun reads sbatch's answer itself",
  "--open-mode": "A requeued task appends to its log",
};

/**
 * Reads `__slurm__`: a mapping of sbatch's options; `true` stands for an option without a value,
 * `false` and null leave it out (`requeue: false` is `--no-requeue`: SLURM's own default may be the
 * other), a list is joined with commas, `_` may stand for `-`.
 *
 * @throws {ExpyrunError} `section`
 */
export function readSlurmSection(config: Mapping): SlurmOption[] {
  const section = config.entries.get("__slurm__")?.value;
  if (section === undefined || isNull(section)) return [];
  if (section.kind !== "mapping") throw wrong('"__slurm__" is no mapping', section.place);
  return [...section.entries].flatMap(([key, { keyPlace, value }]) => {
    const name = `${key.length === 1 ? "-" : "--"}${key.replaceAll("_", "-")}`;
    refuse(name, keyPlace, "section");
    if (name === "--requeue" && isBool(value, false)) {
      return [{ name: "--no-requeue", place: keyPlace }];
    }
    if (isNull(value) || isBool(value, false)) return [];
    if (isBool(value, true)) return [{ name, place: keyPlace }];
    return [{ name, value: oneLine(optionText(key, value), value.place), place: value.place }];
  });
}

function isNull(node: Node): boolean {
  return node.kind === "scalar" && node.type === "null";
}

function isBool(node: Node, value: boolean): boolean {
  return node.kind === "scalar" && node.type === "bool" && node.value === value;
}

function optionText(key: string, node: Node): string {
  if (node.kind === "scalar") return String(node.value);
  const scalars = node.kind === "list" ? node.items.filter((item) => item.kind === "scalar") : [];
  if (node.kind === "list" && scalars.length === node.items.length) {
    return (scalars as Scalar[]).map(({ value }) => String(value)).join(",");
  }
  throw wrong(`"__slurm__.${key}" is neither a value nor a list of values`, node.place);
}

/**
 * Reads the words of `--sbatch`: `--partition=gpu`, `--requeue`, `-p gpu`.
 *
 * @throws {ExpyrunError} `usage`, at the word
 */
export function readSbatchWord(word: string, place: Place): SlurmOption {
  const match = /^(--[a-z][a-z0-9-]*)(?:=(.*))?$/is.exec(word) ??
    /^(-[a-z])(?:[ =]?(.+))?$/is.exec(word);
  if (!match) {
    throw new ExpyrunError({
      code: "usage",
      message: `Cannot pass "${word}" to sbatch: it is no option`,
      place,
      hint: "Write: --sbatch=--partition=gpu",
    });
  }
  const [, name, value] = match as unknown as [string, string, string?];
  refuse(name, place, "usage");
  return value === undefined ? { name, place } : { name, value: oneLine(value, place), place };
}

/** The options of the command line replace those of the same name in the configuration. */
export function mergeOptions(
  section: readonly SlurmOption[],
  words: readonly SlurmOption[],
): SlurmOption[] {
  const named = new Set(words.map(longName));
  return [...section.filter((option) => !named.has(longName(option))), ...words];
}

/**
 * The options of a submission.
 *
 * @param config says what is secret
 * @throws {ExpyrunError} `slurm`, at what would write a secret into the script, which stays
 */
export function submittedOptions(
  section: readonly SlurmOption[],
  words: readonly SlurmOption[],
  config: Mapping,
  world: World,
): SlurmOption[] {
  const options = mergeOptions(section, words);
  refuseSecrets(options, config, world);
  return options;
}

function refuseSecrets(options: readonly SlurmOption[], config: Mapping, world: World): void {
  const named = secretNaming(config, world);
  for (const { name, value, place } of options) {
    if (value === undefined || named(value) === value) continue;
    const words = writtenWords(config, world);
    throw new ExpyrunError({
      code: "slurm",
      message: `Cannot pass "${name}" to sbatch: the script would hold a secret`,
      place: place.kind === "argument" ? { kind: "argument", words, index: place.index } : place,
      hint: "SLURM hands the whole environment on by itself: leave the value out",
    });
  }
}

/** sbatch's short options, where both forms are in common use. */
const longNames: Readonly<Record<string, string>> = {
  "-A": "--account",
  "-C": "--constraint",
  "-c": "--cpus-per-task",
  "-d": "--dependency",
  "-e": "--error",
  "-G": "--gpus",
  "-J": "--job-name",
  "-N": "--nodes",
  "-n": "--ntasks",
  "-o": "--output",
  "-p": "--partition",
  "-q": "--qos",
  "-t": "--time",
  "-w": "--nodelist",
  "-x": "--exclude",
};

/** The name by which two spellings of one option are known to be the same. */
export function longName({ name }: Pick<SlurmOption, "name">): string {
  return longNames[name] ?? name;
}

function refuse(name: string, place: Place, code: "usage" | "section"): void {
  // sbatch takes the beginning of a long option for the whole.
  const meant = Object.keys(decided).find((option) =>
    option === name || name.length > 3 && option.startsWith(name)
  );
  if (meant === undefined) return;
  const hint = decided[meant];
  throw new ExpyrunError({ code, message: `Cannot pass "${name}" to sbatch`, place, hint });
}

function oneLine(text: string, place: Place): string {
  if (!/[\r\n\0]/.test(text)) return text;
  throw wrong("A value of sbatch's options is one line", place);
}

function wrong(message: string, place: Place): ExpyrunError {
  return new ExpyrunError({
    code: "section",
    message,
    place,
    hint: "Write: __slurm__: {partition: gpu, time: 60}",
  });
}
