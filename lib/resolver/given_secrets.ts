/**
 * Secrets that the shell put into the command line: `--token "$HF_TOKEN"` hands over the value.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import type { World } from "../world.ts";
import { isReadAgain, literalMark } from "./interpolation.ts";
import type { Mapping } from "./node.ts";
import type { Override } from "./override.ts";
import { readSecretRule } from "./secrets.ts";
import { readLoosely } from "./text.ts";

/** A shorter value may be an ordinary word. */
const shortest = { whole: 8, part: 16 } as const;

/**
 * What names secrets again: in text that is the value of a secret variable (8 characters or more),
 * or holds it (16 or more), `${NAME}` stands for it, and resolves to the same text.
 *
 * @param config says what is secret
 */
export function secretNaming(
  config: Mapping,
  { env }: Pick<World, "env">,
): (text: string) => string {
  const isSecret = readSecretRule(config);
  const known = Object.entries(env).filter(([name, value]) =>
    value.length >= shortest.whole && isSecret(name) && !value.includes(",")
  );
  // Of two, one in the other, the longer is meant.
  known.sort(([, a], [, b]) => b.length - a.length);
  const name = (text: string) =>
    known.reduce((named, [name, value]) => {
      if (named === value) return `\${${name}}`;
      return value.length < shortest.part ? named : named.replaceAll(value, () => `\${${name}}`);
    }, text);
  return (text) => {
    const isLiteral = text.startsWith(literalMark);
    const plain = isLiteral ? text.slice(literalMark.length) : text;
    // A number would not stay text.
    if (readLoosely(plain).type !== "string") return text;
    const named = name(plain);
    if (!isLiteral) return named;
    if (named === plain) return text;
    // What comes from a secret is taken as it stands: the mark is for the rest, if for anything.
    return isReadAgain(named.replace(/\$\{\w+\}/g, "")) ? literalMark + named : named;
  };
}

/** The overrides with secrets by their names, also where messages show their places. */
export function namingSecrets(
  overrides: readonly Override[],
  config: Mapping,
  world: World,
): readonly Override[] {
  if (overrides.length === 0) return overrides;
  const named = secretNaming(config, world);
  const words = writtenWords(config, world);
  const shown = (place: Place) => place.kind === "argument" ? { ...place, words } : place;
  return overrides.map(({ key, value, keyPlace, valuePlace }) => {
    const kept = named(value);
    if (kept !== value && kept.startsWith(literalMark)) throw unkept(key, shown(valuePlace));
    return { key, value: kept, keyPlace: shown(keyPlace), valuePlace: shown(valuePlace) };
  });
}

/** Behind the mark a variable is no variable; without it the rest would be read. */
function unkept(key: string, place: Place): ExpyrunError {
  return new ExpyrunError({
    code: "override",
    message: `Cannot set "${key}": beside a secret, what "!P" keeps as it stands cannot be written`,
    place,
    hint: "Set the secret alone, in a key of its own",
  });
}

/** The words of the command line as files hold them. */
export function writtenWords(
  config: Mapping,
  world: Pick<World, "words" | "env">,
): string[] {
  const named = secretNaming(config, world);
  return world.words.map((word) => {
    const [, key = "", value] = /^(--[^=]+=)([^]*)$/.exec(word) ?? [];
    return value === undefined ? named(word) : key + named(value);
  });
}
