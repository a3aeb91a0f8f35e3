/**
 * A file and what it inherits become one mapping.
 *
 * @module
 */
import { realPath } from "../files.ts";
import { dirname, isAbsolute, join, resolve } from "../path.ts";
import {
  didYouMean,
  ExpyrunError,
  nearMiss,
  type Place,
  type Problem,
  searchLimit,
} from "../errors.ts";
import type { World } from "../world.ts";
import { readDocument } from "./document.ts";
import { expandVariables, isReference, literalMark, mayBecomeScalar } from "./interpolation.ts";
import { readSecretRule } from "./secrets.ts";
import { aKind, type Entry, kindOf, type Mapping, type Node, type Scalar } from "./node.ts";

type Text = Scalar & { readonly type: "string" };

const policies = ["raise", "warn", "pass"] as const;
type Policy = typeof policies[number];

interface Loading {
  readonly world: World;
  /** Files that were read, by path: one that is inherited twice is read and warned about once. */
  readonly loaded: Map<string, Mapping>;
  /** How many near misses were searched for. */
  readonly searches: { count: number };
}

/** A file on the way from the first one down. */
interface Station {
  readonly path: string;
  /** With every symbolic link followed: what tells files apart. */
  readonly real?: string;
  readonly name: string;
}

/**
 * Loads a file with everything that it inherits: merged, not resolved, without `__default__` and
 * `__new_key_policy__`.
 *
 * @param file absolute, or relative to the working directory
 * @param namedAt where the file was named
 * @param name what messages call it
 * @throws {ExpyrunError} `unreadable`, `syntax`, `section`, `inheritance` or `new-key`
 */
export function loadConfig(
  file: string,
  world: World,
  namedAt?: Place,
  name = file,
): Promise<Mapping> {
  const station = { path: resolve(world.cwd, file), name };
  return load(station, [], { world, loaded: new Map(), searches: { count: 0 } }, namedAt);
}

async function load(
  station: Station,
  above: readonly Station[],
  loading: Loading,
  namedAt?: Place,
): Promise<Mapping> {
  const known = loading.loaded.get(station.path);
  if (known) return known;
  const real = realPath(station.path);
  if (above.some((other) => other.real === real)) throw cycle(above, real, station.name, namedAt);
  const document = await readDocument(station.path, station.name, loading.world, namedAt);
  const config = await inherit(document, [...above, { ...station, real }], loading);
  loading.loaded.set(station.path, config);
  return config;
}

async function inherit(
  document: Mapping,
  stations: readonly Station[],
  loading: Loading,
): Promise<Mapping> {
  const parents = parentsOf(document);
  const policy = policyOf(document, parents.length > 0);
  const own = without(document, ["__default__", "__new_key_policy__"]);
  if (parents.length === 0) return own;
  let inherited: Mapping | undefined;
  for (const parent of parents) {
    refuseSecret(parent, document, loading.world);
    const station = foundStation(parent, stations.at(-1)!, loading.world);
    const config = await load(station, stations, loading, parent.place);
    inherited = inherited ? merge(inherited, config, "pass", loading) : config;
  }
  return merge(inherited!, own, policy, loading);
}

/** Messages and `explain` name the files that values come from. */
function refuseSecret(parent: Text, document: Mapping, world: World): void {
  if (parent.value.startsWith(literalMark)) return;
  const { links } = expandVariables(parent.value, parent.place, { ...world, warn: () => {} });
  const isSecret = readSecretRule(document);
  const holdsSecret = links.some((link) =>
    link.kind === "environment" && !link.missing && isSecret(link.name)
  );
  if (!holdsSecret) return;
  throw new ExpyrunError({
    code: "section",
    message: `Cannot read "__default__": "${parent.value}" holds a secret`,
    place: parent.place,
    hint: "Use another variable, or set __run__: { __secrets__: none } here if it is no secret",
  });
}

function cycle(
  above: readonly Station[],
  real: string,
  again: string,
  place?: Place,
): ExpyrunError {
  const chain = above.slice(above.findIndex((station) => station.real === real));
  const names = [...chain, chain[0]!].map(({ name }) => name);
  return new ExpyrunError({
    code: "inheritance",
    message: `Cannot inherit from "${again}": it inherits from itself, ${names.join(" -> ")}`,
    place,
    hint: "Remove one of these __default__ values",
  });
}

function parentsOf(document: Mapping): readonly Text[] {
  const value = document.entries.get("__default__")?.value;
  if (!value) return [];
  const items = value.kind === "list" ? value.items : [value];
  return items.map((item) => {
    if (item.kind === "scalar" && item.type === "string" && item.value !== "") return item;
    const kind = item.kind === "scalar" && item.type === "string" ? "empty" : aKind(item);
    throw new ExpyrunError({
      code: "section",
      message: `Cannot read "__default__": a path to inherit from is ${kind}`,
      place: item.place,
      hint: "Give a path or a list of paths",
    });
  });
}

function policyOf(document: Mapping, hasParents: boolean): Policy {
  const entry = document.entries.get("__new_key_policy__");
  if (!entry) return "warn";
  if (!hasParents) {
    throw new ExpyrunError({
      code: "section",
      message: 'Cannot use "__new_key_policy__": this file inherits from none',
      place: entry.keyPlace,
      hint: "Remove it, or name a parent with __default__",
    });
  }
  const { value } = entry;
  const word = value.kind === "scalar" ? value.value : undefined;
  const policy = policies.find((known) => known === word);
  if (policy) return policy;
  const shown = value.kind === "scalar" ? `"${word}"` : `a ${value.kind}`;
  throw new ExpyrunError({
    code: "section",
    message: `Cannot read "__new_key_policy__": ${shown} is no policy`,
    place: value.place,
    hint: didYouMean(String(word), policies),
  });
}

