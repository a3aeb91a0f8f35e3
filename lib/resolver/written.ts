/**
 * A configuration as it is written into a file: absolute paths where they start at the working
 * directory, so that the file means the same elsewhere.
 *
 * @module
 */
import { isAbsolute, resolve, separator } from "../path.ts";
import type { World } from "../world.ts";
import {
  findReferences,
  isReadAgain,
  isReferable,
  literally,
  literalMark,
  replaceVariables,
} from "./interpolation.ts";
import { type Mapping, mapScalars, type Node, type Scalar } from "./node.ts";
import { isPermissionPath } from "./permission_section.ts";
import { readSecretRule } from "./secrets.ts";
import { textOf } from "./text.ts";

/** The two configurations of an experiment folder. */
export interface WrittenConfigs {
  /** For raw_config.yml; see {@linkcode emitRaw}. */
  readonly raw: Mapping;
  /** For config.yml; see {@linkcode emitResolved}. */
  readonly resolved: Mapping;
}

/**
 * The configurations as the experiment folder holds them: `__output_dir__` and the paths of
 * `__permissions__` are absolute, `__code__` is set. `__sweep__` and `__slurm__` stay in the raw one.
 *
 * @param code the folder that holds the copy of the code, absolute; none: `__code__` stays
 * @param runtime what the command line asked for; none: `__runtime__` stays
 */
export function writtenConfigs(
  raw: Mapping,
  resolved: Mapping,
  world: World,
  code?: string,
  runtime?: string,
): WrittenConfigs {
  const section = resolvedSection(resolved, world);
  const run = section.entries.get("__run__")?.value;
  if (run?.kind !== "mapping") return { raw, resolved: section };
  const rawRun = raw.entries.get("__run__")!.value;
  const before = resolved.entries.get("__run__")!.value as Mapping;
  const written = rawRun.kind === "mapping"
    ? absoluteRun(rawRun, before, world, rawText(world), rawText(world, fixedVariables(raw, world)))
    : escaped(run) as Mapping;
  return {
    raw: withChild(raw, "__run__", withTexts(written, { code, runtime }, literally)),
    resolved: withChild(section, "__run__", withTexts(run, { code, runtime }, (text) => text)),
  };
}

/** The resolved configuration as config.yml holds it, but for `__code__`, which stays. */
export function resolvedSection(resolved: Mapping, world: World): Mapping {
  const entries = new Map(resolved.entries);
  entries.delete("__sweep__");
  entries.delete("__slurm__");
  const config: Mapping = { ...resolved, entries };
  const run = entries.get("__run__")?.value;
  if (run?.kind !== "mapping") return config;
  return withChild(config, "__run__", absoluteRun(run, run, world, asIs));
}

/** The text that is written for a path that is absolute now; `before` and `after` resolving. */
type Write = (path: string, before: Node, after: Scalar) => string;
const asIs: Write = (path) => path;

/**
 * The section with absolute paths; where the raw text leads to a relative one, it is replaced.
 *
 * @param writeOutput of `__output_dir__`
 */
function absoluteRun(
  run: Mapping,
  resolved: Mapping,
  world: World,
  write: Write,
  writeOutput: Write = write,
): Mapping {
  const toPath = (path: string) => resolve(world.cwd, path);
  const output = resolved.entries.get("__output_dir__")?.value;
  let written = run;
  if (output?.kind === "scalar" && output.type !== "null" && output.value !== "") {
    const value = writeOutput(
      toPath(textOf(output)),
      run.entries.get("__output_dir__")!.value,
      output,
    );
    written = withChild(run, "__output_dir__", { ...output, type: "string", value });
  }
  const makeAbsolute = (key: string, toPath: (path: string, name: string) => string) => {
    const before = written.entries.get(key)?.value;
    const after = resolved.entries.get(key)?.value;
    if (!before || !after) return;
    written = withChild(written, key, absolutePaths(before, after, write, toPath));
  };
  makeAbsolute("__inputs__", (path) => path === "" ? path : toPath(path));
  const isSet = resolved.entries.get("__permissions__")?.value.kind === "mapping";
  if (!isSet) return written;
  makeAbsolute(
    "__permissions__",
    (path, name) => isPermissionPath(name, path) ? toPath(path) : path,
  );
  return written;
}

/**
 * Writes paths for raw_config.yml: the references in them are kept where the text is absolute with
 * them, so that a parameter that is changed on a repetition changes the path, too.
 *
 * @param fixed the variables that are replaced by their values
 */
