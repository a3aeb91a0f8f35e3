/**
 * What tells whether two runs get the same.
 *
 * @module
 */
import { deliverable } from "../resolver/deliver.ts";
import type { CheckedRun } from "../check.ts";
import { sha256 } from "../snapshotter/digest.ts";

/** The sha256 of what the entry point gets: the same for two runs that differ in their folder only. */
export async function configDigest(
  { resolved, spec }: Pick<CheckedRun, "resolved" | "spec">,
): Promise<string> {
  return await sha256(JSON.stringify(spec.name) + deliverable(resolved, "named"));
}
