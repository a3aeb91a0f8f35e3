/**
 * The environment variables that a configuration used.
 *
 * @module
 */
import type { Place } from "../errors.ts";
import type { Link, Mapping, Node } from "./node.ts";

/** A variable that stands in a configuration. */
export interface Variable {
  readonly name: string;
  /** Where it stands first. */
  readonly place: Place;
  /** Whether it is not defined. */
  readonly missing: boolean;
}

/**
 * The variables that a configuration used, sorted by name; without `EXPYRUN_CWD`, which expyrun
 * defines itself.
 *
 * @param config resolved
 */
export function usedVariables(config: Mapping): Variable[] {
  const used = new Map<string, Variable>();
  // References may stand for one node in many places.
  const seen = new Set<Node>();
  const take = (link: Link) => {
    if (link.kind !== "environment" || link.name === "EXPYRUN_CWD" || used.has(link.name)) return;
    const { name, place, missing = false } = link;
    used.set(name, { name, place, missing });
  };
  const visit = (node: Node) => {
    if (node.kind !== "scalar") {
      if (seen.has(node)) return;
      seen.add(node);
    }
    if (node.links) {
      for (const link of node.links) take(link);
    }
    if (node.kind === "list") { for (const item of node.items) visit(item); }
    if (node.kind === "mapping") { for (const { value } of node.entries.values()) visit(value); }
  };
  visit(config);
  return [...used.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}
