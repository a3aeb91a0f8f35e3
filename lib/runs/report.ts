/**
 * What differs between a recorded run and a repetition of it here and now.
 *
 * @module
 */
import { sha256 } from "../snapshotter/digest.ts";
import { cachePlace } from "../snapshotter/digest_cache.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { fingerprint, type InputFingerprint } from "../snapshotter/inputs.ts";
import { machineFacts, type OsFacts } from "../snapshotter/machine.ts";
import type { Changes, CodeRecord, RunRecord, UsedVariable } from "../snapshotter/record.ts";
import { requirements } from "../snapshotter/requirements.ts";
import type { World } from "../world.ts";
import { verifyFolder } from "./verify.ts";

/** Two values that differ; absent: there was none, or there is none any more. */
export interface Difference {
  readonly name: string;
  readonly before?: string | undefined;
  readonly now?: string | undefined;
}

/**
 * Whether a thing that was recorded is as it was. `set`: a secret, whose value was not recorded.
 */
export type Comparison = "same" | "changed" | "missing" | "set";

/** A thing that was recorded. */
export interface Compared {
  readonly name: string;
  readonly state: Comparison;
}

/** The answer of `rerun --report`; what was not recorded is absent. */
export interface Report {
  readonly folder: string;
  readonly versions?: readonly Difference[] | undefined;
  readonly os?: readonly Difference[] | undefined;
  readonly cwd?: readonly Difference[] | undefined;
  readonly dependencies?: readonly Difference[] | undefined;
  readonly environment?: readonly Compared[] | undefined;
  readonly inputs?: readonly Compared[] | undefined;
  readonly files?: Changes | undefined;
}

/** Compares a recorded run with this machine. */
export async function reportOf(
  folder: ExperimentFolder,
  record: RunRecord | undefined,
  world: World,
): Promise<Report> {
  const packages = record?.runtime === "embedded" ? record.code.packages ?? [] : undefined;
  const dependencies = await dependencyDifferences(folder, packages);
  if (record === undefined) return { folder: folder.path, dependencies };
  const { environment, inputs } = record;
  return {
    folder: folder.path,
    versions: differences(
      { ...record.versions, runtime: record.runtime },
      { ...world.versions, runtime: world.runtime.name },
    ),
    os: record.machine && osDifferences(record.machine.os, machineFacts({}).os),
    cwd: differences({ directory: record.cwd }, { directory: world.cwd }),
    dependencies,
    environment: environment && await Promise.all(environment.map((one) => variable(one, world))),
    inputs: inputs && await inputStates(inputs, world),
    files: await verifyFolder(folder, record),
  };
}

type Values = Readonly<Record<string, string>>;

function differences(before: Values, now: Values): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.filter((name) => before[name] !== now[name])
    .map((name) => ({ name, before: before[name], now: now[name] }));
}

function osDifferences(before: OsFacts, now: OsFacts): Difference[] {
  return differences({ ...before }, { ...now });
}

/** What frozen_requirements.txt says against the lock that the repetition will be held to. */
async function dependencyDifferences(
  folder: ExperimentFolder,
  packages: CodeRecord["packages"],
): Promise<Difference[] | undefined> {
  const frozen = await textOf(folder.requirements);
  const lock = await textOf(folder.lock);
  if (frozen === undefined || lock === undefined) return undefined;
  const none = { expyrun: "", deno: "", v8: "", typescript: "" };
  try {
    return differences(linesOf(frozen), linesOf(requirements(lock, none, packages)));
  } catch {
    return [{ name: "deno.lock", now: "unreadable" }];
  }
}

/** Each dependency by its name; the lines of the runtime's versions are left out. */
function linesOf(text: string): Values {
  const lines = text.split("\n").filter((line) => line !== "" && !line.includes("=="));
  return Object.fromEntries(lines.map((line) => [line, line]));
}

async function textOf(path: string): Promise<string | undefined> {
  return await Deno.readTextFile(path).catch(() => undefined);
}

async function variable(used: UsedVariable, { env }: World): Promise<Compared> {
  const name = `$${used.name}`;
  const value = Object.hasOwn(env, used.name) ? env[used.name] : undefined;
  if (used.missing) return { name, state: value === undefined ? "same" : "changed" };
  if (value === undefined) return { name, state: "missing" };
  if (used.secret) return { name, state: "set" };
  return { name, state: await sha256(value) === used.sha256 ? "same" : "changed" };
}

async function inputStates(
  inputs: readonly InputFingerprint[],
  { env }: World,
): Promise<Compared[]> {
  const cache = cachePlace(env);
  const states: Compared[] = [];
  for (const { path, kind, sha256 } of inputs) {
    const now = await fingerprint(path, cache).catch(() => undefined);
    const same = now?.kind === kind && now.sha256 === sha256;
    states.push({ name: path, state: now === undefined ? "missing" : same ? "same" : "changed" });
  }
  return states;
}

/**
 * The report as text, a line for each kind of thing.
 *
 * @example
 * ```ts
 * import { reportText } from "./report.ts";
 *
 * const versions = [{ name: "deno", before: "2.9.5", now: "2.9.6" }];
 * console.assert(reportText({ folder: "x", versions }).startsWith("versions: deno 2.9.5 -> 2.9.6"));
 * ```
 */
export function reportText(report: Report): string {
  return reportLines(report).map(({ title, text }) => `${title}: ${text}\n`).join("");
}

/** The lines of what differs, or can no longer be told; none when all is as it was. */
export function differingLines(report: Report): string[] {
  return reportLines(report).filter(({ differs }) => differs)
    .map(({ title, text }) => `${title}: ${text}`);
}

interface Line {
  readonly title: string;
  readonly text: string;
  readonly differs: boolean;
}

function reportLines(report: Report): Line[] {
  const { versions, os, cwd, dependencies, environment, inputs, files } = report;
  return [
    line("versions", differencesText(versions)),
    line("operating system", differencesText(os)),
    line("working directory", differencesText(cwd?.map((one) => ({ ...one, name: "" })))),
    line("dependencies", differencesText(dependencies)),
    comparedLine("environment", environment),
    comparedLine("inputs", inputs),
    line("files", filesText(files)),
  ];
}

function line(title: string, text: string): Line {
  return { title, text, differs: text !== same };
}

function comparedLine(title: string, compared: readonly Compared[] | undefined): Line {
  const differs = compared?.some(({ state }) => state === "changed" || state === "missing") ?? true;
  return { title, text: comparedText(compared), differs };
}

const same = "same";
const notRecorded = "not recorded";

function differencesText(differences: readonly Difference[] | undefined): string {
  if (differences === undefined) return notRecorded;
  if (differences.length === 0) return same;
  return differences.map(({ name, before, now }) => {
    if (before === undefined) return `${now === name ? "" : `${name} `}${now} is new`.trim();
    if (now === undefined) return `${before === name ? "" : `${name} `}${before} is gone`.trim();
    return `${name} ${before} -> ${now}`.trim();
  }).join(", ");
}

function comparedText(compared: readonly Compared[] | undefined): string {
  if (compared === undefined) return notRecorded;
  if (compared.length === 0) return "none used";
  return compared.map(({ name, state }) =>
    `${name} ${state === "set" ? "set (a secret: not compared)" : state}`
  ).join(", ");
}

function filesText(changes: Changes | undefined): string {
  if (changes === undefined) return notRecorded;
  const parts = (["changed", "missing", "added"] as const).flatMap((kind) =>
    changes[kind].map((path) => `${path} ${kind}`)
  );
  return parts.length === 0 ? same : parts.join(", ");
}
