/**
 * Which runs a sweep has: the configuration, `__sweep__` and the command line become a list of runs,
 * each of them resolved and checked before anything is made.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { type CheckedRun, checkRun, refuseUnready } from "../check.ts";
import { type Configuration, refuseDebugKey } from "../configuration.ts";
import { deliverable, jsonOf } from "../resolver/deliver.ts";
import { parseValues } from "../resolver/document.ts";
import { loadConfig } from "../resolver/inherit.ts";
import type { Mapping } from "../resolver/node.ts";
import { namingSecrets } from "../resolver/given_secrets.ts";
import { applyOverrides, type Override } from "../resolver/override.ts";
import { warnOfResolved } from "../resolver/resolved_copy.ts";
import { resolveConfig } from "../resolver/resolve.ts";
import { checkReservedKeys, readRunSection, type RunSpec } from "../resolver/run_section.ts";
import type { EntryPoint } from "../snapshotter/entry_point.ts";
import type { World } from "../world.ts";
import { assign } from "./assign.ts";
import { type Axis, isAxis, type Setting, sweepError, typeSetting } from "./axis.ts";
import type { SweepDefinition } from "./command.ts";
import { planRuns, type Runs, type RunValues } from "./plan.ts";
import { entriesOf, kept } from "./sequence.ts";
import { readPointsFile } from "./points.ts";
import { readSweepSection } from "./section.ts";
import { readSlurmSection, type SlurmOption } from "./slurm/options.ts";
import { type CommandSpace, joinSpace } from "./space.ts";
import { valuesText } from "./table.ts";

/** The runs of a sweep, checked. */
export interface DefinedSweep {
  /** The configuration of all runs, merged and with the fixed overrides. */
  readonly base: Mapping;
  readonly runs: Runs;
  /** What the first run says of where it belongs. */
  readonly spec: RunSpec;
  /** What `__slurm__` says, the same for all runs. */
  readonly slurm: readonly SlurmOption[];
}

/**
 * Lists and checks the runs.
 *
 * @throws {ExpyrunError} at whatever would stop one of the runs from being prepared
 */
export async function defineSweep(
  definition: SweepDefinition,
  world: World,
): Promise<DefinedSweep> {
  const merged = await loadConfig(definition.config, world, definition.configPlace);
  refuseDebugKey(definition, merged);
  warnOfResolved(definition.config, definition.settings, world);
  const { fixed, axes } = sortSettings(named(definition.settings, merged, world), merged, world);
  const base = applyOverrides(merged, fixed.flatMap(overrideOf));
  checkReservedKeys(base, world);
  const space = joinSpace(readSweepSection(base, world), {
    axes,
    fixed: fixed.map(({ key, keyPlace }) => ({ key, place: keyPlace })),
    zip: definition.zip,
    random: definition.random,
    seed: definition.seed,
    points: await pointsOf(definition, base, world),
  });
  const { runs, idle } = planRuns(space, base);
  // What the command line sets, the rules of the configuration need not meet.
  const given = new Set(definition.settings.map(({ key }) => key));
  const misspelt = idle.filter((rule) => !rule.some(({ key }) => given.has(key)));
  for (const rule of misspelt) warnOfIdle(rule, world);
  return { base, ...await checkRuns(runs, base, definition, world) };
}

/** The settings with secrets by their names, also where messages show their places. */
function named(settings: readonly Setting[], config: Mapping, world: World): Setting[] {
  return settings.map((setting) => {
    const overrides = namingSecrets(overrideOf(setting), config, world);
    const words = overrides.map(({ value, valuePlace }) => ({
      text: value,
      place: valuePlace as Setting["keyPlace"],
    }));
    return { ...setting, words };
  });
}

/** Of a key given twice the last counts, as for overrides. */
function sortSettings(settings: readonly Setting[], config: Mapping, world: World) {
  const last = new Map(settings.map((setting) => [setting.key, setting]));
  const fixed: Setting[] = [];
  const axes: Axis[] = [];
  for (const setting of last.values()) {
    const axis = typeSetting(setting, config, world);
    if (isAxis(setting, axis)) axes.push(axis);
    else fixed.push(setting);
  }
  return { fixed, axes };
}

function overrideOf({ key, keyPlace, words }: Setting): Override[] {
  return words.map(({ text, place }) => ({ key, value: text, keyPlace, valuePlace: place }));
}

async function pointsOf(
  { points }: SweepDefinition,
  base: Mapping,
  world: World,
): Promise<CommandSpace["points"]> {
  if (!points) return undefined;
  const yaml = (source: Parameters<typeof parseValues>[0]) => parseValues(source, world.warn);
  return await readPointsFile(points.value, points.place, base, world, yaml);
}

/** Makes the configurations of single runs. */
export function configurationOf(base: Mapping, run: RunValues, world: World): Configuration {
  const raw = assign(base, run);
  const entries = new Map(raw.entries);
  // Axes are not for resolving: each run has its values by now.
  entries.delete("__sweep__");
  return { raw, resolved: resolveConfig({ ...raw, entries }, world) };
}

/**
 * Checks single runs one after the other, looking at the disk once for each entry point.
 *
 * @param config the configuration's path
 */
