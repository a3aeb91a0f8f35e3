/**
 * From the space of a sweep to its runs, as plain values.
 *
 * @module
 */
import { type Mapping, type Node, nodeAt } from "../resolver/node.ts";
import { type Assignment, type Distribution, sameValue, sweepError } from "./axis.ts";
import { type Random, seededRandom } from "./random.ts";
import { counted, entriesOf, joined, kept, type Sequence } from "./sequence.ts";
import type { Group, Space } from "./space.ts";

/** What one run gets beside the configuration; values are shared between runs. */
export type RunValues = readonly Assignment[];

/** The runs of a sweep, in order. */
export type Runs = Sequence<RunValues>;

/** The runs of a sweep. */
export interface Plan {
  readonly runs: Runs;
  /** What of `exclude` leaves out nothing; of drawn runs nobody can tell. */
  readonly idle: Space["exclude"];
}

/** More combinations than this are taken for a slip of the pen. */
const maxCombinations = 1_000_000;
/** How often in a row a draw may meet only what is taken or excluded. */
const maxMisses = 100_000;

/**
 * Lists the runs: those of the grid (the last axis varies fastest) or the drawn ones, then the
 * points. A point is one run, not crossed with the axes.
 *
 * @param config what a run has where it sets nothing
 * @throws {ExpyrunError} `sweep`: no run at all, too many, or fewer than were to be drawn
 */
export function planRuns(space: Space, config: Mapping): Plan {
  const { method, groups, points, exclude, maxRuns } = space;
  const isOut = (run: RunValues) => isExcluded(run, exclude, config);
  const all = groups.length === 0
    ? []
    : method.kind === "grid"
    ? grid(groups)
    : draw(groups, method, isOut);
  const listed = points.length === 0 ? all : joined([all, points]);
  const runs = exclude.length === 0 ? listed : kept(listed, (run) => !isOut(run));
  const excluded = listed.length - runs.length;
  if (runs.length === 0) throw nothing(excluded);
  if (maxRuns && runs.length > maxRuns.count) {
    throw sweepError(
      `Cannot sweep over ${runs.length} runs: "max_runs" is ${maxRuns.count}`,
      maxRuns.place,
      `Raise it, also with --__sweep__.max_runs ${runs.length}, or leave out values`,
    );
  }
  const idle = method.kind === "grid" ? idleRules(exclude, listed, config) : [];
  return { runs, idle };
}

function idleRules(exclude: Space["exclude"], listed: Runs, config: Mapping): Space["exclude"] {
  return exclude.filter((rule) => {
    for (const [, run] of entriesOf(listed)) if (isMet(rule, run, config)) return false;
    return true;
  });
}

function nothing(excluded: number): Error {
  return excluded > 0
    ? sweepError(`Nothing to sweep: all ${excluded} runs are excluded`)
    : sweepError(
      "Nothing to sweep: no key has several values",
      undefined,
      "Give a key several words, or write __sweep__: {parameters: ...}",
    );
}

function grid(groups: readonly Group[]): Runs {
  const drawn = groups.find(({ size }) => size === undefined)?.axes[0];
  if (drawn) {
    const hint = "Write method: random and n, or --random N; or give values or a range";
    throw sweepError(
      `Cannot lay "${drawn.key}" out as a grid: its values are drawn`,
      drawn.place,
      hint,
    );
  }
  const length = countOf(groups);
  if (length > maxCombinations) throw tooMany(length);
  return counted(length, (index) => combination(groups, index));
}

function countOf(groups: readonly Group[]): number {
  return groups.reduce((product, { size }) => product * size!, 1);
}

function tooMany(total: number): Error {
  return sweepError(
    `Cannot sweep over ${total} combinations: ${maxCombinations} are the limit`,
    undefined,
    "Leave out values, or draw some with --random N",
  );
}

function combination(groups: readonly Group[], index: number): RunValues {
  let rest = index;
  const run = groups.toReversed().map((group) => {
    const chosen = nth(group, rest % group.size!);
    rest = Math.floor(rest / group.size!);
    return chosen;
  });
  return run.reverse().flat();
}

