/**
 * What is recorded of a run beside its code and configuration, gathered while it is prepared.
 *
 * @module
 */
import { isAbsent, systemCode } from "../files.ts";
import { ExpyrunError } from "../errors.ts";
import type { DeclaredInput } from "../resolver/input_section.ts";
import type { SecretRule } from "../resolver/secrets.ts";
import type { Variable } from "../resolver/variables.ts";
import type { World } from "../world.ts";
import { type ExperimentFolder, nameIn } from "./folder.ts";
import { sha256 } from "./digest.ts";
import { cachePlace } from "./digest_cache.ts";
import { fingerprint, type InputFingerprint } from "./inputs.ts";
import type { UsedVariable } from "./record.ts";

/**
 * Fingerprints the declared inputs, in their order.
 *
 * @param known fingerprints that were taken already
 * @throws {ExpyrunError} `unreadable`, at the input that is missing or cannot be read
 */
export async function inputFacts(
  inputs: readonly DeclaredInput[],
  world: World,
  known: readonly InputFingerprint[] = [],
): Promise<InputFingerprint[]> {
  const cache = cachePlace(world.env);
  const facts: InputFingerprint[] = [];
  for (const [index, { path }] of inputs.entries()) {
    const taken = known.find((input) => input.path === path);
    try {
      facts.push(taken ?? await fingerprint(path, cache));
    } catch (error) {
      throw inputError(inputs, index, error);
    }
  }
  return facts;
}

/**
 * Looks whether the declared inputs are there.
 *
 * @throws {ExpyrunError} as {@linkcode inputFacts}
 */
export function requireInputs(inputs: readonly DeclaredInput[]): void {
  for (const [index, { path }] of inputs.entries()) {
    try {
      Deno.statSync(path);
    } catch (error) {
      throw inputError(inputs, index, error);
    }
  }
}

function inputError(inputs: readonly DeclaredInput[], index: number, error: unknown): unknown {
  const { path, place } = inputs[index]!;
  const because = reasonOf(error);
  if (because === undefined) return error;
  const message = `Cannot read the input "${path}": ${because}`;
  const item = inputs.length > 1 ? `.${index}` : "";
  const hint = "__inputs__ names data that must be there before the run starts: put it there, or " +
    `say where it is: --__run__.__inputs__${item} PATH`;
  return new ExpyrunError({ code: "unreadable", message, place, hint });
}

function reasonOf(error: unknown): string | undefined {
  if (isAbsent(error)) return "there is no such file or folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return systemCode(error) === undefined ? undefined : (error as Error).message;
}

/** What a record says of the variables that a configuration used. */
export async function variableFacts(
  variables: readonly Variable[],
  isSecret: SecretRule,
  env: Readonly<Record<string, string>>,
): Promise<UsedVariable[]> {
  return await Promise.all(variables.map(async ({ name, missing }): Promise<UsedVariable> => {
    if (missing) return { name, missing: true };
    return isSecret(name)
      ? { name, secret: true }
      : { name, sha256: await sha256(env[name] ?? "") };
  }));
}

/**
 * The digests of what expyrun wrote into a folder and reads again, by the names of the files.
 *
 * @param known those that were taken already; undefined for a file that is not there
 */
export async function digestsOf(
  folder: ExperimentFolder,
  known: Readonly<Record<string, string | undefined>> = {},
): Promise<Record<string, string>> {
  const { config, rawConfig, requirements, denoConfig, lock, packageJson, packages } = folder;
  const paths = [config, rawConfig, requirements, denoConfig, lock, packageJson, packages];
  const digests = await Promise.all(paths.map(async (path) => {
    const name = nameIn(folder, path);
    const bytes = name in known ? undefined : bytesOf(path);
    return [name, bytes ? await sha256(bytes) : known[name]] as const;
  }));
  return Object.fromEntries(digests.filter((pair): pair is [string, string] => !!pair[1]));
}

function bytesOf(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(path);
  } catch {
    return undefined; // Not every run has each of them.
  }
}