export function runChecker(config: string, world: World) {
  const known = new Map<string, { code: string; entry: EntryPoint }>();
  return async (configuration: Configuration): Promise<CheckedRun> => {
    const spec = readRunSection(configuration.resolved, world);
    const key = JSON.stringify([spec.code, spec.main.module]);
    const found = known.get(key);
    if (!found) {
      const checked = await checkRun(configuration, config, world);
      known.set(key, { code: checked.spec.code, entry: checked.entry });
      return checked;
    }
    const entry = { ...found.entry, function: spec.main.function };
    return { ...configuration, spec: { ...spec, code: found.code }, entry };
  };
}

/** Each run is resolved and dropped again: a sweep of many runs holds their values only. */
async function checkRuns(
  runs: Runs,
  base: Mapping,
  { config }: SweepDefinition,
  world: World,
): Promise<Omit<DefinedSweep, "base">> {
  const check = runChecker(config, world);
  const checkOf = (run: RunValues) => check(configurationOf(base, run, world));
  const twinOf = twinFinder(async (index) => identityText(await checkOf(runs.at(index)!)));
  const twins = new Map<number, number>();
  let first: { spec: RunSpec; slurm: SlurmOption[] } | undefined;
  for (const [index, run] of entriesOf(runs)) {
    const checked = await ofRun(run, async () => {
      const checked = await checkOf(run);
      refuseUnready(checked, world);
      return checked;
    });
    const slurm = readSlurmSection(checked.resolved);
    first ??= { spec: checked.spec, slurm };
    refuseOtherOptions(first.slurm, slurm);
    const twin = await twinOf(index, identityText(checked));
    if (twin !== undefined) twins.set(index, twin);
  }
  if (twins.size === 0) return { runs, ...first! };
  warnOfTwins(twins, runs, world);
  return { runs: kept(runs, (_, index) => !twins.has(index)), ...first! };
}

/**
 * Finds runs that repeat an earlier one. Only a number is kept of each, and where two agree their
 * texts are made once more and compared: a hundred thousand texts would fill the memory, and a
 * digest that needs no comparing takes as long as the rest of the check.
 */
function twinFinder(textOf: (index: number) => Promise<string>) {
  const seen = new Map<number, number>();
  return async (index: number, text: string): Promise<number | undefined> => {
    for (let hash = hashOf(text);; hash++) {
      const other = seen.get(hash);
      if (other === undefined) return void seen.set(hash, index);
      if (await textOf(other) === text) return other;
    }
  };
}

/** 32 bits of a text (FNV-1a): few texts have the same. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash;
}

/** An error of one run names it: the place alone may be the same for all. */
async function ofRun<Value>(run: RunValues, check: () => Promise<Value>): Promise<Value> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ExpyrunError)) throw error;
    const { notes = [], ...problem } = error.problem;
    const note = { message: `in the run with ${valuesText(run)}` };
    throw new ExpyrunError({ ...problem, notes: [...notes, note] });
  }
}

/** All that a run depends on, where it goes included. */
function identityText({ resolved }: CheckedRun): string {
  const run = resolved.entries.get("__run__")!.value;
  return deliverable(resolved) + jsonOf(run as Mapping);
}

/** Most often a value that was misspelt. */
function warnOfIdle(rule: RunValues, world: World): void {
  world.warn({
    code: "sweep",
    message: `Nothing is excluded by ${valuesText(rule)}: no run has these values`,
    place: rule[0]?.node.place,
  });
}

/** @param twins by the number of a run that of the one that it repeats */
function warnOfTwins(twins: ReadonlyMap<number, number>, runs: Runs, world: World): void {
  const name = (index: number) => `"${valuesText(runs.at(index)!)}"`;
  const shown = [...twins].slice(0, 3).map(([run, twin]) => `${name(run)} is ${name(twin)}`);
  const more = twins.size > 3 ? `; and ${twins.size - 3} more` : "";
  world.warn({
    code: "duplicate",
    message: `Leaving out ${twins.size} of the runs, which repeat others: ` +
      shown.join("; ") + more,
    hint: "To run a configuration several times give it a key to vary, such as a seed",
  });
}

/** What `__slurm__` says for the runs of a sweep, which was checked to be the same for all. */
export function slurmOptionsOf(
  { base, runs }: Pick<DefinedSweep, "base" | "runs">,
  world: World,
): SlurmOption[] {
  return readSlurmSection(configurationOf(base, runs.at(0)!, world).resolved);
}

/** One job array has one set of options. */
function refuseOtherOptions(first: readonly SlurmOption[], other: readonly SlurmOption[]): void {
  const text = (options: readonly SlurmOption[]) =>
    JSON.stringify(options.map(({ name, value }) => [name, value]));
  if (text(first) === text(other)) return;
  const odd = other.find(({ name, value }) =>
    !first.some((one) => one.name === name && one.value === value)
  );
  throw sweepError(
    'Cannot sweep: "__slurm__" is not the same for all runs',
    (odd ?? first[0])?.place,
    "Sweep over what it depends on in sweeps of their own",
  );
}
