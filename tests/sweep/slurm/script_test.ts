import { assertEquals } from "@std/assert";
import { readSbatchWord } from "../../../lib/sweep/slurm/options.ts";
import {
  blamedLine,
  sbatchEnvironment,
  sbatchScript,
  splitArray,
  type Submission,
} from "../../../lib/sweep/slurm/script.ts";
import { word } from "../config.ts";

const options = (...words: string[]) => words.map((text) => readSbatchWord(text, word(text)));
const base: Submission = {
  name: "grid.0",
  program: ["/usr/bin/deno", "run", "-A", "/opt/expyrun/main.ts"],
  tasks: { kind: "array", list: "/out/SWEEPS/grid.0/job.0.folders", count: 20, throttle: 2 },
  output: "/out/SWEEPS/grid.0/slurm",
  options: [],
};

const scripts: readonly [name: string, change: Partial<Submission>, text: string][] = [
  [
    "an array",
    {},
    `#!/bin/sh
#SBATCH --job-name=grid.0
#SBATCH --array=0-19%2
#SBATCH --output=/out/SWEEPS/grid.0/slurm/%A_%a.log
#SBATCH --open-mode=append
# Task N runs the prepared folder on line N + 1.
folder=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" /out/SWEEPS/grid.0/job.0.folders)
exec /usr/bin/deno run -A /opt/expyrun/main.ts execute --log-only "$folder"
`,
  ],
  [
    "a single folder",
    {
      program: ["/bin/expyrun"],
      tasks: { kind: "single", folder: "/out/a b/exp.0" },
      output: "/out/a b/exp.0/.expyrun/slurm.log",
    },
    `#!/bin/sh
#SBATCH --job-name=grid.0
#SBATCH --output="/out/a b/exp.0/.expyrun/slurm.log"
#SBATCH --open-mode=append
exec /bin/expyrun execute --log-only '/out/a b/exp.0'
`,
  ],
  [
    "options",
    {
      tasks: { ...base.tasks, throttle: undefined } as Submission["tasks"],
      options: options(
        "--partition=gpu",
        "--requeue",
        "-t 60",
        "--gres=gpu:1",
        '--comment=a "b" \\c',
        "--job-name=mine",
      ),
    },
    `#!/bin/sh
#SBATCH --array=0-19
#SBATCH --output=/out/SWEEPS/grid.0/slurm/%A_%a.log
#SBATCH --open-mode=append
#SBATCH --partition=gpu
#SBATCH --requeue
#SBATCH -t 60
#SBATCH --gres=gpu:1
#SBATCH --comment="a \\"b\\" \\\\c"
#SBATCH --job-name=mine
# Task N runs the prepared folder on line N + 1.
folder=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" /out/SWEEPS/grid.0/job.0.folders)
exec /usr/bin/deno run -A /opt/expyrun/main.ts execute --log-only "$folder"
`,
  ],
];
for (const [name, change, text] of scripts) {
  Deno.test(`sbatchScript: ${name}`, () =>
    assertEquals(sbatchScript({ ...base, ...change }), text));
}

const signals: readonly [given: string, written: string][] = [
  ["USR1@60", "B:USR1@60"],
  ["B:USR1@60", "B:USR1@60"],
  ["R:USR1@60", "RB:USR1@60"],
  ["RB:USR1", "RB:USR1"],
  ["b:USR1@60", "b:USR1@60"],
  ["r:USR1@60", "RB:USR1@60"],
];
for (const [given, written] of signals) {
  Deno.test(`sbatchScript: --signal=${given} reaches the batch script`, () => {
    const script = sbatchScript({ ...base, options: options(`--signal=${given}`) });
    assertEquals(/^#SBATCH --signal=(.*)$/m.exec(script)?.[1], written);
  });
}

Deno.test("sbatchScript: a percent sign in a path is no pattern", () => {
  const script = sbatchScript({ ...base, output: "/out/100%a" });
  assertEquals(/^#SBATCH --output=(.*)$/m.exec(script)?.[1], "/out/100%%a/%A_%a.log");
});

Deno.test("splitArray", () => {
  assertEquals(splitArray(5, 10), [{ first: 0, count: 5 }]);
  assertEquals(splitArray(10, 10), [{ first: 0, count: 10 }]);
  assertEquals(splitArray(25, 10), [{ first: 0, count: 10 }, { first: 10, count: 10 }, {
    first: 20,
    count: 5,
  }]);
});

// What sbatch 22.05 says.
const blamed: readonly [message: string, line: string | undefined][] = [
  ["sbatch: error: invalid partition specified: gpu", "#SBATCH --partition=gpu"],
  [
    "sbatch: error: Batch job submission failed: Invalid generic resource (gres) specification",
    "#SBATCH --gres=gpu:1",
  ],
  ["sbatch: unrecognized option '--qoos=high'", "#SBATCH --qoos=high"],
  ["sbatch: error: Invalid --time specification", "#SBATCH --time=soon"],
  [
    "sbatch: error: Batch job submission failed: Invalid job array specification",
    "#SBATCH --array=0-19%2",
  ],
  ["sbatch: error: something else", undefined],
];
for (const [message, line] of blamed) {
  Deno.test(`blamedLine: ${message}`, () => {
    const script = sbatchScript({
      ...base,
      options: options("--partition=gpu", "--gres=gpu:1", "--qoos=high", "--time=soon"),
    });
    const found = blamedLine(script, message);
    assertEquals(found && script.slice(found.start, found.end), line);
  });
}

Deno.test("sbatchEnvironment: what the script says counts for more than the user's variables", () => {
  const script = sbatchScript({
    ...base,
    options: options("-t 60", "--requeue", "--mem=1"),
  });
  const [kept, left] = [["PATH", "SBATCH_ACCOUNT", "SBATCH_PARTITION", "SLURM_CONF"], [
    "SBATCH_ARRAY_INX",
    "SBATCH_ERROR",
    "SBATCH_JOB_NAME",
    "SBATCH_MEM_PER_NODE",
    "SBATCH_NO_REQUEUE",
    "SBATCH_OPEN_MODE",
    "SBATCH_OUTPUT",
    "SBATCH_TIMELIMIT",
    "SBATCH_WAIT",
    "SLURM_ARRAY_JOB_ID",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_JOB_ID",
    "SLURM_RESTART_COUNT",
  ]];
  const env = Object.fromEntries([...kept, ...left].map((name) => [name, "x"]));
  assertEquals(Object.keys(sbatchEnvironment(script, env)), kept);
});
