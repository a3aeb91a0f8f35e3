import { assertEquals } from "@std/assert";
import type { GivenOptions } from "../../lib/command.ts";
import type { Launcher } from "../../lib/sweep/command.ts";
import { rememberedOptions, resumedExecution } from "../../lib/sweep/remembered.ts";

const place = (index: number) => ({ kind: "argument", words: ["sweep"], index }) as const;

const given = (options: Record<string, string[]>): GivenOptions =>
  new Map(
    Object.entries(options).map(([name, values]) => [
      name,
      values.map((value) => ({ value, place: place(1) })),
    ]),
  );

Deno.test("a sweep keeps how its runs are executed, and no secret", () => {
  const options = given({
    jobs: ["1", "2"],
    output: [""],
    zip: ["a,b"],
    sbatch: ["--time=7", "--export=TOKEN=hidden"],
  });
  assertEquals(rememberedOptions(options, (text) => text.includes("hidden")), {
    jobs: ["1", "2"],
    sbatch: ["--time=7"],
  });
  assertEquals(rememberedOptions(options, (text) => text.includes("-")), { jobs: ["1", "2"] });
});

type Case = [
  on: Launcher,
  remembered: Record<string, string[]>,
  given: Record<string, string[]>,
  kept: string[],
];

const cases: readonly Case[] = [
  ["local", {}, {}, []],
  ["local", { jobs: ["3"], gpus: ["0,1"] }, {}, ["--jobs=3", "--gpus=0,1"]],
  ["local", { jobs: ["3"], retries: ["1"] }, { jobs: ["4"] }, ["--retries=1"]],
  ["local", { jobs: ["3"], sbatch: ["--time=7"] }, {}, ["--jobs=3"]],
  ["slurm", { jobs: ["3"], gpus: ["0,1"], timeout: ["1m"] }, {}, ["--jobs=3"]],
  ["slurm", { sbatch: ["--time=7", "--requeue"] }, { sbatch: ["-t=8"] }, ["--sbatch=--requeue"]],
];

for (const [on, remembered, options, kept] of cases) {
  Deno.test(`gone on with: ${on}, ${JSON.stringify([remembered, options])}`, () => {
    assertEquals(resumedExecution(given(options), remembered, on, place(3)).kept, kept);
  });
}

Deno.test("what is given anew holds, and the rest as it was", () => {
  const remembered = { jobs: ["3"], timeout: ["1m"], sbatch: ["--time=7", "--comment=a"] };
  const { execution } = resumedExecution(given({ jobs: ["4"] }), remembered, "local", place(3));
  assertEquals([execution.jobs, execution.timeoutMs, execution.sbatch], [4, 60_000, []]);
  const words = given({ sbatch: ["--time=8"] });
  const { sbatch } = resumedExecution(words, remembered, "slurm", place(3)).execution;
  assertEquals(sbatch.map(({ name, value }) => [name, value]), [["--comment", "a"], [
    "--time",
    "8",
  ]]);
});
