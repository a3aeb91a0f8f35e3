/**
 * What a copy leaves out: what .gitignore files say, and what is never code.
 *
 * @module
 */
import { loaded } from "../loading.ts";

/** The rules of the .gitignore files that were added; they are read as git reads them. */
export interface IgnoreRules {
  /**
   * Adds the rules of a file: after those of the folders above it, which they overrule.
   *
   * @param folder relative to `code`, with `/`; empty for `code` itself
   * @param text the contents of the file
   */
  add(folder: string, text: string): void;
  /** Whether a file or folder, whose parents are in, is left out. */
  ignores(candidate: Candidate): boolean;
}

/** A file or a folder of the walk. */
export interface Candidate {
  /** Relative to `code`, with `/`. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** The name of the files that hold such rules. */
export const ignoreFileName = ".gitignore";

/** Never copied, not even with an included folder; a line of __include__ cannot name these. */
export const neverCopied: ReadonlySet<string> = new Set([
  ".git",
  ".hg",
  ".jj",
  ".svn",
  "node_modules",
]);

// Secrets, what editors and desktops leave behind, and caches that are never code.
const litter =
  /^(\.env.*|.*~|\.#.*|#.*#|\..*\.sw[a-p]|\.DS_Store|Thumbs\.db|\.idea|\.vscode|__pycache__)$/;

/** Whether a name is never code, whatever .gitignore files say. */
export function isLitter(name: string): boolean {
  return neverCopied.has(name) || litter.test(name);
}

/**
 * No rules yet. Call it for a first file only: the package is CommonJS, which wakes Deno's layer for
 * Node, and that takes 20 ms.
 */
export async function ignoreRules(): Promise<IgnoreRules> {
  const { default: ignore } = await loaded(import("ignore"));
  const rules = ignore({ ignoreCase: false });
  return {
    add: (folder, text) => void rules.add(patternsFromRoot(folder, text)),
    ignores: ({ path, isFolder }) => rules.ignores(isFolder ? `${path}/` : path),
  };
}

/** The patterns of a file as they would stand in `code`: names at any depth below the folder. */
function patternsFromRoot(folder: string, text: string): string[] {
  const root = folder === "" ? "/" : `/${folder.replace(/[\\*?[\] ]/g, "\\$&")}/`;
  return text.replace(/^\ufeff/, "").split(/\r?\n/).flatMap((line) => {
    if (line.startsWith("#")) return [];
    const mark = line.startsWith("!") ? "!" : "";
    // Spaces at the end count where a backslash stands before them.
    const pattern = line.slice(mark.length).replace(/(\\.)| +$/g, "$1");
    if (pattern === "") return [];
    const anchored = pattern.slice(0, -1).includes("/");
    return [mark + root + (anchored ? pattern.replace(/^\//, "") : `**/${pattern}`)];
  });
}
