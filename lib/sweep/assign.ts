/**
 * A run's values put into the configuration.
 *
 * @module
 */
import { type Mapping, nodeAt } from "../resolver/node.ts";
import { withValue } from "../resolver/override.ts";
import { type Assignment, sweepError } from "./axis.ts";

/**
 * The configuration with each value in its place.
 *
 * @throws {ExpyrunError} `sweep` at a value for an item of a list that another value has made shorter
 */
export function assign(config: Mapping, run: readonly Assignment[]): Mapping {
  return run.reduce((changed, { key, node }) => {
    if (nodeAt(changed, key)) return withValue(changed, key, node);
    const because = "another value makes the list shorter";
    throw sweepError(`Cannot set "${key}" in a run: ${because}`, node.place);
  }, config);
}
