/**
 * Explicit tags: `!!int "10"`, `!P text`.
 *
 * @module
 */
import { type MappingEvent, SCALAR_STYLE, type ScalarEvent, type SequenceEvent } from "js-yaml";
import type { ExpyrunError, FilePlace, Source } from "../errors.ts";
import { shortened, type TypedValue } from "./node.ts";
import { readPlain, readTagged } from "./scalar.ts";
import { failure } from "./syntax.ts";

/** What the tags of a document are read by. */
export interface Tagged {
  readonly source: Source;
  /** What the handles of tags stand for: `!!` for `tag:yaml.org,2002:`, and so on. */
  readonly prefixes: ReadonlyMap<string, string>;
}

/**
 * The value of a scalar, by its tag or its text.
 *
 * @throws {ExpyrunError} `syntax`: an unknown tag, or one that does not fit
 */
export function typed(
  document: Tagged,
  event: ScalarEvent,
  text: string,
  place: FilePlace,
): TypedValue {
  if (event.tagStart < 0) {
    return event.style === SCALAR_STYLE.PLAIN ? readPlain(text) : { type: "string", value: text };
  }
  const tag = tagOf(document, event);
  if (tag === "!") return { type: "string", value: text };
  if (tag === "!P") return { type: "string", value: "!P" + text };
  if (!scalarTags.has(tag)) throw unknownTag(document, event);
  const value = readTagged(tag, text);
  if (value) return value;
  throw failure(
    `"${shortened(text)}" is no ${tag}`,
    place,
    document.source,
    "Remove the tag, or correct the value",
  );
}

const scalarTags = new Set(["str", "int", "float", "bool", "null"]);
/** What tags are for that stand before something else. */
const kinds: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from([...scalarTags, "!P"], (tag) => [tag, "a single value"])),
  seq: "a list",
  map: "a mapping",
};
const tagHint = "The tags !!str !!int !!float !!bool !!null !!seq !!map and !P are known";

/** The tag's name, without the prefix of YAML's own tags. */
export function tagOf(document: Tagged, event: ScalarEvent | MappingEvent | SequenceEvent): string {
  const raw = document.source.text.slice(event.tagStart, event.tagEnd);
  const name = raw.startsWith("!<") ? raw.slice(2, -1) : expandHandle(document, raw);
  return name.replace(/^tag:yaml\.org,2002:/, "");
}

function expandHandle(document: Tagged, raw: string): string {
  const handle = /^!(?:[^!]*!)?/.exec(raw)![0];
  return (document.prefixes.get(handle) ?? handle) + raw.slice(handle.length);
}

/** The error for a tag that a configuration may not hold. */
export function unknownTag(
  document: Tagged,
  event: ScalarEvent | MappingEvent | SequenceEvent,
): ExpyrunError {
  const { source } = document;
  const place: FilePlace = { kind: "file", source, start: event.tagStart, end: event.tagEnd };
  const tag = source.text.slice(event.tagStart, event.tagEnd);
  const kind = kinds[tagOf(document, event)];
  if (kind !== undefined) {
    return failure(`the tag "${tag}" is for ${kind}`, place, source, "Remove it");
  }
  return failure(`the tag "${tag}" is not known here`, place, source, tagHint);
}
