/**
 * Text for files in the place of a value that holds a secret: it names the variable, and resolves
 * to the value wherever the variable is set.
 *
 * @module
 */
import {
  findReferences,
  type Found,
  type Inserted,
  isReadAgain,
  literalMark,
  replaceReferences,
  replaceVariables,
} from "./interpolation.ts";
import type { Node, TypedValue } from "./node.ts";
import type { SecretRule } from "./secrets.ts";
import { readLoosely, textOf } from "./text.ts";

/** What text is resolved with. */
export interface Surroundings {
  readonly variable: (name: string) => string | undefined;
  readonly isSecret: SecretRule;
  /** The resolved value of a path; nothing when there is none. */
  readonly targetOf: (path: string) => Node | undefined;
}

/** Whether a value holds a secret, at any depth. */
export function holdsSecret(node: Node): boolean {
  if (node.kind === "scalar") return node.written !== undefined;
  if (node.kind === "list") return node.items.some(holdsSecret);
  return node.entries.values().some(({ value }) => holdsSecret(value));
}

/** The references in expanded text; what came from a secret is taken as it stands. */
export function openReferences(
  text: string,
  inserted: readonly Inserted[],
  isSecret: SecretRule,
): Found[] {
  const secret = inserted.filter(({ name }) => isSecret(name));
  const found = findReferences(text);
  if (secret.length === 0) return found;
  return found.filter((reference) =>
    !secret.some(({ start, end }) =>
      reference.index < end && reference.index + reference.text.length > start
    )
  );
}

/**
 * The text with secrets left as variables, and with everything else put in.
 *
 * @param text as it was written, not resolved
 * @param value what it resolves to
 */
export function maskedText(text: string, value: TypedValue, around: Surroundings): string {
  const { variable, isSecret, targetOf } = around;
  const withVariables = replaceVariables(text, (whole, name) => {
    const value = variable(name) ?? "";
    // The references in it are read, and masked, as those of the text are; a variable in it is not.
    return isSecret(name) && value !== "" || value.includes("$") ? whole : value;
  });
  const masked = replaceReferences(
    withVariables,
    ({ path, text }) => maskedReference(targetOf(path), text),
  );
  // Parts that were put in may read as something else together: then the text stays as written,
  // and its references are resolved again. So it does where a part is all that is left: a reference
  // that is the whole text keeps its kind.
  const isText = isOneReference(text) || !isOneReference(masked);
  return isText && isSame(reads(masked, around), value) ? masked : text;
}

function isOneReference(text: string): boolean {
  const found = findReferences(text);
  return found.length === 1 && found[0]!.text === text;
}

function maskedReference(target: Node | undefined, whole: string): string {
  if (target === undefined) return "";
  if (holdsSecret(target)) {
    const isText = target.kind === "scalar" && target.type === "string";
    return isText ? target.written! : whole;
  }
  const text = textOf(target);
  return isReadAgain(text) ? whole : text;
}

/** What the resolver reads in text. */
function reads(text: string, { variable, isSecret, targetOf }: Surroundings): TypedValue {
  if (text.startsWith(literalMark)) {
    return { type: "string", value: text.slice(literalMark.length) };
  }
  const inserted: Inserted[] = [];
  let shift = 0;
  const expanded = replaceVariables(text, (whole, name, index) => {
    const value = variable(name) ?? "";
    inserted.push({ name, start: index + shift, end: index + shift + value.length });
    shift += value.length - whole.length;
    return value;
  });
  const typed = text.includes("$") ? readLoosely(expanded) : undefined;
  if (typed && typed.type !== "string") return typed;
  let value = "";
  let end = 0;
  for (const { path, text, index } of openReferences(expanded, inserted, isSecret)) {
    const target = targetOf(path);
    value += expanded.slice(end, index) + (target ? textOf(target) : "");
    end = index + text.length;
  }
  return { type: "string", value: value + expanded.slice(end) };
}

function isSame(a: TypedValue, b: TypedValue): boolean {
  return a.type === b.type && Object.is(a.value, b.value);
}
