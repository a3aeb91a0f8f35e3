/**
 * Finds where a module imports something, by the text: the runtime of a compiled program does not
 * tell. Only asked once an import has failed.
 *
 * @module
 */
import type { Addresses } from "./import_rules.ts";

const imported = /\b(?:from|import)\s*(?:\(\s*)?(["'])((?:(?!\1)[^\\\n])+)\1/g;

/**
 * Looks through a module and those that it reaches by relative imports.
 *
 * @param entry the URL of the module to begin with
 * @param wanted the specifier as it is written, or the URL that it leads to
 * @param imports what an import map makes of specifiers; a key with `/` at its end is the begin of some
 * @returns `URL:line:column`, 1-based; nothing when it is not found
 */
export function locateImport(
  entry: string,
  wanted: string,
  imports: Addresses = {},
): string | undefined {
  const seen = new Set<string>();
  for (const queue = [entry]; queue.length > 0;) {
    const url = queue.shift()!;
    if (seen.has(url)) continue;
    seen.add(url);
    const text = textOf(url);
    for (const { specifier, offset } of importsOf(text)) {
      const target = resolved(specifier, url);
      if ([specifier, target, mapped(specifier, imports)].includes(wanted)) {
        return `${url}:${position(text, offset)}`;
      }
      if (target !== undefined) queue.push(target);
    }
  }
  return undefined;
}

function mapped(specifier: string, imports: Addresses): string | undefined {
  const key = Object.keys(imports).filter((key) =>
    key === specifier || key.endsWith("/") && specifier.startsWith(key)
  ).sort((a, b) => a.length - b.length).at(-1);
  return key && imports[key] + specifier.slice(key.length);
}

function importsOf(text: string): { specifier: string; offset: number }[] {
  return [...text.matchAll(imported)].map((match) => ({
    specifier: match[2]!,
    offset: match.index + match[0].length - match[2]!.length - 2,
  }));
}

function textOf(url: string): string {
  try {
    return Deno.readTextFileSync(new URL(url));
  } catch {
    return "";
  }
}

/** The URL of a relative specifier. */
function resolved(specifier: string, base: string): string | undefined {
  return /^\.{0,2}\/|^file:/.test(specifier) ? new URL(specifier, base).href : undefined;
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${[...before.at(-1)!].length + 1}`;
}
