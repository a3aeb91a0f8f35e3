/**
 * The words of `expyrun sweep`, as one value.
 *
 * @module
 */
import type { ConfigCommand, GivenOption, GivenOptions } from "../command.ts";
import { type ArgumentPlace, ExpyrunError } from "../errors.ts";
import type { Setting } from "./axis.ts";
import { parseDuration } from "./duration.ts";
import { readSbatchWord, type SlurmOption } from "./slurm/options.ts";

/** Where runs are executed. */
export type Launcher = "local" | "slurm";

/** How the runs of a sweep are executed. */
export interface ExecutionOptions {
  /** Absent: not said. */
  readonly on?: Launcher | undefined;
  /** How many at a time; absent: as many as there are cores, or slots. */
  readonly jobs?: number | undefined;
  /** `--output`: show what the runs print. */
  readonly output: boolean;
  readonly failFast: boolean;
  /** The slots of `--gpus`. */
  readonly gpus: readonly string[];
  readonly timeoutMs?: number | undefined;
  /** How often a failed run is repeated. */
  readonly retries: number;
  readonly sbatch: readonly SlurmOption[];
  /** The options that were given, and where each first was. */
  readonly given: ReadonlyMap<string, ArgumentPlace>;
}

/** What the command line says of the space of a sweep. */
export interface SpaceOptions {
  readonly zip: readonly { readonly keys: readonly string[]; readonly place: ArgumentPlace }[];
  /** `--random`. */
  readonly random?: { readonly n: number; readonly place: ArgumentPlace } | undefined;
  /** `--sweep-seed`. */
  readonly seed?: { readonly value: number; readonly place: ArgumentPlace } | undefined;
  /** The file of `--points`. */
  readonly points?: GivenOption | undefined;
}

/** What `--sbatch`, `--jobs` and the like say, read and checked together. */
export function parseExecution(options: GivenOptions): ExecutionOptions {
  const last = (name: string) => options.get(name)?.at(-1);
  return {
    ...maybe("on", last("on"), parseLauncher),
    ...maybe("jobs", last("jobs"), (given) => wholeNumber("jobs", given, 1)),
    ...maybe("timeoutMs", last("timeout"), parseTimeout),
    output: options.has("output"),
    failFast: options.has("fail-fast"),
    gpus: parseSlots(last("gpus")),
    retries: last("retries") ? wholeNumber("retries", last("retries")!, 0) : 0,
    sbatch: (options.get("sbatch") ?? []).map(({ value, place }) => readSbatchWord(value, place)),
    given: new Map([...options].map(([name, given]) => [name, given[0]!.place])),
  };
}

function maybe<Key extends string, Value>(
  key: Key,
  given: GivenOption | undefined,
  read: (given: GivenOption) => Value,
) {
  return (given ? { [key]: read(given) } : {}) as { readonly [K in Key]?: Value };
}

/** What `--zip`, `--random`, `--sweep-seed` and `--points` say. */
export function parseSpace(options: GivenOptions): SpaceOptions {
  const [n, seed] = ["random", "sweep-seed"].map((name) => options.get(name)?.at(-1));
  const [, second] = options.get("points") ?? [];
  if (second) {
    throw usage("Option --points is given twice", second.place, "Write all points into one file");
  }
  return {
    zip: (options.get("zip") ?? []).map(({ value, place }) => ({ keys: value.split(","), place })),
    random: n && { n: wholeNumber("random", n, 1), place: n.place },
    seed: seed && { value: wholeNumber("sweep-seed", seed, 0), place: seed.place },
    points: options.get("points")?.at(-1),
  };
}

/**
 * Reads the words after CONFIG: a key with the words up to the next key, or `--key=value`.
 *
 * @param from the index of the first word
 * @throws {ExpyrunError} `usage` or `override`
 */
export function parseSettings(
  words: readonly string[],
  from: number,
): { settings: Setting[]; debugPlace?: ArgumentPlace } {
  const settings: Setting[] = [];
  let debugPlace: ArgumentPlace | undefined;
  for (let index = from; index < words.length;) {
    const word = words[index]!;
    const keyPlace = at(words, index++);
    const equals = word.indexOf("=");
    if (!isKey(word)) {
      throw usage(
        `Unexpected word "${word}": a key that begins with "--" is expected`,
        keyPlace,
        "After CONFIG come axes: --KEY WORD [WORD...]",
      );
    }
    if (word === "--debug") debugPlace = keyPlace;
    else if (equals > 0) {
      const given = { text: word.slice(equals + 1), place: keyPlace };
      settings.push({ key: word.slice(2, equals), keyPlace, words: [given], fixed: true });
    } else {
      const values: Setting["words"][number][] = [];
      for (; index < words.length && !isKey(words[index]!); index++) {
        values.push({ text: words[index]!, place: at(words, index) });
      }
      if (values.length === 0) throw noWords(word, keyPlace);
      settings.push({ key: word.slice(2), keyPlace, words: values, fixed: false });
    }
  }
  return { settings, ...(debugPlace ? { debugPlace } : {}) };
}

