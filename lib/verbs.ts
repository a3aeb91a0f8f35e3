/**
 * The table of verbs: their operands, options, help and examples. The parser, the help and the
 * README's reference are all read off it.
 *
 * @module
 */

/** A word of the form `--name` that stands before the operand. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What its value is called, where it takes one: in the next word, or after `=`. */
  readonly value?: string;
  readonly help: string;
  /** Only where no verb is written, as in `expyrun --version`. */
  readonly alone?: true;
}

/** One verb. */
export interface VerbDefinition {
  readonly usage: string;
  readonly summary: string;
  /** What its operand is called in messages. */
  readonly operand: string;
  readonly options: readonly Option[];
  /** More paragraphs of its help. */
  readonly about: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** The verbs; `run` may be left out. */
export type Verb =
  | "run"
  | "resolve"
  | "prepare"
  | "execute"
  | "sweep"
  | "status"
  | "cancel"
  | "explain"
  | "verify"
  | "rerun"
  | "pack";

const common: readonly Option[] = [
  { name: "quiet", help: "Say nothing before and after the experiment" },
  { name: "strict", help: "Take every warning as an error" },
  { name: "help", short: "h", help: "Print this help" },
];

const debug: Option = {
  name: "debug",
  help: "Run the original code, uncopied, in a folder below DEBUG/",
};

const json = (help: string): Option => ({ name: "json", help });

const force: Option = {
  name: "force",
  help: "Go on though files of the folder have changed since its record",
};

const runtime: Option = {
  name: "runtime",
  value: "NAME",
  help: "Run it in deno (the one on PATH) or embedded (in this program)",
};

const launching: readonly Option[] = [
  { name: "on", value: "WHERE", help: "Run on local (this machine, default) or slurm" },
  {
    name: "sbatch",
    value: "OPTION",
    help: "Pass an option to sbatch (repeatable): --sbatch=-p=gpu",
  },
];

const overriding = `After CONFIG, each --KEY VALUE (or --KEY=VALUE) replaces a value of the
configuration. It is read as the kind of value that it replaces; a list takes
commas; dots reach into mappings and lists: --datasets.0.name x`;

/** The definitions, in the order of the help. */
export const verbs: Readonly<Record<Verb, VerbDefinition>> = {
  run: {
    usage: "expyrun [OPTIONS] CONFIG [--KEY VALUE]...",
    summary: "Run one experiment (long form: expyrun run)",
    operand: "CONFIG",
    options: [
      debug,
      force,
      runtime,
      ...launching,
      ...common,
      { name: "version", alone: true, help: "Print the version" },
    ],
    about: `${overriding}

The experiment gets a fresh folder OUTPUT_DIR/NAME/exp.N that holds the resolved
configuration, a copy of the code, the locked dependencies and all output.`,
    examples: [
      ["expyrun config.yml", "run it"],
      ["expyrun config.yml --training.lr 0.01 --model.layers 64,128", "change values"],
      ["expyrun --debug config.yml", "run the code where it stands"],
      ["expyrun out/my_experiment/exp.0/config.yml", "repeat a run exactly"],
      ["expyrun out/my_experiment/exp.0/raw_config.yml --seed 1", "repeat it with a change"],
    ],
  },
  resolve: {
    usage: "expyrun resolve [OPTIONS] CONFIG [--KEY VALUE]...",
    summary: "Print the resolved configuration; nothing is created",
    operand: "CONFIG",
    options: [json("Print it as JSON (1.0 becomes 1; .nan and .inf become null)"), ...common],
    about: overriding,
    examples: [
      ["expyrun resolve config.yml", "see what a run would get"],
      ["expyrun resolve config.yml --seed 1", "the same with a change"],
    ],
  },
  prepare: {
    usage: "expyrun prepare [OPTIONS] CONFIG [--KEY VALUE]...",
    summary: "Make the experiment folder, print its path, run nothing",
    operand: "CONFIG",
    options: [debug, force, runtime, json("Print the path as JSON"), ...common],
    about: `${overriding}

What is prepared no longer sees later edits of the code or the configuration.`,
    examples: [
      ["expyrun prepare config.yml", "make the folder"],
      ['expyrun execute "$(expyrun prepare config.yml)"', "make it, then run it"],
    ],
  },
  execute: {
    usage: "expyrun execute [OPTIONS] FOLDER",
    summary: "Run a prepared folder",
    operand: "FOLDER",
    options: [
      force,
      { name: "log-only", help: "Show nothing of the output: it is in outputs.log" },
      ...common,
    ],
    about: "A folder is executed once. To repeat it, use expyrun rerun.",
    examples: [["expyrun execute out/my_experiment/exp.0", "run what was prepared"]],
  },
  sweep: {
    usage: "expyrun sweep [OPTIONS] CONFIG [--KEY WORD...]... | --resume SWEEP",
    summary: "Run an experiment many times, here or on SLURM",
    operand: "CONFIG",
    options: [
      { name: "dry-run", help: "Print the table of runs; nothing is created" },
      { name: "zip", value: "A,B", help: "Let axes advance together (repeatable)" },
      { name: "random", value: "N", help: "Draw N runs instead of all combinations" },
      {
        name: "sweep-seed",
        value: "S",
        help: "What --random draws by (default: as configured, or 0)",
      },
      { name: "points", value: "FILE", help: "Add a run for each row of a .csv or .yml file" },
      { name: "needed", help: "Leave out what succeeded with the same configuration and code" },
      { name: "jobs", value: "N", help: "Run N at a time (default: one for each core or slot)" },
      { name: "output", help: "Show what the runs print, each line with its run in front" },
      { name: "fail-fast", help: "Start nothing more once a run has failed" },
      { name: "timeout", value: "TIME", help: "End a run that takes longer: 90s, 5m, 1h30m" },
      { name: "retries", value: "N", help: "Repeat a failed run, up to N times" },
      { name: "gpus", value: "A,B", help: "Give each run one of these graphics cards" },
      ...launching,
      { name: "resume", value: "SWEEP", help: "Go on with a sweep: run what is not finished" },
      { name: "retry", help: "With --resume: run what has failed, too" },
      debug,
      runtime,
      json("Print the runs of --dry-run, or the jobs of slurm, as JSON"),
      ...common,
    ],
    about: `A key with several words is an axis, a key with one (or --KEY=VALUE) is fixed;
all combinations of the axes are run. A word that begins with "--" ends an axis.
For numbers, A..B and A..B..STEP count (both ends included), lin:A..B..N and
log:A..B..N space N values evenly. The configuration may hold axes as well, in
__sweep__; an axis of the command line replaces the one there.

Every run is checked before the first folder is made, and has an experiment
folder of its own. OUTPUT_DIR/SWEEPS/CONFIG.N tells which runs there are. At the
end stands a table; the exit code is 0 only when all runs have succeeded.
Ctrl-C starts no more runs, a second one interrupts those that run.`,
    examples: [
      ["expyrun sweep config.yml --training.lr 0.1 0.01 --seed 0..4", "ten runs"],
      ["expyrun sweep --dry-run config.yml --seed 0..4", "see which runs there would be"],
      ["expyrun sweep --jobs 4 --timeout 1h config.yml --wd log:1e-6..1e-2..5", "four at a time"],
      ["expyrun sweep --zip lr,model config.yml --lr 0.1 0.01 --model small big", "two runs"],
      ["expyrun sweep --on slurm --sbatch=--partition=gpu config.yml --seed 0..99", "a job array"],
      ["expyrun sweep --resume out/SWEEPS/config.0", "go on after an interruption"],
    ],
  },
  status: {
    usage: "expyrun status [OPTIONS] SWEEP",
    summary: "Tell how the runs of a sweep are",
    operand: "SWEEP",
    options: [json("Print it as JSON"), ...common],
    about: `Statuses are those of the runs' own records: prepared, running, succeeded,
failed, interrupted. Of SLURM they may be queued, too; lost: the process is gone
and never wrote how it ended; unknown: that cannot be told from here. SWEEP may
also be the folder of a single run.`,
    examples: [["expyrun status out/SWEEPS/config.0", "a table of all runs"]],
  },
  cancel: {
    usage: "expyrun cancel [OPTIONS] SWEEP",
    summary: "End a sweep: interrupt what runs, take back what waits",
    operand: "SWEEP",
    options: common,
    about: `What has ended stays as it is; --resume goes on with the rest. What is told to end
and has not after 30 seconds is killed. SWEEP may also be the folder of a run that
stands alone.`,
    examples: [["expyrun cancel out/SWEEPS/config.0", "here or on SLURM"]],
  },
  explain: {
    usage: "expyrun explain [OPTIONS] CONFIG [KEY] [--KEY VALUE]...",
    summary: "Tell where a value came from; without KEY, every value",
    operand: "CONFIG",
    options: [json("Print it as JSON"), ...common],
    about: `The chain of a value begins with the winner: the argument or the file, line and
column that set it. Below stand the references and environment variables that it
was made from, then the places that it replaced. CONFIG may be an experiment
folder: then the answer is what the run recorded, though the files may be gone.`,
    examples: [
      ["expyrun explain config.yml training.lr", "where training.lr comes from"],
      ["expyrun explain config.yml --seed 1", "every value with its place"],
      ["expyrun explain out/my_experiment/exp.0 training.lr", "what the run got it from"],
    ],
  },
  verify: {
    usage: "expyrun verify [OPTIONS] FOLDER...",
    summary: "Tell whether folders still hold what was recorded",
    operand: "FOLDER",
    options: [json("Print it as JSON"), ...common],
    about: `The copied code, the configurations and the lock are hashed again. Prints what
changed, is missing or was added; exit code 1 when anything did.`,
    examples: [["expyrun verify out/my_experiment/exp.*", "check every run"]],
  },
  rerun: {
    usage: "expyrun rerun [OPTIONS] FOLDER [--KEY VALUE]...",
    summary: "Repeat a run from its own folder, and say what differs",
    operand: "FOLDER",
    options: [
      { name: "report", help: "Only list what differs from the recorded run" },
      json("Print the report as JSON; only with --report"),
      { name: "check", value: "GLOB", help: "Compare these output files afterwards (repeatable)" },
      {
        name: "tolerance",
        value: "R",
        help: "Let numbers in compared files differ by this much, relatively",
      },
      force,
      runtime,
      ...common,
    ],
    about: `Before the start it lists what differs: versions, operating system, locked
dependencies, environment variables that the configuration used, declared
inputs. With --check the exit code is 1 when a file differs.

After FOLDER, --KEY VALUE replaces a value of its raw_config.yml.`,
    examples: [
      ["expyrun rerun out/my_experiment/exp.0", "repeat it in the next free folder"],
      ["expyrun rerun --report out/my_experiment/exp.0", "what would differ"],
      [
        "expyrun rerun --check '*.json' --tolerance 1e-6 out/my_experiment/exp.0",
        "repeat it and compare its results",
      ],
      ["expyrun rerun out/my_experiment/exp.0 --seed 1", "repeat it with a change"],
    ],
  },
  pack: {
    usage: "expyrun pack [OPTIONS] FOLDER",
    summary: "Write a run into one .tar.gz file that runs anywhere",
    operand: "FOLDER",
    options: [
      { name: "outputs", help: "Pack what the run wrote, too" },
      {
        name: "output",
        short: "o",
        value: "FILE",
        help: "The archive's path (default: FOLDER's name in the working directory)",
      },
      force,
      ...common,
    ],
    about: `The archive holds the code, the configurations, the record and the locked
dependencies; the same run gives the same bytes. Without -o an archive of another
run is never written over. \`expyrun run FILE.tar.gz\`
unpacks, verifies and repeats it.`,
    examples: [
      ["expyrun pack out/my_experiment/exp.0", "write exp.0.tar.gz"],
      ["expyrun run exp.0.tar.gz", "repeat it, on this machine or another"],
    ],
  },
};

/** The help of one verb, or of the whole program. Ends in a line feed. */
export function helpText(verb?: Verb): string {
  return verb === undefined ? programHelp() : verbHelp(verb);
}

function programHelp(): string {
  const rows = Object.values(verbs).map(({ usage, summary }) => [usage, summary] as const);
  return [
    "Run experiments from YAML files so that they can be repeated exactly.",
    "",
    "Usage:",
    ...rows.flatMap(([usage, summary]) => [`  ${usage}`, `      ${summary}`]),
    "  expyrun --help | --version | VERB --help",
    "",
    ...verbHelp("run").split("\n").slice(4),
  ].join("\n");
}

function verbHelp(verb: Verb): string {
  const { usage, summary, options, about, examples } = verbs[verb];
  const flags = options.map(({ name, short, value, help }) =>
    [`${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`, help] as const
  );
  return [
    `${summary}.`,
    "",
    `Usage: ${usage}`,
    "",
    about,
    "",
    "Options:",
    ...columns(flags),
    "",
    "Examples:",
    ...examples.flatMap(([command, what]) => [`  # ${what}`, `  ${command}`]),
    "",
  ].join("\n");
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
