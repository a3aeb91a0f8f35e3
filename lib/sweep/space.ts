/**
 * The space of a sweep: what the configuration says and what the command line says, as one value.
 *
 * @module
 */
import { didYouMean, ExpyrunError, type Place } from "../errors.ts";
import { type Assignment, type Axis, isList, sweepError } from "./axis.ts";
import type { Method, SweepSection } from "./section.ts";

/** Everything that decides which runs there are. */
export interface Space {
  readonly method: Method;
  /** In the order in which they vary: the first is the slowest. */
  readonly groups: readonly Group[];
  readonly points: readonly (readonly Assignment[])[];
  readonly exclude: readonly (readonly Assignment[])[];
  readonly maxRuns?: SweepSection["maxRuns"];
}

/** Axes that advance together; most groups have one. */
export interface Group {
  readonly axes: readonly Axis[];
  /** How many values each has; undefined where they are drawn from a distribution. */
  readonly size?: number | undefined;
}

/** What the command line adds to `__sweep__`. */
export interface CommandSpace {
  readonly axes: readonly Axis[];
  /** Keys with one value: no axes any more, whatever `__sweep__` says. */
  readonly fixed: readonly { readonly key: string; readonly place: Place }[];
  readonly zip: readonly { readonly keys: readonly string[]; readonly place: Place }[];
  /** Replaces the points of `__sweep__`. */
  readonly points?: readonly (readonly Assignment[])[] | undefined;
  /** Replaces the method of `__sweep__`. */
  readonly random?: { readonly n: number; readonly place: Place } | undefined;
  /** Replaces the seed of `__sweep__`. */
  readonly seed?: { readonly value: number; readonly place: Place } | undefined;
}

/**
 * Joins both: an axis of the command line replaces the one of `__sweep__` in its place, a fixed key
 * ends one.
 *
 * @throws {ExpyrunError} `sweep`
 */
export function joinSpace(section: SweepSection, command: CommandSpace): Space {
  const fixed = new Set(command.fixed.map(({ key }) => key));
  refuseTwice(section.axes);
  const replacing = new Map(command.axes.map((axis) => [axis.key, axis]));
  const kept = section.axes.filter(({ key }) => !fixed.has(key));
  const axes = kept.map((axis) => replacing.get(axis.key) ?? axis);
  const known = new Set(axes.map(({ key }) => key));
  for (const axis of replacing.values()) if (!known.has(axis.key)) axes.push(axis);
  refuseParts(axes, command.fixed);
  const zip = [
    ...section.zip.map((keys) => keys.filter((key) => !fixed.has(key))),
    ...command.zip.map((group) => zipKeys(group, axes)),
  ];
  const points = command.points ?? section.points;
  refuseFixedPoints(points, command.fixed);
  for (const point of points) refusePartsOf(point, command.fixed);
  const { exclude, maxRuns } = section;
  return {
    method: methodOf(section, command),
    groups: group(axes, zip),
    points,
    exclude,
    maxRuns,
  };
}

/** Of what is drawn each part may be replaced: how many, and by which seed. */
function methodOf({ method }: SweepSection, { random, seed }: CommandSpace): Method {
  const drawn = method.kind === "random" ? method : undefined;
  const before = random ? { kind: "random" as const, seed: drawn?.seed ?? 0, ...random } : drawn;
  if (before) return seed ? { ...before, seed: seed.value } : before;
  if (!seed) return method;
  throw new ExpyrunError({
    code: "usage",
    message: 'Option --sweep-seed is for --random N, or for the method "random"',
    place: seed.place,
  });
}

function refuseTwice(axes: readonly Axis[]): void {
  const seen = new Set<string>();
  for (const { key, place } of axes) {
    if (seen.has(key)) {
      throw sweepError(`"${key}" is swept twice`, place, "Name it once, in parameters or in zip");
    }
    seen.add(key);
  }
}

/** A list takes back what was set before in one of its items; set later, the item is one of the list's. */
function refuseParts(axes: readonly Axis[], fixed: CommandSpace["fixed"]): void {
  for (const [i, { key: whole }] of axes.entries()) {
    const part = partOf(whole, [...fixed, ...axes.slice(0, i)]);
    if (part) throw partError(part.key, `"${whole}", which is swept`, part.place);
  }
}

function refusePartsOf(point: readonly Assignment[], fixed: CommandSpace["fixed"]): void {
  for (const [i, { key: whole, node }] of point.entries()) {
    const part = partOf(whole, [...fixed, ...point.slice(0, i)]);
    if (part) throw partError(part.key, `"${whole}", which this point sets`, node.place);
  }
}

function partOf<Set extends { readonly key: string }>(whole: string, before: readonly Set[]) {
  return before.find(({ key }) => key.startsWith(`${whole}.`));
}

function partError(part: string, whole: string, place: Place): ExpyrunError {
  return sweepError(`"${part}" is a part of ${whole}`, place, "Leave out one of the two");
}

function zipKeys(
  { keys, place }: { keys: readonly string[]; place: Place },
  axes: readonly Axis[],
): readonly string[] {
  const names = axes.map(({ key }) => key);
  const unknown = keys.find((key) => !names.includes(key));
  if (unknown !== undefined) {
    throw sweepError(
      `Cannot zip "${unknown}": it is no axis`,
      place,
      didYouMean(unknown, names) ?? "Give it several values: --KEY WORD WORD...",
    );
  }
  if (new Set(keys).size > 1) return [...new Set(keys)];
  throw sweepError(
    `Cannot zip "${keys.join(",")}": it takes two axes or more`,
    place,
    "Write: --zip a,b",
  );
}

/** A key that a point sets and the command line fixes: neither is guessed to win. */
function refuseFixedPoints(points: Space["points"], fixed: CommandSpace["fixed"]): void {
  const set = new Set(points.flatMap((point) => point.map(({ key }) => key)));
  const clash = fixed.find(({ key }) => set.has(key));
  if (!clash) return;
  const hint = "Leave out one of the two";
  throw sweepError(`"${clash.key}" is fixed here and set by the points too`, clash.place, hint);
}

/** Each zipped group stands where its first axis does. */
function group(axes: readonly Axis[], zip: readonly (readonly string[])[]): Group[] {
  const groups = new Map<string, Axis[]>();
  for (const axis of axes) {
    const mine = zip.filter((keys) => keys.includes(axis.key));
    if (mine.length > 1) throw sweepError(`"${axis.key}" is zipped twice`, axis.place);
    const name = mine[0]?.join(",") ?? axis.key;
    const members = groups.get(name);
    if (members) members.push(axis);
    else groups.set(name, [axis]);
  }
  return [...groups.values()].map((members) => ({ axes: members, size: sizeOf(members) }));
}

function sizeOf(axes: readonly Axis[]): number | undefined {
  const sizes = axes.map(({ values }) => isList(values) ? values.length : undefined);
  const drawn = axes[sizes.indexOf(undefined)];
  if (drawn && axes.length > 1) {
    throw sweepError(
      `Cannot zip "${drawn.key}": its values are drawn`,
      drawn.place,
      "Give it values",
    );
  }
  const other = sizes.findIndex((size) => size !== sizes[0]);
  if (other < 0) return sizes[0];
  const [first, odd] = [axes[0]!, axes[other]!];
  throw sweepError(
    `Cannot zip "${first.key}" with "${odd.key}": ${sizes[0]} values and ${sizes[other]}`,
    odd.place,
    "Zipped axes have the same number of values",
  );
}
