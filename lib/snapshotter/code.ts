/**
 * The code of a run: a copy, a share of an earlier copy, or with --debug the original.
 *
 * @module
 */
import type { RunSpec } from "../resolver/run_section.ts";
import type { RuntimeName, World } from "../world.ts";
import { carryCache } from "./carried_cache.ts";
import type { EntryPoint } from "./entry_point.ts";
import type { ExperimentFolder } from "./folder.ts";
import { shareCopy, type SharedCopy, type Sharing } from "./share.ts";
import { type PlacedCode, referToOriginal, takeSnapshot } from "./snapshot.ts";

/** Where the code of a run comes from. */
export interface CodeSource {
  /** Whether the original code runs, uncopied. */
  readonly debug: boolean;
  /** A copy of the same code to share instead of taking another one. */
  readonly shared?: { readonly copy: SharedCopy; readonly sharing: Sharing } | undefined;
}

/**
 * Finds the code of a run its place in the folder, and puts it there as far as it must be.
 *
 * @throws {ExpyrunError} "snapshot", "lock" or "folder"
 */
export async function placeCode(
  { spec, entry }: { readonly spec: RunSpec; readonly entry: EntryPoint },
  { debug, shared }: CodeSource,
  runtime: RuntimeName,
  folder: ExperimentFolder,
  world: World,
): Promise<PlacedCode> {
  const cache = await carryCache(spec.code, folder);
  const deno = runtime === "deno"
    ? { program: world.deno, env: { ...world.env, ...cache } }
    : undefined;
  if (debug) return await referToOriginal(spec, entry, folder, deno);
  if (!shared) return await takeSnapshot(spec, entry, folder, deno, world);
  const { copy, sharing } = shared;
  const code = await shareCopy(copy, folder, sharing, spec.outputDirPlace, world);
  const record = { ...code, function: entry.function };
  return { located: record, complete: () => Promise.resolve(record) };
}
