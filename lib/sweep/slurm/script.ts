/**
 * The script that sbatch gets, as a plain text made by a pure function.
 *
 * @module
 */
import { longName, type SlurmOption } from "./options.ts";

/** What one submission is. Paths are absolute. */
export interface Submission {
  /** The job's name in the queue, unless the user's options name it. */
  readonly name: string;
  /** The words that start `expyrun`: a program and what stands before the verb. */
  readonly program: readonly string[];
  /** What the tasks run. */
  readonly tasks: Tasks;
  /** Where expyrun's own words in a task go; the experiment's output goes to its own log. */
  readonly output: string;
  readonly options: readonly SlurmOption[];
}

/** Either the lines of a file, one task each, or a single folder. */
export type Tasks =
  | {
    readonly kind: "array";
    /** A file with one experiment folder a line. */
    readonly list: string;
    readonly count: number;
    /** At most that many tasks at a time. */
    readonly throttle?: number | undefined;
  }
  | { readonly kind: "single"; readonly folder: string };

/**
 * The text of the batch script.
 *
 * `exec` makes expyrun the process that SLURM knows, so that signals meant for the batch script
 * reach it, and through it the experiment.
 */
export function sbatchScript({ name, program, tasks, output, options }: Submission): string {
  const own: SlurmLine[] = [
    ["--job-name", name],
    ...(tasks.kind === "array"
      ? [["--array", arraySpec(tasks.count, tasks.throttle)] as const]
      : []),
    ["--output", output.replaceAll("%", "%%") + (tasks.kind === "array" ? "/%A_%a.log" : "")],
    ["--open-mode", "append"],
  ];
  const given = new Set(options.map(longName));
  const lines = [
    ...own.filter(([option]) => !given.has(option)),
    ...options.map(({ name, value }) => [name, forBatch(name, value)] as const),
  ];
  return [
    "#!/bin/sh",
    ...lines.map(directive),
    ...(tasks.kind === "array" ? arrayBody(tasks.list, program) : [
      `exec ${shell([...program, ...taskWords, tasks.folder])}`,
    ]),
    "",
  ].join("\n");
}

/**
 * Of a job that submits: sbatch hands them on, and what the new job has no value of its own for, such
 * as a count of restarts, would be that of another one.
 */
const outerJob = /^SLURM_(?:ARRAY_|JOB|RESTART_COUNT$)/;

/** Of no script: they would have sbatch wait for the end, or make many tasks of one. */
const never: readonly string[] = ["SBATCH_ARRAY_INX", "SBATCH_WAIT"];

/**
 * The environment that sbatch gets: to it the user's variables (`SBATCH_TIMELIMIT`) count for more than
 * the lines of a script, which are what was asked for now.
 *
 * @param script as {@linkcode sbatchScript} makes it
 */
export function sbatchEnvironment(
  script: string,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const said = [...script.matchAll(/^#SBATCH (--?[\w-]+)/gm)].flatMap(([, name]) =>
    variablesOf(longName({ name: name! }))
  );
  const left = new Set([...never, ...said]);
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !left.has(name) && !outerJob.test(name)),
  );
}

/** Those whose variable has another name, or more than one. */
const variables: Readonly<Record<string, readonly string[]>> = {
  "--cpu-freq": ["SBATCH_CPU_FREQ_REQ"],
  "--mem": ["SBATCH_MEM_PER_NODE"],
  "--no-requeue": ["SBATCH_NO_REQUEUE", "SBATCH_REQUEUE"],
  // Their output is in one file.
  "--output": ["SBATCH_OUTPUT", "SBATCH_ERROR"],
  "--requeue": ["SBATCH_NO_REQUEUE", "SBATCH_REQUEUE"],
  "--switches": ["SBATCH_REQ_SWITCH", "SBATCH_WAIT4SWITCH"],
  "--time": ["SBATCH_TIMELIMIT"],
};

function variablesOf(option: string): readonly string[] {
  return variables[option] ?? [`SBATCH_${option.slice(2).toUpperCase().replaceAll("-", "_")}`];
}

type SlurmLine = readonly [name: string, value: string | undefined];

const taskWords = ["execute", "--log-only"];

function arrayBody(list: string, program: readonly string[]): string[] {
  return [
    "# Task N runs the prepared folder on line N + 1.",
    `folder=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${shell([list])})`,
    `exec ${shell([...program, ...taskWords])} "$folder"`,
  ];
}

function arraySpec(count: number, throttle: number | undefined): string {
  return `0-${count - 1}${throttle === undefined ? "" : `%${throttle}`}`;
}

/**
 * Without "B:" sbatch sends the signal to the job's steps only. There are none here: it would reach
 * nobody.
 */
function forBatch(name: string, value: string | undefined): string | undefined {
  if (name !== "--signal" || value === undefined || /^R?B/i.test(value)) return value;
  return /^R:/i.test(value) ? `RB:${value.slice(2)}` : `B:${value}`;
}

function directive([name, value]: SlurmLine): string {
  if (value === undefined) return `#SBATCH ${name}`;
  return `#SBATCH ${name}${name.startsWith("--") ? "=" : " "}${quoted(value)}`;
}

/** As sbatch's own reader of directives unquotes. */
function quoted(value: string): string {
  if (/^[\w@%+=:,./\[\]{}~*&|()-]+$/.test(value)) return value;
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function shell(words: readonly string[]): string {
  return words.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  ).join(" ");
}

/**
 * Splits a number of tasks over arrays that SLURM takes.
 *
 * @param maxArraySize SLURM's MaxArraySize: one more than the highest index of a task
 * @returns the first run (0-based) and the number of runs of each array
 */
export function splitArray(
  count: number,
  maxArraySize: number,
): readonly { readonly first: number; readonly count: number }[] {
  const parts = Math.ceil(count / maxArraySize);
  return Array.from({ length: parts }, (_, part) => {
    const first = part * maxArraySize;
    return { first, count: Math.min(maxArraySize, count - first) };
  });
}

/**
 * The script's line that an error of sbatch is about: the option that it names, or whose value it
 * quotes; nothing where none is.
 *
 * @returns offsets into the script
 */
export function blamedLine(
  script: string,
  message: string,
): { start: number; end: number; option: string } | undefined {
  const words = message.toLowerCase();
  const lines = [...script.matchAll(/^#SBATCH (--?[\w-]+)[ =]?(.*)$/gm)];
  const blamed = lines.find(([, name]) => words.includes(name!.toLowerCase())) ??
    lines.find(([, name, value]) =>
      topics.some(([option, topic]) => option === name && topic.test(words) && value !== "")
    ) ??
    lines.find(([, , value]) => value !== "" && words.includes(value!.toLowerCase()));
  return blamed &&
    { start: blamed.index, end: blamed.index + blamed[0].length, option: blamed[1]! };
}

/** What SLURM's messages call the things that its options set. */
const topics: readonly (readonly [option: string, topic: RegExp])[] = [
  ["--partition", /partition/],
  ["-p", /partition/],
  ["--gres", /generic resource|gres/],
  ["--gpus", /generic resource|gres|tres/],
  ["--account", /account/],
  ["-A", /account/],
  ["--qos", /qos/],
  ["-q", /qos/],
  ["--time", /time limit|timelimit/],
  ["-t", /time limit|timelimit/],
  ["--mem", /memory/],
  ["--constraint", /feature/],
  ["-C", /feature/],
  ["--dependency", /dependency/],
  ["-d", /dependency/],
  ["--reservation", /reservation/],
  ["--signal", /signal/],
  ["--array", /array/],
  ["--nodes", /node count|node configuration/],
  ["--nodelist", /node name|node list/],
];
