/**
 * Finds the files that decide how a module's imports are resolved, as Deno does.
 *
 * @module
 */
import { dirname, join, resolve } from "../path.ts";
import { type JsonFile, objectAt, readJsonFile } from "./json_file.ts";

/** What decides how imports are resolved. */
export interface Project {
  /** The nearest deno.json or deno.jsonc. */
  readonly config?: JsonFile | undefined;
  /** The root of the workspace that `config` is a member of, or `config` itself. */
  readonly root?: JsonFile | undefined;
  /** The members of that workspace that have a deno.json. */
  readonly members: readonly JsonFile[];
  /** The nearest package.json. */
  readonly packageJson?: JsonFile | undefined;
  /** The lock of the project; it need not exist. */
  readonly lock?: string | undefined;
}

/**
 * Looks from a folder upwards, to the root of the file system.
 *
 * @throws {ExpyrunError} "lock" when one of the files cannot be read
 */
export async function findProject(start: string): Promise<Project> {
  const folders = ancestors(start);
  const config = await first(folders, denoConfigAt);
  const packageJson = await first(folders, (folder) => readJsonFile(join(folder, "package.json")));
  const root = config && await workspaceRoot(config);
  const members = root ? await membersOf(root) : [];
  return { config, root, members, packageJson, lock: lockOf(root, packageJson) };
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

async function first<Found>(
  folders: readonly string[],
  find: (folder: string) => Promise<Found | undefined>,
): Promise<Found | undefined> {
  for (const folder of folders) {
    const found = await find(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function denoConfigAt(folder: string): Promise<JsonFile | undefined> {
  return await readJsonFile(join(folder, "deno.json")) ??
    await readJsonFile(join(folder, "deno.jsonc"));
}

async function workspaceRoot(config: JsonFile): Promise<JsonFile> {
  const above = ancestors(config.folder).slice(1);
  return await first(above, (folder) => holderAt(folder, config)) ?? config;
}

/** The configuration of a folder, where it names the other one as a member of its workspace. */
async function holderAt(folder: string, member: JsonFile): Promise<JsonFile | undefined> {
  try {
    const candidate = await denoConfigAt(folder);
    return candidate && memberFolders(candidate).includes(member.folder) ? candidate : undefined;
  } catch {
    return undefined; // Nobody has said that what stands above is one of the project's files.
  }
}

async function membersOf(root: JsonFile): Promise<JsonFile[]> {
  const members = await Promise.all(memberFolders(root).map(denoConfigAt));
  return members.filter((member) => member !== undefined);
}

/** `"workspace": ["./a", "./packages/*"]`, or an object that has the list as `members`. */
function memberFolders({ value, folder }: JsonFile): string[] {
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
function lockOf(root: JsonFile | undefined, packageJson: JsonFile | undefined) {
  const owner = root ?? packageJson;
  if (owner === undefined) return undefined;
  const lock = root?.value.lock;
  if (lock === false) return undefined;
  const path = typeof lock === "string" ? lock : objectAt(root?.value, "lock").path;
  return resolve(owner.folder, typeof path === "string" ? path : "deno.lock");
}
