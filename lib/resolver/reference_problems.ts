/**
 * What is said of references that lead nowhere, or too far.
 *
 * @module
 */
import { didYouMean, ExpyrunError, type Place, searchLimit } from "../errors.ts";
import type { World } from "../world.ts";
import { emptyInstead, type Expansion, type Found, isReferable } from "./interpolation.ts";
import { type Mapping, nodeAt } from "./node.ts";

/** Warns about references to keys that are not there. */
export interface UnknownReferences {
  /** @param text the reference with its braces */
  warn(path: string, text: string, place: Place): void;
}

/**
 * Warns with the near miss.
 *
 * @param known the paths that can be referred to; asked for when the first is unknown
 */
export function unknownReferences(world: World, known: () => string[]): UnknownReferences {
  let searches = 0;
  return {
    warn(path, text, place) {
      const hint = searches++ < searchLimit ? didYouMean(path, known()) : undefined;
      const message = `Cannot resolve "${text}": no such key`;
      world.warn({ code: "reference", message, place, ...emptyInstead(world), hint });
    },
  };
}

function bracesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) count++;
  return count;
}

const braces = /\{([^{}]+)\}/g;

/**
 * Braces around a key that exists are meant as a reference, though it cannot be written so.
 *
 * @param found how many references the text has
 */
export function warnUnreadable(
  { text, placeOf }: Expansion,
  found: number,
  root: Mapping,
  world: World,
): void {
  if (found >= bracesIn(text)) return;
  for (const { 0: whole, 1: path = "", index } of text.matchAll(braces)) {
    if (/^\d+$/.test(path) || !nodeAt(root, path) || isReferable(path)) continue;
    world.warn({
      code: "reference",
      message: `"${whole}" is not read as a reference: ${
        isReferable(`_${path}`)
          ? "a reference does not begin with a digit"
          : "a key in a reference holds letters, digits and _ only"
      }`,
      place: placeOf(index, whole),
      hint: 'Rename the key, or put "!P" in front of text that is no reference',
    });
  }
}

/** Warns of `${a.b}`, as other tools write a reference: here the `$` stays before its value. */
export function warnOfDollars(
  { text, placeOf }: Expansion,
  found: readonly Found[],
  world: World,
): void {
  for (const { text: reference, index } of found) {
    if (text[index - 1] !== "$") continue;
    const whole = `$${reference}`;
    world.warn({
      code: "reference",
      message: `"${whole}" is read as a "$" before the value of "${reference}"`,
      place: placeOf(index - 1, whole),
      hint: `Write "${reference}": names of environment variables alone stand behind a "$"`,
    });
  }
}

/**
 * The error of a value that needs itself.
 *
 * @param chain the paths on the way, the value's own first and last
 * @param place of the reference that closes the circle
 */
export function referenceCycle(chain: readonly string[], place: Place): ExpyrunError {
  const shown = chain.length > 12 ? [...chain.slice(0, 6), "...", ...chain.slice(-5)] : chain;
  return new ExpyrunError({
    code: "reference",
    message: `Cannot resolve "${chain.at(-1)}": it needs itself, ${shown.join(" -> ")}`,
    place,
    hint: 'Write one of them out, or put "!P" in front of text that is no reference',
  });
}

/** The error of references that stand for too much. */
export function tooMuch(reason: string, place: Place): ExpyrunError {
  return new ExpyrunError({
    code: "reference",
    message: `Cannot resolve the configuration: ${reason}`,
    place,
  });
}
