/**
 * Turns a project's configuration into the one that the copy is resolved by: pure but for the
 * import map file that a configuration may name.
 *
 * @module
 */
import { resolve, separator } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import { type Json, type JsonFile, objectAt, readJsonFile } from "./json_file.ts";
import type { Project } from "./project.ts";

/** The reduced configuration, and what could not be brought along. */
export interface ReducedConfig {
  readonly value: Json;
  /** Names that lead outside of `code`, with what they lead to. */
  readonly outside: readonly { readonly name: string; readonly target: string }[];
}

/** A mapping from names to addresses; scopes hold one each. */
type Addresses = Record<string, unknown>;

/** What the addresses of one file are moved by. */
interface Move {
  /** URL of the folder that the addresses are relative to, with `/` at the end. */
  readonly from: string;
  /** URL of `code`, with `/` at the end: what the experiment folder stands for. */
  readonly code: string;
  readonly outside: { name: string; target: string }[];
}

// Everything else a configuration may say (tasks, lint, workspace, ...) is not about resolving.
// These are kept whole: the lock lists what they name, and pruning one makes it out of date.
const keptKeys = ["unstable", "minimumDependencyAge", "catalog", "catalogs"];

// The empty workspace makes the folder a root: even with --config Deno looks further up for one.
const ownKeys: Json = { nodeModulesDir: "none", workspace: [] };

/**
 * The deno.json of the copy. Relative addresses are moved so that the experiment folder stands for
 * `code`; the members of a workspace become scopes, and their names imports.
 *
 * @throws {ExpyrunError} "lock" when the import map that it names cannot be read
 */
export async function reduceConfig(project: Project, code: string): Promise<ReducedConfig> {
  const { root, config } = project;
  const outside: Move["outside"] = [];
  if (!root || !config) {
    const imports = packageNames(project, code, outside);
    return { value: { ...ownKeys, ...nonEmpty({ imports }) }, outside };
  }
  const value: Json = {
    ...ownKeys,
    ...pick(root.value, keptKeys),
    ...pick(config.value, keptKeys),
    ...compilerOptions(project, code, outside),
    ...links(root, code, outside),
    ...await importsOf(project, code, outside),
  };
  return { value, outside };
}

async function importsOf(project: Project, code: string, outside: Move["outside"]) {
  const { members } = project;
  const root = project.root!;
  const own = await importMapOf(root);
  if (typeof own === "string") return { importMap: own };
  const move = moveFrom(own.folder, code, outside);
  const imports = {
    ...packageNames(project, code, outside),
    // A project may import itself by its name.
    ...memberNames(root, moveFrom(root.folder, code, outside)),
    ...moveAddresses(objectAt(own.value, "imports"), move),
  };
  const scopes = moveScopes(objectAt(own.value, "scopes"), move);
  for (const member of members) {
    const from = moveFrom(member.folder, code, outside);
    Object.assign(imports, memberNames(member, from));
    const inner = { [from.from]: objectAt(member.value, "imports") };
    const all = { ...inner, ...objectAt(member.value, "scopes") };
    for (const [scope, addresses] of Object.entries(moveScopes(all, from))) {
      scopes[scope] = { ...scopes[scope] as Addresses, ...addresses as Addresses };
    }
  }
  return { ...nonEmpty({ imports }), ...nonEmpty({ scopes }) };
}

/** The file that holds the imports: the configuration, or the import map that it names. */
async function importMapOf(config: JsonFile): Promise<JsonFile | string> {
  const { importMap, imports, scopes } = config.value;
  if (typeof importMap !== "string" || imports !== undefined || scopes !== undefined) return config;
  if (/^https?:/.test(importMap)) return importMap;
  const path = importMap.startsWith("file:")
    ? decodeURIComponent(new URL(importMap).pathname)
    : resolve(config.folder, importMap);
  const file = await readJsonFile(path);
  if (file) return file;
  throw new ExpyrunError({
    code: "lock",
    message: `Cannot read "${path}": no such file, though "importMap" of "${config.path}" names it`,
    place: placeOf(config, importMap),
    hint: "Deno resolves imports by it: put it there, or correct the path",
  });
}

/** Where a text stands in a file, if it can be told. */
function placeOf({ path, text }: JsonFile, value: string): Place | undefined {
  const written = JSON.stringify(value);
  const start = text.indexOf(written, text.indexOf('"importMap"'));
  if (start < 0) return undefined;
  const source = { name: path, path, text };
  return { kind: "file", source, start, end: start + written.length };
}

/** `@scope/name` and `@scope/name/export` of a workspace member. */
function memberNames({ value: { name, exports } }: JsonFile, move: Move): Addresses {
  if (typeof name !== "string") return {};
  const list = isExports(exports) ? exports : exports === undefined ? {} : { ".": exports };
  const addresses = Object.entries(list).flatMap(([key, target]) => {
    const address = chosen(target);
    // Patterns are no affair of import maps.
    if (address === undefined || key.includes("*")) return [];
    return [[key === "." ? name : `${name}/${key.replace(/^\.\//, "")}`, address]];
  });
  return moveAddresses(Object.fromEntries(addresses), move);
}

