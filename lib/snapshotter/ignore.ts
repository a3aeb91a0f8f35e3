/**
 * What a copy leaves out: .gitignore files by git's own rules, and what is never code.
 *
 * The patterns are read here, in sixty lines, because the packages that do it cost more start-up
 * than everything else that a small run does, and look at a path's parents once more, which gets
 * nested files wrong.
 *
 * @module
 */

/** One line of a .gitignore file. */
export interface IgnoreRule {
  /** Matches a path relative to the file's folder, or a bare name. */
  readonly pattern: RegExp;
  readonly by: "path" | "name";
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

/** The rules of one .gitignore file, in its order, and the folder that it stands in. */
export interface IgnoreFile {
  /** Relative to `code`, with `/`; empty for `code` itself. */
  readonly folder: string;
  readonly rules: readonly IgnoreRule[];
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
 * Whether the rules leave the candidate out, its parents being in. As in git, the file nearest to
 * the candidate decides, and in it the last line that matches.
 *
 * @param files from `code` downwards
 */
export function isIgnored(candidate: Candidate, files: readonly IgnoreFile[]): boolean {
  const name = candidate.path.slice(candidate.path.lastIndexOf("/") + 1);
  for (let i = files.length - 1; i >= 0; i--) {
    const { folder, rules } = files[i]!;
    const path = folder === "" ? candidate.path : candidate.path.slice(folder.length + 1);
    const rule = rules.findLast(({ pattern, by, foldersOnly }) =>
      (candidate.isFolder || !foldersOnly) && pattern.test(by === "name" ? name : path)
    );
    if (rule) return !rule.negated;
  }
  return false;
}

/** Reads the text of a .gitignore file. */
export function parseIgnoreFile(folder: string, text: string): IgnoreFile {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  return { folder, rules: lines.flatMap(parseRule) };
}

function parseRule(line: string): IgnoreRule[] {
  if (line.startsWith("#")) return [];
  const negated = line.startsWith("!");
  const body = trimSpaces(negated ? line.slice(1) : line);
  const foldersOnly = body.endsWith("/");
  const glob = foldersOnly ? body.slice(0, -1) : body;
  if (glob === "") return [];
  const by = glob.includes("/") ? "path" : "name";
  const source = globSource(glob.startsWith("/") ? glob.slice(1) : glob);
  if (source === undefined) return [];
  return [{ pattern: new RegExp(`^${source}$`, "su"), by, negated, foldersOnly }];
}

/** Spaces at the end do not count, unless a backslash stands before them. */
function trimSpaces(line: string): string {
  const end = /(?:[^\\ ]|\\.|\\$| +(?=[^ ]))*/su.exec(line)![0].length;
  return line.slice(0, end);
}

/** The regular expression of a glob; nothing when it can never match, as with an open `[`. */
function globSource(glob: string): string | undefined {
  let source = "";
  for (let at = 0; at < glob.length;) {
    const [text, stars, set, escaped] = token.exec(glob.slice(at)) ?? [];
    if (text === undefined) return undefined;
    const starts = at === 0 || glob[at - 1] === "/";
    at += text.length;
    if (stars !== undefined && starts && stars.length >= 2 && glob[at] === "/") {
      source += "(?:.*/)?";
      at++;
    } else if (stars !== undefined) {
      source += starts && stars.length >= 2 && at === glob.length ? ".*" : "[^/]*";
    } else if (set !== undefined) source += setSource(set);
    else source += text === "?" ? "[^/]" : literal(escaped ?? text);
  }
  return source;
}

// Stars, a set, an escaped character, or any other one.
const token = /^(?:(\*+)|(\[[!^]?(?:\\.|\[:\w*:\]|.)(?:\\.|\[:\w*:\]|[^\]\\])*\])|\\(.)|[^\\[*])/su;

/** `[a-z]`, `[!a]`, `[[:digit:]]`: as in JavaScript, but for the spelling; never a slash. */
function setSource(set: string): string {
  const negated = /^\[[!^]/.test(set);
  const body = set.slice(negated ? 2 : 1, -1);
  let source = "";
  for (const [text, name, from, to] of body.matchAll(member)) {
    if (name !== undefined) source += classes[name] ?? "";
    else if (to === undefined) source += literal(unescaped(text));
    else if (unescaped(from!) <= unescaped(to)) {
      source += `${literal(unescaped(from!))}-${literal(unescaped(to))}`;
    }
  }
  return `(?!/)[${negated ? "^" : ""}${source}]`;
}

const member = /\[:(\w*):\]|(\\.|[^\\])-(\\.|[^\\])|\\.|./gsu;

const classes: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

function unescaped(text: string): string {
  return text.length > 1 && text.startsWith("\\") ? text.slice(1) : text;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&");
}
