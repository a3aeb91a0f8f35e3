/**
 * Configurations of the sweep's tests, from YAML text.
 *
 * @module
 */
import { parseDocument } from "../../lib/resolver/document.ts";
import type { ArgumentPlace } from "../../lib/errors.ts";
import type { Mapping, Node } from "../../lib/resolver/node.ts";
import { kindOf } from "../../lib/resolver/node.ts";
import { textOf } from "../../lib/resolver/text.ts";
import type { Setting } from "../../lib/sweep/axis.ts";

/** The mapping that a YAML text stands for. */
export function config(text: string): Mapping {
  return parseDocument({ name: "config.yml", path: "/config.yml", text }, () => {});
}

/** A word of a command line. */
export function word(text: string): ArgumentPlace {
  return { kind: "argument", words: [text], index: 0 };
}

/** A key with its words, as the command line gives them. */
export function setting(key: string, ...words: string[]): Setting {
  const fixed = key.endsWith("=");
  return {
    key: fixed ? key.slice(0, -1) : key,
    keyPlace: word(`--${key}`),
    words: words.map((text) => ({ text, place: word(text) })),
    fixed,
  };
}

/** A value with its kind, such as `float 10.0`. */
export function typed(node: Node): string {
  return `${kindOf(node)} ${textOf(node)}`;
}
