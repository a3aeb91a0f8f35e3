/**
 * Looks whether code imports anything that a lock must hold. It may say yes too often (that costs
 * a few milliseconds), never no where it is yes; so texts are searched, not parsed.
 *
 * @module
 */
import { join, slashed } from "../path.ts";
import { readText } from "./text_file.ts";

/** What is known of the code to look through. */
export interface ScanRequest {
  /** The folder that paths are relative to. */
  readonly root: string;
  /** Where to begin; relative, with `/`. */
  readonly module: string;
  /** Lists every file there is: asked for when the code imports what only it knows. */
  readonly files: () => Promise<readonly string[]>;
  /** Whether JSX imports a package without saying so. */
  readonly jsxImports: boolean;
}

/** What the modules that an entry point reaches import. */
export interface ImportScan {
  /** Whether anything but a relative path or a built-in module of Node is imported. */
  readonly foreign: boolean;
  /** The other modules that do, some of which no import leads to (workers); sorted. */
  readonly others: readonly string[];
  /** What is imported beside relative paths and modules of Node, as it is written. */
  readonly specifiers: readonly string[];
  /** Whether there are imports whose names are only known when they are made. */
  readonly computed: boolean;
  /** Whether an import may lead out of the root: only running the code tells where. */
  readonly leaves: boolean;
  /** What was looked through, by its path. */
  readonly texts: ReadonlyMap<string, string>;
}

const sourceName = /\.[cm]?[jt]sx?$/;
// White space and comments, each of which can be read in one way only, and not without end: no input
// makes it slow.
const gap = /(?:\s|\/\*(?:[^*]|\*(?!\/)){0,4000}\*\/|\/\/[^\n]{0,4000}\n){0,400}/.source;
const imported = new RegExp(
  /\b(?:from|import|require|resolve)/.source + gap + `(?:\\(${gap})?` + /["'`]([^"'`\n]*)/.source,
  "g",
);
// `import(name)`, `import("./" + name)`, or a relative path with `${` in it.
const computed = new RegExp(
  `\\bimport${gap}\\((?!${gap}` + /(["'`])[^"'`\n$]*\1/.source + `${gap}[,)])|` +
    /["'`]\.{1,2}\/[^"'`\n]*\$\{/.source,
);
const relativePath = /["'`](\.{1,2}\/[^"'`\n$]+)["'`]/g;
const local = /^(\.{1,2}\/|node:|file:|data:|blob:)/;

/** Follows relative paths from the module, through whatever text looks like one. */
export async function scanImports(request: ScanRequest): Promise<ImportScan> {
  const { root, module, jsxImports } = request;
  const texts = reachedFrom(root, [module]);
  const unknown = [...texts.values()].some((text) => computed.test(text));
  const all = unknown ? reachedFrom(root, [module, ...await request.files()]) : texts;
  const foreign = [...all].filter(([path, text]) => isForeign(path, text, jsxImports))
    .map(([path]) => path);
  return {
    foreign: unknown || foreign.length > 0,
    others: foreign.filter((path) => path !== module).sort(),
    specifiers: [...new Set([...all.values()].flatMap(foreignIn))].sort(),
    computed: unknown,
    leaves: unknown || [...all].some(([path, text]) => mayLeave(path, text)),
    texts: all,
  };
}

/** Whether what was looked through stands in another folder, too. */
export function isSameIn(root: string, { texts }: ImportScan): boolean {
  return [...texts].every(([path, text]) => readText(join(root, path)) === text);
}

const anyImport = /\b(?:require|createRequire|eval|Function)\s*\(/;

function mayLeave(path: string, text: string): boolean {
  if (anyImport.test(text)) return true;
  return [...text.matchAll(imported)].some(([, specifier]) => {
    if (/^(?:\/|file:)/.test(specifier!)) return true;
    if (!/^\.{1,2}\//.test(specifier!)) return false;
    return slashed.join(slashed.dirname(path), decoded(specifier!)).startsWith("../");
  });
}

/** The texts of the modules, and of what they name. */
function reachedFrom(root: string, modules: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const queue = [...modules]; queue.length > 0;) {
    const path = queue.pop()!;
    if (texts.has(path) || !sourceName.test(path) || path.startsWith("../")) continue;
    const text = readText(join(root, path));
    if (text === undefined) continue;
    texts.set(path, text);
    for (const name of namedBeside(path, text)) queue.push(name);
  }
  return texts;
}

function isForeign(path: string, text: string, jsxImports: boolean): boolean {
  if (/x$/.test(path) && (jsxImports || text.includes("@jsxImportSource"))) return true;
  return foreignIn(text).length > 0;
}

function foreignIn(text: string): string[] {
  return [...text.matchAll(imported)].map(([, specifier]) => specifier!)
    .filter((specifier) => !local.test(specifier));
}

/** The paths in a text, as seen from the root. */
function namedBeside(path: string, text: string): string[] {
  return [...text.matchAll(relativePath)]
    .map(([, written]) => slashed.join(slashed.dirname(path), decoded(written!.split(/[?#]/)[0]!)));
}

function decoded(specifier: string): string {
  try {
    return decodeURIComponent(specifier);
  } catch {
    return specifier;
  }
}
