/**
 * `__run__`: read, checked, and changed to what the written files say.
 *
 * @module
 */
import { isAbsolute, resolve } from "../path.ts";
import { didYouMean, ExpyrunError, type Place } from "../errors.ts";
import type { Permissions } from "./permission_set.ts";
import { warnOfTilde } from "./tilde.ts";
import { type RuntimeName, runtimeNames, type World } from "../world.ts";
import { type DeclaredInput, readInputs } from "./input_section.ts";
import { aKind, type Mapping, type Node, pathsOf, type Scalar } from "./node.ts";
import { readPermissions } from "./permission_section.ts";
import { requiredKeys, runKeys } from "./run_keys.ts";
import { textOf } from "./text.ts";

/** `__run__`, read and checked: what prepare needs to know. Paths are absolute. */
export interface RunSpec {
  /** `__main__`: dotted module (`src.train`) or path (`src/train.ts`), as written. */
  readonly main: {
    readonly module: string;
    readonly function: string;
    readonly place: Place;
  };
  readonly name: string;
  readonly namePlace: Place;
  readonly outputDir: string;
  readonly outputDirPlace: Place;
  /** The folder in which the package is searched. */
  readonly code: string;
  /** Where `__code__` was written; absent: the working directory by default. */
  readonly codePlace?: Place | undefined;
  /** `__include__`, as written: relative to `code`. */
  readonly include: readonly { readonly path: string; readonly place: Place }[];
  readonly permissions: Permissions;
  /** Where `__permissions__` was written, if it was. */
  readonly permissionsPlace?: Place | undefined;
  /** `__runtime__`: what the entry point runs in, where it is said. */
  readonly runtime?: RuntimeName | undefined;
  /** `__inputs__`: data that the run declares to read. */
  readonly inputs: readonly DeclaredInput[];
}

const rootKeys = ["__default__", "__new_key_policy__", "__run__", "__sweep__", "__slurm__"];

const examples: Readonly<Record<typeof requiredKeys[number], string>> = {
  "__main__": "__main__: package.module:function",
  "__output_dir__": "__output_dir__: out",
  "__name__": "__name__: my_experiment",
};

/** Warns about root keys that begin with `__` and mean nothing, and about such below the root. */
export function checkReservedKeys(config: Mapping, world: World): void {
  const seen = new Set<Node>();
  for (const [key, { keyPlace, value }] of config.entries) {
    if (!key.startsWith("__")) warnBelowRoot(value, key, seen, world);
    if (!key.startsWith("__") || rootKeys.includes(key)) continue;
    world.warn({
      code: "section",
      message: `Passing "${key}" to the entry point: expyrun knows no such key`,
      place: keyPlace,
      hint: runKeys.includes(key) ? "Write it below __run__" : didYouMean(key, rootKeys),
    });
  }
}

/** What only counts at the root is an ordinary key elsewhere, which nobody means. */
function warnBelowRoot(node: Node, path: string, seen: Set<Node>, world: World): void {
  if (node.kind === "scalar" || seen.has(node)) return;
  seen.add(node);
  if (node.kind === "list") {
    node.items.forEach((item, i) => warnBelowRoot(item, `${path}.${i}`, seen, world));
    return;
  }
  for (const [key, { keyPlace, value }] of node.entries) {
    warnBelowRoot(value, `${path}.${key}`, seen, world);
    if (!key.startsWith("__") || !rootKeys.includes(key)) continue;
    world.warn({
      code: "section",
      message: `Passing "${path}.${key}" to the entry point: it only counts at the root`,
      place: keyPlace,
    });
  }
}

/**
 * Reads `__run__`.
 *
 * @param config resolved
 * @throws {ExpyrunError} `section`: absent, incomplete or malformed
 */