/**
 * The station of a parent. Where there is no file, what misled the path is the one mistake: a
 * variable that is not defined, or a path that was meant relative to the file that names it.
 *
 * @throws {ExpyrunError} `environment` or `unreadable`
 */
function foundStation(parent: Text, from: Station, world: World): Station {
  const undefinedOnes: Problem[] = [];
  const warn = (problem: Problem) => void undefinedOnes.push(problem);
  const station = stationOf(parent, from, { ...world, warn });
  if (exists(station.path)) {
    undefinedOnes.forEach(world.warn);
    return station;
  }
  const [first] = undefinedOnes;
  if (first) throw new ExpyrunError({ ...first, notes: [] });
  const beside = join(dirname(from.path), station.name);
  if (isAbsolute(station.name) || station.name.startsWith(".") || !exists(beside)) return station;
  throw new ExpyrunError({
    code: "unreadable",
    message: `Cannot read "${station.name}": no such file`,
    place: parent.place,
    hint: `Did you mean "./${station.name}"? Paths without ./ start at the working directory`,
  });
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Beginning with `.`: relative to the file that names it; else to the working directory. */
function stationOf(parent: Text, from: Station, world: World): Station {
  const text = parent.value.startsWith(literalMark)
    ? parent.value.slice(literalMark.length)
    : expandVariables(parent.value, parent.place, world).text;
  if (isAbsolute(text)) return { path: resolve(text), name: text };
  if (!text.startsWith(".")) return { path: resolve(world.cwd, text), name: text };
  return { path: resolve(dirname(from.path), text), name: join(dirname(from.name), text) };
}

function without(mapping: Mapping, keys: readonly string[]): Mapping {
  const entries = new Map(mapping.entries);
  for (const key of keys) entries.delete(key);
  return { ...mapping, entries };
}

function merge(
  parent: Mapping,
  child: Mapping,
  policy: Policy,
  loading: Loading,
  prefix = "",
): Mapping {
  const entries = new Map(parent.entries);
  for (const [key, entry] of child.entries) {
    const path = prefix + key;
    const before = parent.entries.get(key);
    if (!before) {
      if (!key.startsWith("__")) checkNewKey(path, entry, parent, policy, loading);
      entries.set(key, entry);
      continue;
    }
    const isReserved = prefix === "" && key.startsWith("__");
    entries.set(key, {
      keyPlace: entry.keyPlace,
      value: isReserved
        // Which keys there are, and of which kind, is expyrun's to say: whoever reads them checks.
        ? replace(before.value, entry.value, path, "pass", silent(loading))
        : replace(before.value, entry.value, path, policy, loading),
    });
  }
  return { ...child, entries, replaced: parent };
}

function silent(loading: Loading): Loading {
  return { ...loading, world: { ...loading.world, warn: () => {} } };
}

function replace(
  before: Node,
  after: Node,
  path: string,
  policy: Policy,
  loading: Loading,
): Node {
  // Inherited twice from one file.
  if (before === after) return after;
  if (before.kind === "mapping" && after.kind === "mapping" && !isAxis(path)) {
    return merge(before, after, policy, loading, `${path}.`);
  }
  const [from, to] = [kindOf(before), kindOf(after)];
  const isKept = from === to || from === "null" || from === "int" && to === "float";
  if (!isKept && !isOpen(before, after) && !isOpen(after, before)) {
    loading.world.warn({
      code: "kind-change",
      message: `Changing the kind of "${path}" from ${from} to ${to}`,
      place: after.place,
      notes: [{ message: `the ${from} stands here`, place: before.place }],
      hint: from === "float" && to === "int" ? "Write the number with a dot" : undefined,
    });
  }
  // A value that was replaced itself (inherited by what is inherited) keeps its own chain below.
  return chained(after, before);
}

/** An axis is described in one of several ways: with a half of another one it would be described in two. */
function isAxis(path: string): boolean {
  return path.startsWith("__sweep__.parameters.");
}

/** Whether text may be of the other one's kind once it is resolved. */
function isOpen(node: Node, other: Node): boolean {
  if (node.kind !== "scalar" || node.type !== "string") return false;
  return isReference(node.value) || other.kind === "scalar" && mayBecomeScalar(node.value);
}

/**
 * The node with the whole chain of what it replaced, the oldest last. What two parents have inherited
 * from one file stands in it once: else the chain would double with each level of such parents.
 */
function chained(node: Node, before: Node): Node {
  const below = new Set(Array.from(chainOf(before), ({ place }) => place));
  const [first, ...rest] = chainOf(node);
  const own = [first!, ...rest.filter(({ place }) => !below.has(place))];
  return own.reduceRight((replaced, one) => ({ ...one, replaced }), before);
}

function* chainOf(node: Node | undefined): Iterable<Node> {
  for (; node; node = node.replaced) yield node;
}

function checkNewKey(
  path: string,
  entry: Entry,
  parent: Mapping,
  policy: Policy,
  { world, searches }: Loading,
): void {
  if (policy === "pass") return;
  const key = path.slice(path.lastIndexOf(".") + 1);
  const near = searches.count++ < searchLimit ? nearMiss(key, parent.entries.keys()) : undefined;
  const problem = {
    code: "new-key",
    message: policy === "raise"
      ? `Cannot add the key "${path}": no parent has it`
      : `Adding the key "${path}": no parent has it`,
    place: entry.keyPlace,
    hint: near !== undefined
      ? `Did you mean "${path.slice(0, path.length - key.length)}${near}"?`
      : "Set __new_key_policy__ to pass if this file may add keys",
  } as const;
  if (policy === "raise") throw new ExpyrunError(problem);
  world.warn(problem);
}
