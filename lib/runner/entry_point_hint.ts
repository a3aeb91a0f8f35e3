/**
 * Where a function that the module does not hold was named: this shows only at import, when the
 * configuration is no longer at hand.
 *
 * @module
 */
import { placeText } from "../runs/explain.ts";
import { readOrigins } from "../runs/origins_file.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { Outcome } from "./process.ts";

const noFunction = /^error: Cannot run "[^\n]*(?: has no export "[^"\n]*"| is no function but )/m;

/** The place of `__main__`, as the folder knows it; nothing for a run that ended otherwise. */
export async function entryPointHint(
  folder: ExperimentFolder,
  { exitCode, stderrTail }: Outcome,
): Promise<string | undefined> {
  if (exitCode !== 125 || !noFunction.test(stderrTail)) return undefined;
  const origin = (await readOrigins(folder))?.get("__run__.__main__")?.chain[0];
  return origin && `__main__ is set in ${placeText(origin.place)}`;
}
