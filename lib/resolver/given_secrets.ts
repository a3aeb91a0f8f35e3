/**
 * Secrets that the shell put into the command line: `--token "$HF_TOKEN"` hands over the value.
 *
 * @module
 */
import type { Place } from "../errors.ts";
import type { World } from "../world.ts";
import { literalMark } from "./interpolation.ts";
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
  return (text) => {
    // What is taken as it stands names no variable; nor would a number stay text.
    if (text.startsWith(literalMark) || readLoosely(text).type !== "string") return text;
    return known.reduce((named, [name, value]) => {
      if (named === value) return `\${${name}}`;
      return value.length < shortest.part ? named : named.replaceAll(value, () => `\${${name}}`);
    }, text);
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
  return overrides.map(({ key, value, keyPlace, valuePlace }) => ({
    key,
    value: named(value),
    keyPlace: shown(keyPlace),
    valuePlace: shown(valuePlace),
  }));
}

/** The words of the command line as files hold them. */
export function writtenWords(config: Mapping, world: World): string[] {
  const named = secretNaming(config, world);
  return world.words.map((word) => {
    const [, key = "", value] = /^(--[^=]+=)([^]*)$/.exec(word) ?? [];
    return value === undefined ? named(word) : key + named(value);
  });
}