function rawText(
  world: World,
  fixed: (name: string) => string | undefined = () => undefined,
): Write {
  // Text that the directory's own name would turn into something else is written out.
  const isOpen = /[${}]/.test(world.cwd);
  const start = world.cwd.endsWith(separator) ? world.cwd : world.cwd + separator;
  return (path, before, after) => {
    const text = before.kind === "scalar" && before.type === "string" ? before.value : "";
    if (after.type !== "string") return literally(path);
    const isKept = !isOpen && isReadAgain(text) && !text.startsWith(literalMark) &&
      !needsDirectory(after, new Set());
    if (!isKept) return literally(path);
    const here = replaceVariables(
      text,
      (whole, name) => name === "EXPYRUN_CWD" ? world.cwd : fixed(name) ?? whole,
    );
    return isAbsolute(after.value) ? here : start + here.replace(/^(?:\.[/\\]+)+/, "");
  };
}

/**
 * Repetitions stand beside what they repeat, also where a variable that led there is gone: as those of
 * the Python tool. A secret stays out of files, and a text that would be read anew where it is.
 */
function fixedVariables(raw: Mapping, { env }: World): (name: string) => string | undefined {
  const isSecret = readSecretRule(raw);
  return (name) => isSecret(name) || /[${}]/.test(env[name] ?? "") ? undefined : env[name];
}

/** Whether what a value refers to holds the working directory, which another may replace. */
function needsDirectory(node: Node, seen: Set<Node>, isOwn = true): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  const further = (other: Node) => needsDirectory(other, seen, false);
  const byLink = node.links?.some((link) =>
    link.kind === "reference" ? further(link.target) : !isOwn && link.name === "EXPYRUN_CWD"
  );
  if (byLink || node.kind === "scalar") return byLink ?? false;
  if (node.kind === "list") return node.items.some(further);
  return [...node.entries.values()].some(({ value }) => further(value));
}

/** The node with every text replaced whose resolved text becomes another one; else the node. */
function absolutePaths(
  node: Node,
  resolved: Node,
  write: Write,
  toPath: (path: string, name: string) => string,
  name = "",
): Node {
  if (resolved.kind === "scalar") {
    if (resolved.type !== "string") return node;
    const path = toPath(resolved.value, name);
    if (path === resolved.value) return node;
    return { ...resolved, value: write(path, node, resolved) };
  }
  if (node.kind !== resolved.kind) {
    // A reference to the whole: written out only if a path in it changes.
    const written = absolutePaths(resolved, resolved, write, toPath, name);
    return written === resolved
      ? node
      : absolutePaths(spelledOut(node, resolved), resolved, write, toPath, name);
  }
  if (node.kind === "list" && resolved.kind === "list") {
    const items = node.items.map((item, i) =>
      absolutePaths(item, resolved.items[i]!, write, toPath, name)
    );
    return items.every((item, i) => item === node.items[i]) ? node : { ...node, items };
  }
  let changed = node as Mapping;
  for (const [key, { value }] of (resolved as Mapping).entries) {
    const before = (node as Mapping).entries.get(key)!.value;
    const after = absolutePaths(before, value, write, toPath, name === "" ? key : name);
    if (after !== before) changed = withChild(changed, key, after);
  }
  return changed;
}

/** What a reference to a whole list or mapping stands for, as references to its parts. */
function spelledOut(node: Node, resolved: Node): Node {
  const path = node.kind === "scalar" && node.type === "string"
    ? findReferences(node.value)[0]?.path
    : undefined;
  if (path === undefined) return escaped(resolved);
  return mapScalars(
    resolved,
    path,
    (scalar, path): Node =>
      isReferable(path)
        ? { kind: "scalar", type: "string", value: `{${path}}`, place: scalar.place }
        : escaped(scalar),
  );
}

/** A resolved node as raw text that resolves to it. */
function escaped(node: Node): Node {
  return mapScalars(
    node,
    "",
    (scalar) => scalar.type === "string" ? { ...scalar, value: literally(scalar.value) } : scalar,
  );
}

function withTexts(
  run: Mapping,
  texts: Readonly<Record<"code" | "runtime", string | undefined>>,
  escape: (text: string) => string,
): Mapping {
  let written = run;
  for (const [name, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    const key = `__${name}__`;
    const place = run.entries.get(key)?.value.place ?? run.place;
    const value = escape(text);
    written = withChild(written, key, { kind: "scalar", type: "string", value, place });
  }
  return written;
}

/** The mapping with a value set: in its place, or as the last one. */
function withChild(mapping: Mapping, key: string, value: Node): Mapping {
  const keyPlace = mapping.entries.get(key)?.keyPlace ?? value.place;
  return { ...mapping, entries: new Map(mapping.entries).set(key, { keyPlace, value }) };
}