function nth(group: Group, index: number): Assignment[] {
  return group.axes.map(({ key, values }) => ({
    key,
    node: (values as Sequence<Node>).at(index)!,
  }));
}

/**
 * Draws `n` different runs. Each axis is drawn by itself, in the order of the axes; what was drawn
 * before, or is excluded, is drawn again: never fewer runs than were asked for.
 */
function draw(
  groups: readonly Group[],
  method: Space["method"] & { kind: "random" },
  isOut: (run: RunValues) => boolean,
): RunValues[] {
  refuseShortage(groups, method, isOut);
  const random = seededRandom(method.seed);
  const seen = new Set<string>();
  const runs: RunValues[] = [];
  for (let misses = 0; runs.length < method.n;) {
    const picks = groups.map((group) => pick(group, random));
    const key = JSON.stringify(picks.map(({ name }) => name));
    const run = picks.flatMap(({ values }) => values);
    if (seen.has(key) || isOut(run)) {
      if (++misses > maxMisses) throw shortage(method, runs.length);
      continue;
    }
    misses = 0;
    seen.add(key);
    runs.push(run);
  }
  return runs;
}

function refuseShortage(
  groups: readonly Group[],
  method: Space["method"] & { kind: "random" },
  isOut: (run: RunValues) => boolean,
): void {
  if (method.n > maxCombinations) throw tooMany(method.n);
  if (groups.some(({ size }) => size === undefined)) return;
  const total = countOf(groups);
  if (total < method.n) throw shortage(method, total);
  if (total > maxMisses) return;
  let left = 0;
  for (let index = 0; index < total; index++) {
    if (!isOut(combination(groups, index))) left++;
  }
  if (left < method.n) throw shortage(method, left);
}

function shortage({ n, place }: Space["method"] & { kind: "random" }, left: number): Error {
  return sweepError(
    `Cannot draw ${n} different runs: there are ${left}`,
    place,
    "Draw fewer, or use the method grid",
  );
}

function pick(group: Group, random: Random): { name: string | number; values: Assignment[] } {
  if (group.size !== undefined) {
    const index = random.below(group.size);
    return { name: index, values: nth(group, index) };
  }
  const { key, place, values } = group.axes[0]!;
  const distribution = values as Distribution;
  const value = drawNumber(distribution, random);
  const type = distribution.kind === "int_uniform" ? "int" : "float";
  return { name: String(value), values: [{ key, node: { kind: "scalar", place, type, value } }] };
}

function drawNumber(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case "int_uniform":
      return wholeBetween(distribution.min, distribution.max, random);
    case "uniform":
      return distribution.min + (distribution.max - distribution.min) * random.uniform();
    case "log_uniform_values": {
      const [low, high] = [Math.log(distribution.min), Math.log(distribution.max)];
      const value = rounded(Math.exp(low + (high - low) * random.uniform()));
      return Math.min(distribution.max, Math.max(distribution.min, value));
    }
    case "normal":
      return rounded(distribution.mu + distribution.sigma * random.normal());
  }
}

/** To twelve digits: the last bits of a logarithm are not the same in every JavaScript engine. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function wholeBetween(min: number, max: number, random: Random): number {
  const count = max - min + 1;
  return min + (count <= 2 ** 32 ? random.below(count) : Math.floor(random.uniform() * count));
}

function isExcluded(run: RunValues, exclude: Space["exclude"], config: Mapping): boolean {
  return exclude.some((rule) => isMet(rule, run, config));
}

/** A key that the run does not set counts with what the configuration holds. */
function isMet(rule: readonly Assignment[], run: RunValues, config: Mapping): boolean {
  return rule.every(({ key, node }) => {
    const mine = run.find((assignment) => assignment.key === key)?.node ?? nodeAt(config, key);
    return mine !== undefined && sameValue(mine, node);
  });
}

/** The keys of a sweep, in the order of their first use. */
export function keysOf(runs: Runs): string[] {
  const keys = new Set<string>();
  for (const [, run] of entriesOf(runs)) for (const { key } of run) keys.add(key);
  return [...keys];
}
