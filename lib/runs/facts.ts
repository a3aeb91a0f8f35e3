/**
 * What a record says beside code and configuration: where the run comes from and what it reads.
 * Gathered before anything is made; git is asked when a process has been started, and answers while
 * the code is copied.
 *
 * @module
 */
import type { CheckedRun } from "../check.ts";
import { nearMiss, type Place } from "../errors.ts";
import type { Mapping } from "../resolver/node.ts";
import { namedSecrets, readSecretRule } from "../resolver/secrets.ts";
import { usedVariables, type Variable } from "../resolver/variables.ts";
import { inputFacts, variableFacts } from "../snapshotter/facts.ts";
import { gitFacts } from "../snapshotter/git.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import type { World } from "../world.ts";
import { checkRepeated, type Repeated } from "./trust.ts";

/** What is known beforehand. */
export interface Known {
  /** Whether the original code runs, uncopied. */
  readonly debug: boolean;
  /** A run of the same code that was prepared before: what was found out for it is not asked again. */
  readonly like?: RunRecord | undefined;
  /** The archive that the code was unpacked from, absolute. */
  readonly archive?: string | undefined;
  /** `--force`: code that has changed since its record is run all the same. Absent: not to be had. */
  readonly force?: boolean | undefined;
}

/** Facts, and what is still to be asked. */
export interface Facts {
  readonly git: () => Promise<RunRecord["git"]>;
  readonly rest: Pick<RunRecord, "inputs" | "environment" | "repeats">;
}

/** The part of a record that they become. */
export type SettledFacts = Facts["rest"] & Pick<RunRecord, "git">;

/**
 * Gathers the facts of a run that is to be prepared, and warns once of its secrets.
 *
 * @throws {ExpyrunError} when an input is missing, or the run that is repeated cannot be trusted
 */
export async function gatherFacts(
  run: CheckedRun,
  known: Known,
  world: World,
): Promise<Facts> {
  const { raw, resolved, spec } = run;
  const { like, archive } = known;
  const variables = usedVariables(resolved);
  if (!like) warnSecrets(raw, variables, world);
  const repeated = await repeatedBy(run, variables, known, world);
  const inputs = await inputFacts(spec.inputs, world, like?.inputs);
  const environment = await variableFacts(variables, readSecretRule(raw), world.env);
  const { code, outputDir, name } = spec;
  // The copy of an earlier run may lie in another repository than its code came from.
  const git = repeated
    ? () => Promise.resolve(repeated.git)
    : () => gitFacts({ code, outputDir, name, env: world.env });
  const repeats = repeated?.repeats && { ...repeated.repeats, ...(archive ? { archive } : {}) };
  return { git, rest: { inputs, environment, repeats } };
}

/** Asks for what is still to be asked. */
export async function settle({ git, rest }: Facts): Promise<SettledFacts> {
  return { git: await git(), ...rest };
}

/** What is known of the code, where another run has had it before. */
async function repeatedBy(
  { spec }: CheckedRun,
  variables: readonly Variable[],
  { like, debug, force }: Known,
  world: World,
): Promise<Partial<Repeated> | undefined> {
  if (like) return { git: like.git, ...(like.repeats ? { repeats: like.repeats } : {}) };
  return debug ? undefined : await checkRepeated(spec, variables, force, world);
}

/** A secret whose name was misspelt would be written into files. */
function warnMisspelt(
  names: ReadonlyMap<string, Place>,
  variables: readonly Variable[],
  world: World,
): void {
  const used = variables.map(({ name }) => name);
  for (const [name, place] of names) {
    const near = used.includes(name) ? undefined : nearMiss(name, used);
    if (near === undefined || names.has(near)) continue;
    world.warn({
      code: "environment",
      message: `Cannot keep "${name}" secret: the configuration uses no such variable`,
      place,
      hint: `Did you mean "${near}"?`,
    });
  }
}

/** Who repeats the run must know that its files are not enough. */
function warnSecrets(raw: Mapping, variables: readonly Variable[], world: World): void {
  const isSecret = readSecretRule(raw);
  const names = namedSecrets(raw);
  warnMisspelt(names, variables, world);
  const named = world.strict ? names : undefined;
  const secrets = variables.filter(({ name, missing }) =>
    isSecret(name) && !missing && world.env[name] !== "" && !named?.has(name)
  );
  if (secrets.length === 0) return;
  const listed = secrets.map(({ name }) => `$${name}`).join(", ");
  world.warn({
    code: "environment",
    message: `Keeping the value of ${listed} out of files: repeating the run will need it`,
    place: secrets[0]!.place,
    hint: world.strict
      ? `Say so by __run__.__secrets__: [${secrets.map(({ name }) => name).join(", ")}]; or none`
      : "If it is no secret, set __run__.__secrets__: none",
  });
}
