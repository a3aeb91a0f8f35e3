/**
 * The files of an experiment folder that tell, and repeat, what its run gets and needs.
 *
 * @module
 */
import type { CheckedRun, Runtime } from "../check.ts";
import { emitRaw, emitResolved } from "../resolver/emit.ts";
import { variablesOf } from "../resolver/interpolation.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import { readSecretRule } from "../resolver/secrets.ts";
import { writtenConfigs } from "../resolver/written.ts";
import { sha256 } from "../snapshotter/digest.ts";
import { type ExperimentFolder, nameIn, writeAtOnce } from "../snapshotter/folder.ts";
import type { CodeRecord } from "../snapshotter/record.ts";
import { requirements } from "../snapshotter/requirements.ts";
import type { World } from "../world.ts";
import { originsJson } from "./origins.ts";

/**
 * Both configurations, and where each value of them came from.
 *
 * @returns the digests of the configurations, by the names of the files
 */
export async function writeConfigs(
  { raw, resolved, spec }: CheckedRun,
  debug: boolean,
  folder: ExperimentFolder,
  world: World,
): Promise<Record<string, string>> {
  const place = spec.outputDirPlace;
  const asked = world.runtime.isAsked ? world.runtime.name : undefined;
  const written = writtenConfigs(raw, resolved, world, debug ? undefined : folder.path, asked);
  const files = [
    [folder.config, emitResolved(written.resolved)],
    [folder.rawConfig, emitRaw(written.raw)],
  ] as const;
  for (const [path, text] of files) await writeAtOnce(path, text, place);
  const variable = variablesOf(world);
  const origins = originsJson({ raw, resolved, variable, isSecret: readSecretRule(raw) });
  await writeAtOnce(folder.origins, origins, place);
  const digests = files.map(async ([path, text]) => [nameIn(folder, path), await sha256(text)]);
  return Object.fromEntries(await Promise.all(digests));
}

/** Every version that the run depends on, a line each. */
export async function writeRequirements(
  folder: ExperimentFolder,
  { lock, packages = [] }: CodeRecord,
  { runtime, versions }: Runtime,
  { outputDirPlace }: RunSpec,
): Promise<void> {
  const locked = lock === undefined ? "{}" : Deno.readTextFileSync(lock);
  const text = requirements(locked, versions, runtime === "embedded" ? packages : undefined);
  await writeAtOnce(folder.requirements, text, outputDirPlace);
}
