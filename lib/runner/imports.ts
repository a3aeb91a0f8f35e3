/**
 * Answers the imports of an experiment in the compiled binary: its import map, and the modules of
 * its vendor folder. Packages of node_modules are the runtime's own affair, by the rules of Node.
 *
 * Only loaded for code that imports more than its own files: it wakes Deno's layer for Node.
 *
 * @module
 */
import { isFile } from "../files.ts";
import { ImportMap } from "@jspm/import-map";
import { newestOf } from "../snapshotter/package_version.ts";
import type { ImportRules } from "./import_rules.ts";
import { vendoredPath } from "./vendor.ts";

// deno-lint-ignore no-process-global -- importing it would wake the layer for Node at the start
const { getBuiltinModule } = process;
const { registerHooks } = getBuiltinModule("node:module");

/** What turns a specifier into a URL; `next` is the runtime's own way. */
type Resolve = (specifier: string, parent: string, next: Next) => Answer;
type Next = (specifier: string) => Answer;
type Answer = ReturnType<Parameters<typeof registerHooks>[0]["resolve"] & object>;

/** Sees to the imports of this thread from now on. */
export function serveImports(rules: ImportRules): void {
  const answer = resolver(rules);
  registerHooks({
    resolve: (specifier, context, next) =>
      answer(specifier, context.parentURL ?? rules.base, (found) => next(found, context)),
  });
}

function resolver(rules: ImportRules): Resolve {
  const { base: mapUrl, imports, scopes } = rules;
  const map = new ImportMap({ mapUrl, map: { imports, scopes } });
  const vendor = vendorOf(rules);
  return (specifier, parent, next) => {
    if (parent.includes("/node_modules/")) return next(specifier);
    // Inside the vendor folder, relative paths start at the URL of the importing module.
    const from = vendor.originOf(parent) ?? parent;
    const target = mapped(map, specifier, from);
    if (/^(?:https?|jsr):/.test(target)) return next(vendor.fileOf(target, specifier));
    return known(next(target), specifier, parent);
  };
}

/** Beside hooks, the runtime takes a name that it cannot find for that of a file. */
function known(answer: Answer, specifier: string, parent: string): Answer {
  const isName = /^[\w@]/.test(specifier) && !URL.canParse(specifier);
  if (!isName || answer.url !== new URL(specifier, parent).href) return answer;
  throw new TypeError(`Import "${specifier}" not a dependency`);
}

/** As the map says; a bare name that it does not know, and what is no URL, stay as they are. */
function mapped(map: ImportMap, specifier: string, from: string): string {
  try {
    const url = map.resolve(specifier, from);
    return /^\.{0,2}\//.test(specifier) && from.startsWith("file:") &&
        url === new URL(specifier, from).href
      ? specifier
      : url;
  } catch {
    return specifier;
  }
}

interface Vendor {
  /** The URL of the file that holds a module. @throws {TypeError} when there is none */
  fileOf(target: string, specifier: string): string;
  /** The URL that a file was vendored from, where it was asked for before. */
  originOf(file: string): string | undefined;
}

function vendorOf({ vendor, locked }: ImportRules): Vendor {
  const origins = new Map<string, string>();
  const { modules = {} }: Manifest = readJson(new URL("manifest.json", vendor)) ?? {};
  const urlOf = (url: URL): URL => {
    const headers = modules[url.href]?.headers;
    if (headers?.location !== undefined) return urlOf(new URL(headers.location, url));
    const contentType = headers?.["content-type"];
    const path = vendoredPath(url, { contentType, sha256 });
    const file = new URL(path.split("/").map(encodeURIComponent).join("/"), vendor);
    origins.set(file.href, url.href);
    return file;
  };
  const packages = { read: (url: URL) => readJson(urlOf(url)), list: versionsIn(vendor), locked };
  return {
    fileOf(target, specifier) {
      const url = target.startsWith("jsr:") ? jsrUrl(target, packages) : new URL(target);
      const file = url && urlOf(url);
      if (file && isFile(file)) return file.href;
      throw new TypeError(`Import "${specifier}" not a dependency: "${target}" is not in vendor`);
    },
    originOf: (file) => origins.get(file),
  };
}

interface Manifest {
  readonly modules?: Readonly<
    Record<string, { readonly headers?: Readonly<Record<string, string>> }>
  >;
}

interface JsrPackages {
  read(url: URL): unknown;
  /** The versions of a package that are there. */
  list(name: string): string[];
  readonly locked: ImportRules["locked"];
}

const registry = "https://jsr.io/";

/** `jsr:@scope/name@range/export` as the URL of its module. */
function jsrUrl(target: string, packages: JsrPackages): URL | undefined {
  const match = /^jsr:\/?(@[^/]+\/[^/@]+)(?:@([^/]+))?(\/.+)?$/.exec(target);
  if (!match) return undefined;
  const [, name, range = "*", path = ""] = match;
  const version = packages.locked[`jsr:${name}@${range}`] ?? newestOf(packages.list(name!), range);
  if (version === undefined) return undefined;
  const meta = packages.read(new URL(`${name}/${version}_meta.json`, registry)) as
    | { readonly exports?: Readonly<Record<string, string>> }
    | undefined;
  const exported = meta?.exports?.[`.${path}`];
  return exported === undefined ? undefined : new URL(`${name}/${version}/${exported}`, registry);
}

function versionsIn(vendor: string): JsrPackages["list"] {
  return (name) => {
    try {
      return [...Deno.readDirSync(new URL(`jsr.io/${name}/`, vendor))]
        .filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
    } catch {
      return [];
    }
  };
}

function readJson<Value>(url: URL): Value | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(url));
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return getBuiltinModule("node:crypto").createHash("sha256").update(text).digest("hex");
}
