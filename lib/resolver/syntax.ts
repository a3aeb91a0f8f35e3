/**
 * What YAML a configuration may not hold: limits, and how errors and warnings about it read.
 *
 * @module
 */
import { ExpyrunError, type FilePlace, type Problem, type Source } from "../errors.ts";
import { type Scalar, shortened } from "./node.ts";

/** How deep values may nest; far above any configuration, far below the stack's end. */
export const depthLimit = 100;
/** How many nodes the aliases of one document, or the references of a configuration, may stand for. */
export const expansionLimit = 1_000_000;
/** How large a file may be, and the text that aliases or references stand for. */
export const sizeLimitMiB = 32;

/** The error for values that nest too deep. */
export function tooDeep(place: FilePlace, source: Source): ExpyrunError {
  return failure(`it nests deeper than ${depthLimit} levels`, place, source);
}

/** An error about the YAML of a file. */
export function failure(
  reason: string,
  place: FilePlace | undefined,
  source: Pick<Source, "name">,
  hint?: string,
  notes?: Problem["notes"],
): ExpyrunError {
  const message = `Cannot read "${source.name}": ${reason}`;
  return new ExpyrunError({ code: "syntax", message, place, hint, ...(notes ? { notes } : {}) });
}

/** The warning about a reference that lacks its quotes. */
export function bareReference(written: string, place: FilePlace): Problem {
  return {
    code: "ambiguous",
    message: `Reading ${written} as a mapping whose key has no value`,
    place,
    hint: `Quote it if it is a reference: "${written}"`,
  };
}

/** The warning about a flow mapping whose colon belongs to the key: `{a:1}`. */
export function tightColon(written: string, place: FilePlace): Problem {
  const [key = "", value = ""] = written.slice(1, -1).split(/:(.*)/s);
  return {
    code: "ambiguous",
    message: `Reading ${written} as a mapping whose key "${key}:${value}" has no value`,
    place,
    hint: `Put a space behind the colon: {${key}: ${value}}`,
  };
}

/** The warning about a plain key that YAML 1.1 tools read as something else than its text. */
export function ambiguousKey(key: string, place: FilePlace): Problem {
  return {
    code: "ambiguous",
    message: `Reading the key "${shortened(key)}" as its text: YAML 1.1 tools read something else`,
    place,
    hint: "Quote it",
  };
}

/** The warning about plain text that YAML 1.1 tools read as something else. */
export function ambiguity(node: Scalar, text: string, place: FilePlace): Problem {
  const value = shortened(String(node.value));
  const read = node.type === "string" ? "text" : `the ${node.type} ${value}`;
  return {
    code: "ambiguous",
    message: `Reading "${shortened(text)}" as ${read}: YAML 1.1 tools read something else`,
    place,
    hint: /^\d{4}-\d/.test(text)
      ? "Quote it: it is text here, and a date there"
      : node.type === "float"
      ? "Quote it if it is text, as a commit is; as a number write it with a dot and a sign: 1.0e+5"
      : node.type === "string"
      ? "Quote it if it is text, write true, false or the number if it is not"
      : `Write ${value} if it is a number, quote it if it is text`,
  };
}
