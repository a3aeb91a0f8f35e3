/**
 * Which runs of a sweep have succeeded before.
 *
 * @module
 */
import type { CheckedRun } from "../check.ts";
import { configDigest } from "../runs/config_digest.ts";
import { join } from "../path.ts";
import { inputFacts } from "../snapshotter/facts.ts";
import type { InputFingerprint } from "../snapshotter/inputs.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import { recordAt } from "../snapshotter/record_file.ts";
import { sourceDigest } from "../snapshotter/snapshot.ts";
import type { World } from "../world.ts";
import { configurationOf, type DefinedSweep, runChecker } from "./define.ts";
import { entriesOf } from "./sequence.ts";

/**
 * Tells for each run whether one with the same configuration, code and declared inputs, whatever its
 * number, has succeeded. One whose own files were not those of its record does not count.
 *
 * @param config the configuration's path
 */
export async function succeededBefore(
  { base, runs }: Pick<DefinedSweep, "base" | "runs">,
  config: string,
  world: World,
): Promise<boolean[]> {
  const quiet = { ...world, warn: () => {} };
  const check = runChecker(config, quiet);
  const digestOf = codeDigests(quiet);
  const inputsOf = inputFingerprints(quiet);
  const past = new Map<string, Promise<ReadonlySet<string>>>();
  const answers: boolean[] = [];
  for (const [, values] of entriesOf(runs)) {
    const run = await check(configurationOf(base, values, quiet));
    const parent = join(run.spec.outputDir, run.spec.name);
    const known = past.get(parent) ?? succeededIn(parent);
    past.set(parent, known);
    answers.push((await known).has(await identity(run, digestOf, inputsOf)));
  }
  return answers;
}

async function identity(
  run: CheckedRun,
  digestOf: (run: CheckedRun) => Promise<string>,
  inputsOf: (run: CheckedRun) => Promise<InputFingerprint[]>,
) {
  return identityText({
    configDigest: await configDigest(run),
    code: { ...run.entry, digest: await digestOf(run) },
    inputs: await inputsOf(run),
  });
}

function identityText({ configDigest, code, inputs = [] }: {
  readonly configDigest?: string | undefined;
  readonly code: Pick<RunRecord["code"], "module" | "function" | "digest">;
  readonly inputs?: readonly InputFingerprint[] | undefined;
}): string {
  const known = inputs.map(({ path, sha256 }) => [path, sha256]);
  return JSON.stringify([configDigest, code.module, code.function, code.digest, known]);
}

/** Runs often have inputs in common: each is read once. */
function inputFingerprints(world: World): (run: CheckedRun) => Promise<InputFingerprint[]> {
  const known = new Map<string, InputFingerprint>();
  return async ({ spec }) => {
    const inputs = await inputFacts(spec.inputs, world, [...known.values()]);
    for (const input of inputs) known.set(input.path, input);
    return inputs;
  };
}

/** The code of all runs of one kind is read once. */
function codeDigests(world: World): (run: CheckedRun) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return ({ spec, entry }) => {
    const key = JSON.stringify([spec.code, entry.top, spec.include.map(({ path }) => path)]);
    const digest = known.get(key) ?? sourceDigest(spec, entry, world);
    known.set(key, digest);
    return digest;
  };
}

async function succeededIn(parent: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const name of experimentNames(parent)) {
    const record = await recordAt(join(parent, name));
    const isTrue = record?.forced === undefined && record?.altered === undefined;
    if (record?.status === "succeeded" && isTrue) found.add(identityText(record));
  }
  return found;
}

function experimentNames(parent: string): string[] {
  try {
    return [...Deno.readDirSync(parent)].map(({ name }) => name).filter((name) =>
      /^exp\.\d+$/.test(name)
    );
  } catch {
    return [];
  }
}
