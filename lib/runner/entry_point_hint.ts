/**
 * Where a function that the module does not hold was named: this shows only at import, when the
 * configuration is no longer at hand.
 *
 * @module
 */
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { Outcome } from "./process.ts";

const noFunction = /^error: Cannot run "[^\n]*(?: has no export "[^"\n]*"| is no function but )/m;

/** The place of `__main__`, as the folder knows it; nothing for a run that ended otherwise. */
export async function entryPointHint(
  folder: ExperimentFolder,
  { exitCode, stderrTail }: Outcome,
): Promise<string | undefined> {
  if (exitCode !== 125 || !noFunction.test(stderrTail)) return undefined;
  const { readOrigins } = await import("../runs/origins_file.ts");
  const { placeText } = await import("../runs/explain.ts");
  const origin = (await readOrigins(folder))?.get("__run__.__main__")?.chain[0];
  return origin && `__main__ is set in ${placeText(origin.place)}`;
}
