/**
 * The options of a sweep that hold for it when it is gone on with, too.
 *
 * @module
 */
import type { GivenOptions } from "../command.ts";
import type { ArgumentPlace } from "../errors.ts";
import { type ExecutionOptions, type Launcher, parseExecution, refusedOn } from "./command.ts";
import { mergeOptions } from "./slurm/options.ts";

/** The options with a value that say how runs are executed. */
const executionOptions = ["jobs", "gpus", "timeout", "retries", "sbatch"];

/**
 * Those of the options that are kept with a sweep: by name, as given.
 *
 * @param holdsSecret whether a value must not stand in a file: that one is to be given anew
 */
export function rememberedOptions(
  options: GivenOptions,
  holdsSecret: (text: string) => boolean,
): Record<string, string[]> {
  const given = executionOptions.map((name): [string, string[]] => [
    name,
    (options.get(name) ?? []).map(({ value }) => value).filter((value) => !holdsSecret(value)),
  ]);
  return Object.fromEntries(given.filter(([, values]) => values.length > 0));
}

/**
 * How a sweep is gone on with: by the options that it was made with, as far as they are for where
 * it runs now, and by those that are given anew.
 *
 * @param on where its runs are to be executed
 * @param place where the sweep was named
 * @returns also the words of the old options that hold
 */
export function resumedExecution(
  given: GivenOptions,
  remembered: Readonly<Record<string, readonly string[]>>,
  on: Launcher,
  place: ArgumentPlace,
): { execution: ExecutionOptions; kept: string[] } {
  const isKept = (name: string) =>
    !Object.hasOwn(refusedOn[on], name) && (name === "sbatch" || !given.has(name));
  const before: GivenOptions = new Map(
    Object.entries(remembered).filter(([name]) => isKept(name))
      .map(([name, values]) => [name, values.map((value) => ({ value, place }))]),
  );
  const sbatch = mergeOptions(parseExecution(before).sbatch, parseExecution(given).sbatch);
  const kept = [...before].filter(([name]) => name !== "sbatch")
    .flatMap(([name, values]) => values.map(({ value }) => `--${name}=${value}`));
  const keptOfSbatch = sbatch.filter((option) => option.place === place)
    .map(({ name, value }) => `--sbatch=${name}${value === undefined ? "" : `=${value}`}`);
  return {
    execution: { ...parseExecution(new Map([...before, ...given])), sbatch },
    kept: [...kept, ...keptOfSbatch],
  };
}
