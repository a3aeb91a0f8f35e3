/**
 * The answer of `explain`: explanations as text for people, and as JSON for programs.
 *
 * @module
 */
import { didYouMean, ExpyrunError, type Place } from "../errors.ts";
import type { Explanation, Origin, OriginLink, OriginPlace } from "./origins.ts";

/** Explanations by key, as {@linkcode explainAll} orders them. */
export type Explanations = ReadonlyMap<string, Explanation>;

/** What is asked for: one key, or (without one) every leaf. */
export interface Question {
  readonly key?: string | undefined;
  /** Where the key was written, for the message that it does not exist. */
  readonly place?: Place | undefined;
}

/** So long may a value be in a line of text; programs get all of it. */
const shownLength = 200;

/**
 * The answer as text.
 *
 * @throws {ExpyrunError} `usage` when there is no such key, with the near miss
 */
export function explainText(all: Explanations, question: Question): string {
  const { key } = question;
  const single = key === undefined ? undefined : all.get(key);
  if (single === undefined) return winnersText(leavesBelow(all, question));
  const shown = new Set<string>();
  const lines = [`${single.key} = ${short(single.value)}`, ...chainLines(single, all, shown, "  ")];
  // Items of a list may have been set one by one.
  const differing = leavesBelowKey(all, single.key).filter((item) =>
    placeText(item.chain[0]?.place) !== placeText(single.chain[0]?.place) &&
    item.chain[0] !== undefined && "argument" in item.chain[0].place
  );
  return `${lines.join("\n")}\n${differing.length > 0 ? winnersText(differing) : ""}`;
}

/**
 * The answer as one line of JSON: the explanation of one value, or a list of every leaf with its
 * winner.
 *
 * @throws {ExpyrunError} `usage` when there is no such key, with the near miss
 */
export function explainJson(all: Explanations, question: Question): string {
  const { key } = question;
  const single = key === undefined ? undefined : all.get(key);
  if (single !== undefined) return `${explanationJson(single, all, new Set())}\n`;
  const leaves = leavesBelow(all, question).map(({ key, value, chain: [winner] }) =>
    `{"key":${JSON.stringify(key)},"value":${jsonValue(value)},"place":${placeJson(winner)}}`
  );
  return `[${leaves.join(",")}]\n`;
}

function leavesBelow(all: Explanations, { key, place }: Question): Explanation[] {
  const leaves = key === undefined ? leavesOf([...all.values()]) : leavesBelowKey(all, key);
  if (key === undefined || leaves.length > 0) return leaves;
  throw new ExpyrunError({
    code: "usage",
    message: `Cannot explain "${key}": no such key`,
    place,
    hint: didYouMean(key, all.keys()),
  });
}

function leavesBelowKey(all: Explanations, key: string): Explanation[] {
  return leavesOf([...all.values()].filter((each) => each.key.startsWith(`${key}.`)));
}

/** Without the lists that have items: those stand for themselves. */
function leavesOf(explanations: readonly Explanation[]): Explanation[] {
  return explanations.filter(({ key }, i) => !explanations[i + 1]?.key.startsWith(`${key}.`));
}

function winnersText(leaves: readonly Explanation[]): string {
  const rows = leaves.map(({ key, value, chain }) =>
    [`${key} = ${short(value)}`, placeText(chain[0]?.place)] as const
  );
  const width = Math.min(60, widest(rows.map(([left]) => left)));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}\n`).join("");
}

/** Without spreading: a call takes only so many arguments. */
function widest(texts: readonly string[]): number {
  return texts.reduce((width, { length }) => Math.max(width, length), 0);
}

function chainLines(
  { chain, links }: Explanation,
  all: Explanations,
  shown: Set<string>,
  indent: string,
): string[] {
  const width = widest(chain.map(({ place }) => placeText(place)));
  return chain.flatMap(({ place, value }, i) => [
    `${indent}${placeText(place).padEnd(width)}  ${short(value)}`,
    ...(i === 0 ? links.flatMap((link) => linkLines(link, all, shown, `${indent}  `)) : []),
  ]);
}

/** References may follow each other ten thousand times: nobody reads on here. */
const depthLimit = 50;

/** A chain is shown once: references that meet again would double it with every level. */
function linkLines(
  link: OriginLink,
  all: Explanations,
  shown: Set<string>,
  indent: string,
): string[] {
  if (link.kind === "environment") {
    const value = link.missing
      ? "not defined"
      : link.value === undefined
      ? "secret"
      : JSON.stringify(link.value);
    return [`${indent}$${link.name}: ${value}`];
  }
  const target = all.get(link.path);
  if (target === undefined) return collectionLines(link.path, all, indent);
  const line = `${indent}{${link.path}} = ${short(target.value)}`;
  if (shown.has(link.path)) return [`${line} (see above)`];
  if (indent.length > depthLimit * 4) return [`${line} ...`];
  shown.add(link.path);
  return [line, ...chainLines(target, all, shown, `${indent}  `)];
}

/** A mapping has no place of its own that would matter; its leaves have. */
function collectionLines(path: string, all: Explanations, indent: string): string[] {
  const count = leavesBelowKey(all, path).length;
  return [`${indent}{${path}}: a mapping of ${count} values`];
}

function short(value: string): string {
  return value.length <= shownLength ? value : `${value.slice(0, shownLength)}...`;
}

/** `file:line:column`, or `argument N`. */
export function placeText(place: OriginPlace | undefined): string {
  if (place === undefined) return "";
  if ("argument" in place) return `argument ${place.argument}`;
  return `${place.file}:${place.line}:${place.column}`;
}

function placeJson(origin: Origin | undefined): string {
  return JSON.stringify(origin?.place ?? null);
}

function jsonValue(value: string): string {
  return /^-?\.(?:inf|nan)$/.test(value) ? "null" : value;
}

function explanationJson(
  { key, value, chain, links }: Explanation,
  all: Explanations,
  shown: Set<string>,
  depth = 0,
): string {
  shown.add(key);
  const origins = chain.map((origin) =>
    `{"place":${placeJson(origin)},"value":${jsonValue(origin.value)}}`
  );
  const parts = links.map((link) => linkJson(link, all, shown, depth));
  return `{"key":${JSON.stringify(key)},"value":${jsonValue(value)},"chain":[${
    origins.join(",")
  }],` +
    `"links":[${parts.join(",")}]}`;
}

function linkJson(
  link: OriginLink,
  all: Explanations,
  shown: Set<string>,
  depth: number,
): string {
  if (link.kind === "environment") {
    const { kind, name, value, missing } = link;
    const known = missing ? { missing } : value === undefined ? { secret: true } : { value };
    return JSON.stringify({ kind, name, ...known });
  }
  const target = all.get(link.path);
  const path = `"kind":"reference","path":${JSON.stringify(link.path)}`;
  if (target === undefined) return `{${path}}`;
  const isShown = shown.has(link.path) || depth === depthLimit;
  if (isShown) return `{${path},"value":${jsonValue(target.value)}}`;
  return `{${path},"explanation":${explanationJson(target, all, shown, depth + 1)}}`;
}
