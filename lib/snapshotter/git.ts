/**
 * Where the code stands in a git repository: asked of git where it is installed, else read from
 * the files of `.git`. Never writes there, and no failure of git is one of the run.
 *
 * @module
 */
import { isThere } from "../files.ts";
import { dirname, isAbsolute, join, relative, resolve } from "../path.ts";
import { readText } from "./text_file.ts";

/** What a repository says about the code in it. */
export interface GitFacts {
  /** The folder of the working tree, absolute. */
  readonly root: string;
  /** The full hash; absent before the first commit. */
  readonly commit?: string | undefined;
  /** Absent when a commit is checked out without a branch. */
  readonly branch?: string | undefined;
  /** Whether the working tree differs from the commit; absent when only git could tell. */
  readonly dirty?: boolean | undefined;
  /** The tracked files that differ from the commit, relative to `root`; sorted. */
  readonly changed?: readonly string[] | undefined;
  /** What is neither tracked nor ignored, relative to `root`; a whole folder ends in `/`. */
  readonly untracked?: readonly string[] | undefined;
  /** How many more names there are than the lists hold. */
  readonly omitted?: number | undefined;
}

/** What is asked. */
export interface GitQuestion {
  /** The folder of the code, absolute. */
  readonly code: string;
  /** The output directory, absolute: results are no change of the code. */
  readonly outputDir: string;
  /** Of the run, below it: where that is the root of the repository, only results are left out. */
  readonly name: string;
  /** Where git is found (`PATH`), and what it reads. */
  readonly env: Readonly<Record<string, string>>;
}

/** So many names are kept of each list: a record stays readable beside a hundred thousand files. */
const nameLimit = 500;

/** Asks for the facts; nothing when the code lies in no repository. */
export async function gitFacts(question: GitQuestion): Promise<GitFacts | undefined> {
  const root = repositoryOf(question.code);
  if (root === undefined) return undefined;
  const answer = await askGit(root, question);
  return answer === undefined ? readGitFolder(root) : parseStatus(root, answer);
}

/** The nearest folder upwards that holds a `.git`; a file of this name belongs to a worktree. */
function repositoryOf(folder: string): string | undefined {
  for (let at = folder;; at = dirname(at)) {
    if (isThere(join(at, ".git"))) return at;
    if (at === dirname(at)) return undefined;
  }
}

async function askGit(root: string, question: GitQuestion): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: statusWords(root, question),
      env: { ...withoutRepository(question.env), LC_ALL: "C" },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined; // git is not installed.
  }
}

/** What git tells its hooks, as `git rev-parse --local-env-vars` lists it: of another repository. */
const repositoryVariables = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_CONFIG_COUNT",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

function withoutRepository(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !repositoryVariables.has(name)));
}

/** `--no-optional-locks`: a look at the state must not refresh, and so write, the index. */
function statusWords(root: string, { outputDir, name }: GitQuestion): string[] {
  const words = ["-C", root, "--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"];
  const outputs = relative(root, outputDir).replaceAll("\\", "/");
  if (outputs === ".." || outputs.startsWith("../") || isAbsolute(outputs)) return words;
  const left = outputs === "" ? [name.split("/")[0]!, "DEBUG", "SWEEPS"] : [outputs];
  return [...words, "--", ":(top)", ...left.map((path) => `:(top,exclude,literal)${path}`)];
}

/**
 * Reads the answer of `git status --porcelain=v2 --branch -z`.
 *
 * @example
 * ```ts
 * import { parseStatus } from "./git.ts";
 *
 * const facts = parseStatus("/repo", "# branch.oid 4f2e\0# branch.head main\0? new.ts\0");
 * console.assert(facts.branch === "main" && facts.untracked?.[0] === "new.ts");
 * ```
 */
export function parseStatus(root: string, answer: string): GitFacts {
  const header = new Map<string, string>();
  const changed: string[] = [];
  const untracked: string[] = [];
  const words = answer.split("\0").values();
  for (const word of words) {
    const [kind, name, ...rest] = word.split(" ");
    if (kind === "#") header.set(name!, rest.join(" "));
    else if (kind === "?") untracked.push(word.slice(2));
    else if (kind === "1") changed.push(pathAfter(word, 8));
    else if (kind === "u") changed.push(pathAfter(word, 10));
    else if (kind === "2") {
      changed.push(pathAfter(word, 9));
      words.next(); // A renamed file is followed by its old name.
    }
  }
  const kept = Math.min(changed.length, nameLimit) + Math.min(untracked.length, nameLimit);
  const omitted = changed.length + untracked.length - kept;
  return {
    root,
    ...known("commit", header.get("branch.oid"), "(initial)"),
    ...known("branch", header.get("branch.head"), "(detached)"),
    dirty: changed.length + untracked.length > 0,
    changed: changed.sort().slice(0, nameLimit),
    untracked: untracked.sort().slice(0, nameLimit),
    ...(omitted > 0 ? { omitted } : {}),
  };
}

function known(key: "commit" | "branch", value: string | undefined, absent: string) {
  return value === undefined || value === absent ? {} : { [key]: value };
}

/** What follows so many words; a path may hold spaces itself. */
function pathAfter(text: string, words: number): string {
  let at = 0;
  for (let i = 0; i < words; i++) at = text.indexOf(" ", at) + 1;
  return text.slice(at);
}

/** Commit and branch as the files of `.git` hold them: what a fresh clone needs no git for. */
function readGitFolder(root: string): GitFacts {
  const folder = gitFolderOf(root);
  const head = readLine(join(folder, "HEAD"));
  const ref = /^ref: (.+)$/.exec(head ?? "")?.[1];
  if (ref === undefined) return { root, ...commitIn(head) };
  // Repositories that keep their references in tables name this one in HEAD, to stop old readers.
  if (ref === "refs/heads/.invalid") return { root };
  return {
    root,
    ...commitIn(findReference(folder, ref)),
    branch: ref.replace(/^refs\/heads\//, ""),
  };
}

function commitIn(text: string | undefined): { commit?: string } {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? { commit: text } : {};
}

/** A worktree, or a submodule, has a file that tells where its folder is. */
function gitFolderOf(root: string): string {
  const path = join(root, ".git");
  const elsewhere = /^gitdir: (.+)$/.exec(readLine(path) ?? "")?.[1];
  return elsewhere === undefined ? path : resolve(root, elsewhere);
}

/** A reference stands in a file of its own or in packed-refs; a worktree shares its repository's. */
function findReference(folder: string, ref: string): string | undefined {
  const common = readLine(join(folder, "commondir"));
  const folders = common === undefined ? [folder] : [folder, resolve(folder, common)];
  for (const folder of folders) {
    const found = readLine(join(folder, ref)) ?? packedReference(folder, ref);
    if (found !== undefined) return found;
  }
  return undefined;
}

function packedReference(folder: string, ref: string): string | undefined {
  const lines = readText(join(folder, "packed-refs"))?.split("\n") ?? [];
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(" ")[0];
}

function readLine(path: string): string | undefined {
  return readText(path)?.split("\n", 1)[0]?.trimEnd();
}