function isExports(exports: unknown): exports is Json {
  return typeof exports === "object" && exports !== null &&
    Object.keys(exports).every((key) => key.startsWith("."));
}

const conditions = ["deno", "node", "import", "module-sync", "default"];

/** The target of an export: of a package.json, the first whose condition Deno meets. */
function chosen(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  const met = Object.entries(target).filter(([condition]) => conditions.includes(condition));
  return met.map(([, inner]) => chosen(inner)).find((address) => address !== undefined);
}

/** The names of the members that have a package.json. */
function packageNames({ packages }: Project, code: string, outside: Move["outside"]): Addresses {
  const names = packages.map(({ value, ...file }) => {
    const main = [value.module, value.main].find((path) => typeof path === "string");
    const exports = value.exports ?? `./${String(main ?? "index.js").replace(/^\.\//, "")}`;
    const member = { ...file, value: { ...value, exports } };
    return memberNames(member, moveFrom(file.folder, code, outside));
  });
  return Object.assign({}, ...names);
}

function compilerOptions({ root, config }: Project, code: string, outside: Move["outside"]) {
  const options = {
    ...objectAt(root!.value, "compilerOptions"),
    ...objectAt(config!.value, "compilerOptions"),
  };
  if (Array.isArray(options.types)) {
    options.types = moveList(options.types, moveFrom(config!.folder, code, outside));
  }
  return nonEmpty({ compilerOptions: options });
}

/** Local packages that stand in for published ones. */
function links(root: JsonFile, code: string, outside: Move["outside"]) {
  const listed = root.value.links ?? root.value.patch;
  if (!Array.isArray(listed)) return {};
  return { links: moveList(listed, moveFrom(root.folder, code, outside)) };
}

function moveList(items: readonly unknown[], move: Move): unknown[] {
  return items.flatMap((item) => {
    const moved = moveAddress(String(item), String(item), move);
    return moved === undefined ? [] : [moved[1]];
  });
}

function moveScopes(scopes: Json, move: Move): Addresses {
  const moved: Addresses = {};
  for (const [scope, addresses] of Object.entries(scopes)) {
    const url = isRelative(scope) ? new URL(scope, move.from).href : scope;
    // A scope around `code` is one around the copy; one beside it has nothing to say.
    const around = move.code.startsWith(url) ? "./" : inside(url, move);
    const inner = moveAddresses(addresses as Json, move);
    if (around !== undefined && Object.keys(inner).length > 0) moved[around] = inner;
  }
  return moved;
}

function moveAddresses(addresses: Json, move: Move): Addresses {
  const moved: Addresses = {};
  for (const [name, address] of Object.entries(addresses)) {
    if (typeof address !== "string") moved[name] = address;
    else {
      const pair = moveAddress(name, address, move);
      if (pair) moved[pair[0]] = pair[1];
    }
  }
  return moved;
}

/** The name and the address, both as seen from `code`; nothing when it leads outside. */
function moveAddress(name: string, address: string, move: Move): [string, string] | undefined {
  const key = isRelative(name) ? inside(new URL(name, move.from).href, move) ?? name : name;
  if (!isRelative(address)) return [key, address];
  const target = new URL(address, move.from).href;
  const moved = inside(target, move);
  if (moved !== undefined) return [key, moved];
  // `"@/": "./"` of a folder above: what of it is copied is called "@/src/".
  if (address.endsWith("/") && move.code.startsWith(target)) {
    return [key + decodeURI(move.code.slice(target.length)), "./"];
  }
  move.outside.push({ name, target: decodeURI(new URL(target).pathname) });
  return undefined;
}

/** A URL as seen from `code`: relative when it is below, nothing when it is a file elsewhere. */
function inside(url: string, move: Move): string | undefined {
  if (url.startsWith(move.code)) return "./" + url.slice(move.code.length);
  return url.startsWith("file:") ? undefined : url;
}

function isRelative(address: string): boolean {
  return /^(\.{0,2}\/|file:)/.test(address);
}

function moveFrom(folder: string, code: string, outside: Move["outside"]): Move {
  return { from: folderUrl(folder), code: folderUrl(code), outside };
}

/** The file URL of a folder, with `/` at the end. */
export function folderUrl(folder: string): string {
  const path = separator === "/" ? folder : "/" + folder.replaceAll(separator, "/");
  const encoded = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return `file://${encoded.replace(/\/*$/, "/")}`;
}

function pick(value: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}

function nonEmpty<Value extends Record<string, Addresses>>(value: Value): Partial<Value> {
  return Object.values(value).every((inner) => Object.keys(inner).length === 0) ? {} : value;
}
