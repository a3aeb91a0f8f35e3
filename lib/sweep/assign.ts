/**
 * A run's values put into the configuration.
 *
 * @module
 */
import type { Mapping } from "../resolver/node.ts";
import { withValue } from "../resolver/override.ts";
import type { Assignment } from "./axis.ts";

/** The configuration with each value in its place; every key is there. */
export function assign(config: Mapping, run: readonly Assignment[]): Mapping {
  return run.reduce((changed, { key, node }) => withValue(changed, key, node), config);
}