export function readRunSection(config: Mapping, world: World): RunSpec {
  const { run, place } = runMapping(config);
  checkKeys(run, place);
  refuseSecrets(run);
  const [main, outputDir, name] = requiredKeys.map((key) => requiredText(run, key, place));
  const code = optionalText(run, "__code__");
  warnOfTilde(outputDir!.text, "__output_dir__", outputDir!.place, world);
  if (code) warnOfTilde(code.text, "__code__", code.place, world);
  warnOfInnerRoot(outputDir!, world);
  const permissions = run.entries.get("__permissions__")?.value;
  return {
    main: readMain(main!),
    name: checkedName(name!, world),
    namePlace: name!.place,
    outputDir: resolve(world.cwd, checkedPath(outputDir!, "__output_dir__")),
    outputDirPlace: outputDir!.place,
    code: code ? resolve(world.cwd, checkedPath(code, "__code__")) : world.cwd,
    codePlace: code?.place,
    include: readInclude(run),
    permissions: readPermissions(permissions, world),
    permissionsPlace: permissions?.place,
    runtime: readRuntime(run),
    inputs: readInputs(run.entries.get("__inputs__")?.value, world),
  };
}

interface Text {
  readonly text: string;
  readonly place: Place;
}

/** An error about a reserved key. */
function sectionError(message: string, place: Place, hint?: string): ExpyrunError {
  return new ExpyrunError({ code: "section", message, place, hint });
}

function runMapping(config: Mapping): { run: Mapping; place: Place } {
  const entry = config.entries.get("__run__");
  const hint = "Say what to run: __run__ with __main__, __output_dir__ and __name__";
  if (!entry) {
    throw sectionError('Cannot run this configuration: it has no "__run__"', config.place, hint);
  }
  if (entry.value.kind === "mapping") return { run: entry.value, place: entry.keyPlace };
  const kind = aKind(entry.value);
  throw sectionError(
    `Cannot read "__run__": it is ${kind}, not a mapping`,
    entry.value.place,
    hint,
  );
}

function checkKeys(run: Mapping, place: Place): void {
  for (const [key, { keyPlace }] of run.entries) {
    if (runKeys.includes(key)) continue;
    const message = `Cannot read "__run__": unknown key "${key}"`;
    throw sectionError(message, keyPlace, didYouMean(key, runKeys));
  }
  for (const key of requiredKeys) {
    if (run.entries.has(key)) continue;
    throw sectionError(`Cannot read "__run__": it has no "${key}"`, place, `Add ${examples[key]}`);
  }
}

/** What `__run__` says becomes names of folders and flags of processes, which everyone can see. */
function refuseSecrets(run: Mapping): void {
  for (const [path, node] of pathsOf(run)) {
    if (node.kind !== "scalar" || node.written === undefined) continue;
    const isName = path.startsWith("__secrets__");
    throw sectionError(
      `Cannot read "__run__.${path}": "${node.written}" holds a secret`,
      node.place,
      isName
        ? "Write the name of the variable alone, without the $"
        : "Use another variable, or set __secrets__: none if it is no secret",
    );
  }
}

function requiredText(run: Mapping, key: typeof requiredKeys[number], place: Place): Text {
  const text = optionalText(run, key);
  if (text) return text;
  const valuePlace = run.entries.get(key)?.value.place ?? place;
  throw sectionError(`Cannot read "${key}": it is empty`, valuePlace, `Write ${examples[key]}`);
}

/** The text of a scalar; nothing when it is absent or empty. */
function optionalText(run: Mapping, key: string): Text | undefined {
  const node = run.entries.get(key)?.value;
  if (!node || isEmpty(node)) return undefined;
  if (node.kind === "scalar") return { text: textOf(node), place: node.place };
  const message = `Cannot read "${key}": it is a ${node.kind}, not text`;
  throw sectionError(message, node.place, braceHint(key, node.place));
}

/** A mapping in braces was as a rule meant as text with a reference in front. */
function braceHint(key: string, place: Place): string | undefined {
  if (place.kind !== "file" || place.source.text[place.start] !== "{") return undefined;
  const text = place.source.text.slice(place.start, place.end);
  if (text.includes("\n") || text.includes('"')) return "Quote text that begins with a brace";
  return `Quote text that begins with a brace: ${key}: "${text}"`;
}

function isEmpty(node: Node): boolean {
  return node.kind === "scalar" && (node.type === "null" || node.value === "");
}

