import { assertEquals, assertThrows } from "@std/assert";
import { parseCommand } from "../../lib/cli.ts";
import { ExpyrunError } from "../../lib/errors.ts";
import type { SweepCommand } from "../../lib/sweep/command.ts";
import { checkLauncher } from "../../lib/sweep/command.ts";
import { readSweepCommand } from "../../lib/sweep/words.ts";

function parse(text: string): SweepCommand {
  const command = parseCommand(["sweep", ...text.split(" ")]);
  if (command.kind !== "sweep") throw new Error(`"${text}" is no sweep`);
  return readSweepCommand(command);
}

const settings: readonly [words: string, settings: string][] = [
  ["c.yml --lr 1 2 --seed 3", "lr: 1 2|seed: 3"],
  ["c.yml --lr=1 --seed 3 -4 5", "lr= 1|seed: 3 -4 5"],
  ["c.yml --size 15,15 20,20", "size: 15,15 20,20"],
  ["c.yml --name=--x --a b=c d", "name= --x|a: b=c d"],
  ["c.yml --a.b.0 x y", "a.b.0: x y"],
];
for (const [words, expected] of settings) {
  Deno.test(`sweep ${words}`, () => {
    const { task } = parse(words);
    if (task.kind !== "define") throw new Error("not defined");
    const shown = task.settings.map(({ key, fixed, words }) =>
      `${key}${fixed ? "=" : ":"} ${words.map(({ text }) => text).join(" ")}`
    );
    assertEquals(shown.join("|"), expected);
  });
}

Deno.test("sweep: every option", () => {
  const { task, execution } = parse(
    "--jobs 3 --output --fail-fast --gpus 0,GPU-a --timeout 1h30m --retries 2 --zip a,b --zip=c,d " +
      "--random 5 --sweep-seed 7 --points p.csv --needed --dry-run --debug c.yml --a 1 2",
  );
  const { jobs, output, failFast, gpus, timeoutMs, retries, on } = execution;
  assertEquals({ jobs, output, failFast, gpus, timeoutMs, retries, on }, {
    jobs: 3,
    output: true,
    failFast: true,
    gpus: ["0", "GPU-a"],
    timeoutMs: 5_400_000,
    retries: 2,
    on: undefined,
  });
  if (task.kind !== "define") throw new Error("not defined");
  assertEquals(task.zip.map(({ keys }) => keys), [["a", "b"], ["c", "d"]]);
  assertEquals([task.random?.n, task.seed?.value], [5, 7]);
  assertEquals(task.points?.value, "p.csv");
  assertEquals([task.needed, task.dryRun, task.debug], [true, true, true]);
});

Deno.test("sweep --debug after CONFIG is the option, as for a run", () => {
  const { task } = parse("c.yml --a 1 2 --debug");
  if (task.kind !== "define") throw new Error("not defined");
  assertEquals([task.debug, task.settings.length], [true, 1]);
});

Deno.test("sweep --on slurm passes options of sbatch on", () => {
  const { execution } = parse(
    "--on slurm --sbatch=--partition=gpu --sbatch -t=5 --jobs 4 c.yml --a 1 2",
  );
  assertEquals(execution.on, "slurm");
  assertEquals(execution.sbatch.map(({ name, value }) => [name, value]), [
    ["--partition", "gpu"],
    ["-t", "5"],
  ]);
  checkLauncher(execution, "slurm");
});

Deno.test("sweep --resume", () => {
  const { task } = parse("--resume out/SWEEPS/c.0 --retry --jobs 2");
  if (task.kind !== "resume") throw new Error("not resumed");
  assertEquals([task.resume, task.retry], ["out/SWEEPS/c.0", true]);
});

const refused: readonly [words: string, message: string][] = [
  ["c.yml --a", "has no value"],
  ["c.yml --a 1 -- 2 --b", "has no value"],
  ["c.yml x", "Unexpected word"],
  ["--resume s c.yml", 'Unexpected word "c.yml"'],
  ["--resume s --points p.csv", "Cannot use --points"],
  ["--resume --retry s", '"--resume" has no value: "--retry" is an option'],
  ["--json c.yml --a 1 2", "Cannot answer in JSON"],
  ["--random 0 c.yml --a 1 2", "whole number from 1"],
  ["--retries -1 c.yml --a 1 2", "whole number from 0"],
  ["--jobs 1.5 c.yml --a 1 2", "whole number from 1"],
  ["--timeout 25d c.yml --a 1 2", "Cannot wait"],
  ["--gpus , c.yml --a 1 2", "Cannot read --gpus"],
];
for (const [words, message] of refused) {
  Deno.test(`sweep ${words}: refused`, () => {
    assertThrows(() => parse(words), ExpyrunError, message);
  });
}

const misplaced: readonly [words: string, on: "local" | "slurm"][] = [
  ["--sbatch=--requeue c.yml --a 1 2", "local"],
  ["--output c.yml --a 1 2", "slurm"],
  ["--fail-fast c.yml --a 1 2", "slurm"],
  ["--timeout 5m c.yml --a 1 2", "slurm"],
  ["--gpus 0 c.yml --a 1 2", "slurm"],
  ["--retries 1 c.yml --a 1 2", "slurm"],
];
for (const [words, on] of misplaced) {
  Deno.test(`sweep ${words}: not on ${on}`, () => {
    const { execution } = parse(words);
    const error = assertThrows(() => checkLauncher(execution, on), ExpyrunError, "is not for runs");
    assertEquals(error.problem.code, "usage");
  });
}
