/**
 * From `package.module:function` to the module's file.
 *
 * @module
 */
import { entriesIn, isFile, isFolder } from "../files.ts";
import { join, slashed } from "../path.ts";
import { didYouMean, ExpyrunError, nearMiss } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";

/** Where a run begins. */
export interface EntryPoint {
  /** The module's file, relative to `code`, with `/`. */
  readonly module: string;
  /** The first segment of it: the package's folder, or the single module file. */
  readonly top: string;
  /** The name among the module's exports. */
  readonly function: string;
}

const extensions = [".ts", ".mts", ".tsx", ".js", ".mjs", ".jsx"];
const folderModule = "mod.ts";

/**
 * Finds the module of `__main__` below `code`.
 *
 * @throws {ExpyrunError} "entry-point" when there is none, with the near miss
 */
// deno-lint-ignore require-await -- touches the disk
export async function findEntryPoint(spec: RunSpec): Promise<EntryPoint> {
  checkCode(spec);
  const base = basePath(spec);
  const module = candidates(base).find((path) => isFile(join(spec.code, path)));
  if (module === undefined) throw notFound(spec, base);
  return { module, top: module.split("/")[0]!, function: spec.main.function };
}

/** Where a module of this name may stand; in the order in which they are tried. */
function candidates(base: string): string[] {
  if (extensionOf(base) !== undefined) return [base];
  return [...extensions.map((extension) => base + extension), `${base}/${folderModule}`];
}

function checkCode({ code, codePlace, main }: RunSpec): void {
  if (isFolder(code)) return;
  throw new ExpyrunError({
    code: "entry-point",
    message: `Cannot find the module "${main.module}": there is no folder "${code}"`,
    place: codePlace ?? main.place,
    hint: "__code__ names the folder that holds the package",
  });
}

function basePath(spec: RunSpec): string {
  const { module } = spec.main;
  if (!isPathForm(module)) return module.replaceAll(".", "/");
  const path = slashed.normalize(
    Deno.build.os === "windows" ? module.replaceAll("\\", "/") : module,
  );
  const leaves = slashed.isAbsolute(path) || /^[A-Za-z]:/.test(path) || path.split("/")[0] === "..";
  if (!leaves && path !== "." && path !== "./") return path.replace(/\/$/, "");
  throw new ExpyrunError({
    code: "entry-point",
    message: `Cannot use the module "${module}": it is not below __code__, "${spec.code}"`,
    place: spec.main.place,
    hint: 'Name the module relative to __code__, as in "package/module.ts:function"',
  });
}

function isPathForm(module: string): boolean {
  return /[/\\]/.test(module) || extensionOf(module) !== undefined;
}

function extensionOf(path: string): string | undefined {
  return extensions.find((extension) => path.endsWith(extension) && path !== extension);
}

function notFound(spec: RunSpec, base: string): ExpyrunError {
  const { main: { module, place }, code } = spec;
  const tried = extensionOf(base) !== undefined
    ? `no file "${base}"`
    : `no file "${base}.ts" (nor .mts, .tsx, .js, .mjs, .jsx, nor "${base}/${folderModule}")`;
  const hint = suggestion(spec, base);
  return new ExpyrunError({
    code: "entry-point",
    message: `Cannot find the module "${module}": ${tried} in "${code}"`,
    place,
    hint:
      `${
        hint === undefined ? "" : hint.replace(/[^?]$/, "$&.") + " "
      }It is searched in __code__, which is the ` +
      "working directory unless set",
  });
}

/** Looks at what stands beside the first segment that leads nowhere. */
function suggestion({ main: { module, function: name }, code }: RunSpec, base: string) {
  const segments = base.split("/");
  let depth = 0;
  while (depth < segments.length - 1 && isFolder(join(code, ...segments.slice(0, depth + 1)))) {
    depth++;
  }
  const last = depth === segments.length - 1;
  const names = namesIn(join(code, ...segments.slice(0, depth)), last, extensionOf(base));
  const dot = isPathForm(module) ? "/" : ".";
  const spell = (word: string) =>
    [...segments.slice(0, depth), word, ...segments.slice(depth + 1)].join(dot);
  const near = nearMiss(segments[depth]!, names);
  if (near !== undefined) return `Did you mean "${spell(near)}:${name}"?`;
  return last ? didYouMean(module, names.map(spell)) : undefined;
}

/** The modules (by their name, or by their file when an extension was given) or the folders. */
function namesIn(folder: string, last: boolean, extension: string | undefined): string[] {
  const names = new Set<string>();
  // A folder that may be passed through, but not be looked into, suggests nothing.
  for (const entry of entriesIn(folder)) {
    const own = extensionOf(entry.name);
    if (own !== undefined && last) {
      names.add(extension === undefined ? entry.name.slice(0, -own.length) : entry.name);
    } else if (!last && isFolder(join(folder, entry.name))) names.add(entry.name);
    else if (last && isFile(join(folder, entry.name, folderModule))) names.add(entry.name);
  }
  return [...names].sort();
}