/** The pattern for all letters takes V8 longer to compile than reading the file: it is made when needed. */
function isIdentifier(name: string): boolean {
  return /^[a-zA-Z$_][\w$]*$/.test(name) ||
    new RegExp("^[\\p{ID_Start}$_][\\p{ID_Continue}$\\u200c\\u200d]*$", "u").test(name);
}

function readMain({ text, place }: Text): RunSpec["main"] {
  const [module = "", name = "", ...rest] = text.split(":");
  const segments = module.includes("/") ? module.split("/") : module.split(".");
  const inside = segments.every((part) => part !== "" && part !== "." && part !== "..");
  if (rest.length === 0 && inside && isIdentifier(name) && !module.includes("\0")) {
    return { module, function: name, place };
  }
  const message = `Cannot read "__main__": "${text}" is no "package.module:function"`;
  const hint = "Name a module below __code__ and a function of it: package.module:function";
  throw sectionError(message, place, hint);
}

/** Parts that name no folder are left out: `group/{tag}` may have an empty tag. */
function checkedName({ text, place }: Text, world: World): string {
  const name = text.split("/").filter((part) => part !== "" && part !== ".").join("/");
  const reason = nameProblem(text, name);
  const hint = "A name is a relative path below __output_dir__, such as group/name";
  if (reason !== undefined) {
    throw sectionError(`Cannot read "__name__": "${text}" ${reason}`, place, hint);
  }
  if (name !== text) {
    world.warn({ code: "section", message: `Taking "${text}" as the name "${name}"`, place, hint });
  }
  return name;
}

function nameProblem(text: string, name: string): string | undefined {
  if (text.includes("\0")) return "holds a NUL character";
  if (isAbsolute(text)) return "is an absolute path";
  const segments = name.split("/");
  if (segments[0] === "") return "names no folder";
  if (segments[0] === "DEBUG" || segments[0] === "SWEEPS") {
    return `begins with "${segments[0]}", where expyrun keeps other folders`;
  }
  const numbered = segments.find((segment) => /^exp\.\d+$/.test(segment));
  if (numbered !== undefined) return `holds "${numbered}", the name of an experiment folder`;
  return segments.includes("..") ? 'holds "..", which leaves the output directory' : undefined;
}

/** `base/{out}`, where `out` is absolute: as raw_config.yml writes a directory that was relative. */
function warnOfInnerRoot({ text, place }: Text, world: World): void {
  if (!/[^/]\/\//.test(text)) return;
  world.warn({
    code: "section",
    message: `Taking "${text}" as "${resolve(world.cwd, text)}"`,
    place,
    hint: "Where a reference stands for an absolute path, set the directory itself: " +
      "--__run__.__output_dir__",
  });
}

function checkedPath({ text, place }: Text, key: string): string {
  if (!text.includes("\0")) return text;
  throw sectionError(`Cannot read "${key}": it holds a NUL character`, place);
}

function readRuntime(run: Mapping): RuntimeName | undefined {
  const written = optionalText(run, "__runtime__");
  if (!written) return undefined;
  const name = runtimeNames.find((name) => name === written.text);
  if (name !== undefined) return name;
  const message = `Cannot read "__runtime__": "${written.text}" is no runtime`;
  throw sectionError(message, written.place, didYouMean(written.text, runtimeNames));
}

function readInclude(run: Mapping): RunSpec["include"] {
  const node = run.entries.get("__include__")?.value;
  if (!node || (node.kind === "scalar" && node.type === "null")) return [];
  const items = node.kind === "list" ? node.items : [node];
  return items.map((item) => {
    if (item.kind === "scalar" && item.type === "string") return readIncluded(item);
    const message = `Cannot read "__include__": ${aKind(item)} is no path`;
    throw sectionError(message, item.place, "Give a path or a list of paths, below __code__");
  });
}

function readIncluded({ value, place }: Scalar & { type: "string" }): RunSpec["include"][number] {
  const leaves = value.split("/").includes("..") || isAbsolute(value);
  if (value !== "" && !leaves && !value.includes("\0")) return { path: value, place };
  const message = `Cannot include "${value}": it is no path below __code__`;
  throw sectionError(message, place, "Give paths relative to __code__");
}