function isKey(word: string): boolean {
  return word.startsWith("--") && word !== "--";
}

function at(words: readonly string[], index: number): ArgumentPlace {
  return { kind: "argument", words, index };
}

function noWords(word: string, place: ArgumentPlace): ExpyrunError {
  return new ExpyrunError({
    code: "override",
    message: `Key "${word}" has no value`,
    place,
    hint:
      `Write: ${word} WORD [WORD...]; a value that begins with "--": ${word}=VALUE; an option stands before CONFIG`,
  });
}

function parseLauncher({ value, place }: GivenOption): Launcher {
  if (value === "local" || value === "slurm") return value;
  throw usage(`Cannot run on "${value}"`, place, "Known: local, slurm");
}

function parseTimeout({ value, place }: GivenOption): number {
  const durationMs = parseDuration(value);
  if (durationMs === undefined) {
    throw usage(
      `Cannot read --timeout: "${value}" is no duration`,
      place,
      "Write: --timeout 90s, 5m or 1h30m",
    );
  }
  // What the timers of the runtime can count to.
  if (durationMs < 2 ** 31) return durationMs;
  throw usage(`Cannot wait for "${value}"`, place, "The longest --timeout is 24d");
}

function parseSlots(given: GivenOption | undefined): string[] {
  if (!given) return [];
  const slots = given.value.split(",");
  if (slots.every((slot) => slot !== "") && new Set(slots).size === slots.length) return slots;
  throw usage(
    `Cannot read --gpus: "${given.value}"`,
    given.place,
    "Name each slot once: --gpus 0,1,2",
  );
}

function wholeNumber(name: string, { value, place }: GivenOption, least: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw usage(`Cannot read --${name}: "${value}" is no whole number from ${least} up`, place);
}

const localOnly: Readonly<Record<string, string>> = {
  "output": "Each run's output is in its outputs.log",
  "fail-fast": "SLURM starts tasks by itself; end them with: expyrun cancel",
  "gpus": "Write: --sbatch=--gres=gpu:1",
  "timeout": "Write: --sbatch=--time=MINUTES",
  "retries": "Write: expyrun sweep --resume SWEEP --retry",
};

/** The options that a launcher has no use for, and what to do instead. */
export const refusedOn: Readonly<Record<Launcher, Readonly<Record<string, string>>>> = {
  slurm: localOnly,
  local: { sbatch: "Add --on slurm" },
};

/**
 * Refuses an option that would be without effect.
 *
 * @param on where the runs are to be executed
 * @throws {ExpyrunError} `usage`, at the option
 */
export function checkLauncher({ given }: ExecutionOptions, on: Launcher): void {
  for (const [name, hint] of Object.entries(refusedOn[on])) {
    if (!given.has(name)) continue;
    throw usage(`Option --${name} is not for runs on ${on}`, given.get(name), hint);
  }
}

/**
 * Refuses `--json` for what has no answer.
 *
 * @throws {ExpyrunError} `usage`, at the option
 */
export function refuseJson(options: GivenOptions, on: Launcher): void {
  const json = options.get("json")?.[0];
  if (json === undefined || on === "slurm") return;
  const message = "Cannot answer in JSON: a sweep that runs here answers nothing";
  throw usage(message, json.place, "Ask for it with: expyrun status --json SWEEP");
}

function usage(message: string, place?: ArgumentPlace, hint?: string): ExpyrunError {
  return new ExpyrunError({ code: "usage", message, place, hint });
}

/** What a sweep has of a single run. */
type Configured = Pick<ConfigCommand, "config" | "configPlace" | "debug" | "debugPlace">;

/** A sweep to be made. */
export interface SweepDefinition extends SpaceOptions, Configured {
  readonly settings: readonly Setting[];
  /** `--dry-run`: only tell which runs there are. */
  readonly dryRun: boolean;
  /** `--needed`: leave out what has succeeded before. */
  readonly needed: boolean;
}

/** A sweep to be gone on with. */
export interface SweepResumption {
  /** The sweep's folder, as written. */
  readonly resume: string;
  readonly resumePlace: ArgumentPlace;
  /** `--retry`: the failed runs too. */
  readonly retry: boolean;
}

/** `expyrun sweep`. */
export interface SweepCommand {
  readonly task:
    | { readonly kind: "define" } & SweepDefinition
    | { readonly kind: "resume" } & SweepResumption;
  readonly execution: ExecutionOptions;
  /** All options as they were given. */
  readonly options: GivenOptions;
  readonly json: boolean;
  readonly quiet: boolean;
}
