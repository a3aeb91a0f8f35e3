/**
 * What the entry point gets, read from the folder.
 *
 * @module
 */
import { deliverable } from "../resolver/deliver.ts";
import { readDocument } from "../resolver/document.ts";
import { holdsSecret } from "../resolver/masked.ts";
import { resolveConfig } from "../resolver/resolve.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { World } from "../world.ts";
import { seal, type Sealed } from "./seal.ts";

/** What the entry point gets; with a key when it is sealed. */
export type Delivery = Pick<Sealed, "text"> & Partial<Sealed>;

/**
 * Reads config.yml again: between preparing and executing there is only the folder.
 *
 * @param name the file's path as messages show it
 */
export async function readDelivery(
  folder: ExperimentFolder,
  name: string,
  world: World,
): Promise<Delivery> {
  const config = await readDocument(folder.config, name, world);
  // What is no reference was warned about when the folder was made.
  const warn: World["warn"] = (problem) => problem.code === "reference" || world.warn(problem);
  const resolved = resolveConfig(config, { ...world, warn });
  const text = deliverable(resolved);
  return holdsSecret(resolved) ? await seal(text) : { text };
}
