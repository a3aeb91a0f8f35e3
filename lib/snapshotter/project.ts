/**
 * Finds the files that decide how a module's imports are resolved, as Deno does.
 *
 * @module
 */
import { dirname, join, resolve } from "../path.ts";
import { ExpyrunError } from "../errors.ts";

/** A JSON object that was read from a file. */
export type Json = Readonly<Record<string, unknown>>;

/** A configuration file with its contents. */
export interface ConfigFile {
  readonly path: string;
  readonly folder: string;
  readonly value: Json;
}

/** What decides how imports are resolved. */
export interface Project {
  /** The nearest deno.json or deno.jsonc. */
  readonly config?: ConfigFile | undefined;
  /** The root of the workspace that `config` is a member of, or `config` itself. */
  readonly root?: ConfigFile | undefined;
  /** The members of that workspace that have a deno.json. */
  readonly members: readonly ConfigFile[];
  /** The nearest package.json. */
  readonly packageJson?: ConfigFile | undefined;
  /** The lock of the project; it need not exist. */
  readonly lock?: string | undefined;
}

/**
 * Looks from a folder upwards, to the root of the file system.
 *
 * @throws {ExpyrunError} "lock" when one of the files cannot be read
 */
// deno-lint-ignore require-await -- touches the disk
export async function findProject(start: string): Promise<Project> {
  const folders = ancestors(start);
  const config = first(folders, denoConfigAt);
  const packageJson = first(folders, (folder) => readConfig(join(folder, "package.json")));
  const root = config && workspaceRoot(config);
  const members = root ? membersOf(root) : [];
  return { config, root, members, packageJson, lock: lockOf(root, packageJson) };
}

/**
 * Reads a JSON file, with comments and trailing commas; undefined when there is none.
 *
 * @throws {ExpyrunError} "lock" when it cannot be read
 */
export function readConfig(path: string): ConfigFile | undefined {
  const refuse = (because: string) =>
    new ExpyrunError({ code: "lock", message: `Cannot read "${path}": ${because}` });
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof Error && "code" in error && error.code === "EISDIR") return undefined;
    throw refuse(error instanceof Deno.errors.PermissionDenied ? "permission denied" : "no text");
  }
  try {
    return { path, folder: dirname(path), value: asObject(parseJsonc(text)) };
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Parses JSON that may hold comments and trailing commas; these are blanked, texts are not. */
export function parseJsonc(text: string): unknown {
  const plain = text.replace(/^\ufeff/, "");
  try {
    return JSON.parse(plain);
  } catch {
    const uncommented = plain.replace(
      /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (match) => match.startsWith("/") ? " " : match,
    );
    const strict = uncommented.replace(
      /"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g,
      (match) => match === "," ? " " : match,
    );
    return JSON.parse(strict);
  }
}

/** The value where it is an object; an empty one where it is absent. */
export function objectAt(value: Json | undefined, key: string): Json {
  const inner = value?.[key];
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner as Json : {};
}

function asObject(value: unknown): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new Error("it is not a JSON object");
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function first<Found>(
  folders: readonly string[],
  find: (folder: string) => Found | undefined,
): Found | undefined {
  for (const folder of folders) {
    const found = find(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

function denoConfigAt(folder: string): ConfigFile | undefined {
  return readConfig(join(folder, "deno.json")) ?? readConfig(join(folder, "deno.jsonc"));
}

function workspaceRoot(config: ConfigFile): ConfigFile {
  const above = ancestors(config.folder).slice(1);
  return first(above, (folder) => holds(folder, config) ? denoConfigAt(folder) : undefined) ??
    config;
}

function holds(folder: string, member: ConfigFile): boolean {
  try {
    const candidate = denoConfigAt(folder);
    return candidate !== undefined && memberFolders(candidate).includes(member.folder);
  } catch {
    return false; // Nobody has said that what stands above is one of the project's files.
  }
}

function membersOf(root: ConfigFile): ConfigFile[] {
  return memberFolders(root).flatMap((folder) => denoConfigAt(folder) ?? []);
}

/** `"workspace": ["./a", "./packages/*"]`, or an object that has the list as `members`. */
function memberFolders({ value, folder }: ConfigFile): string[] {
  const listed = Array.isArray(value.workspace)
    ? value.workspace
    : objectAt(value, "workspace").members;
  if (!Array.isArray(listed)) return [];
  return listed.filter((member) => typeof member === "string")
    .flatMap((member) => expand(resolve(folder), member.split("/")));
}

/** Folders by a path whose segments may be `*`. */
function expand(folder: string, segments: readonly string[]): string[] {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [folder];
  if (segment !== "*") return expand(join(folder, segment), rest);
  try {
    return [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory)
      .map(({ name }) => name).sort().flatMap((name) => expand(join(folder, name), rest));
  } catch {
    return [];
  }
}

/** As `"lock"` says: false, a path, or an object that has the path. */
function lockOf(root: ConfigFile | undefined, packageJson: ConfigFile | undefined) {
  const owner = root ?? packageJson;
  if (owner === undefined) return undefined;
  const lock = root?.value.lock;
  if (lock === false) return undefined;
  const path = typeof lock === "string" ? lock : objectAt(root?.value, "lock").path;
  return resolve(owner.folder, typeof path === "string" ? path : "deno.lock");
}
