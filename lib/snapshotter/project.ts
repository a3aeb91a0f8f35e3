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
  /** The package.json files of the members, whichever of the two kinds of workspace they are of. */
  readonly packages: readonly JsonFile[];
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
  const above = ancestors(start);
  const config = await first(above, denoConfigAt);
  const packageJson = await first(above, packageAt);
  const root = config && await workspaceRoot(config);
  const folders = root ? memberFolders(root) : [];
  const members = await filesAt(folders, denoConfigAt);
  const packages = await filesAt([...folders, ...await packageFolders(packageJson)], packageAt);
  return { config, root, members, packages, packageJson, lock: lockOf(root, packageJson) };
}

async function filesAt(
  folders: readonly string[],
  find: (folder: string) => Promise<JsonFile | undefined>,
): Promise<JsonFile[]> {
  const files = await Promise.all([...new Set(folders)].map(find));
  return files.filter((file) => file !== undefined);
}

function packageAt(folder: string): Promise<JsonFile | undefined> {
  return readJsonFile(join(folder, "package.json"));
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

/** The members of the workspace, and its root, that a package.json belongs to by `workspaces`. */
async function packageFolders(packageJson: JsonFile | undefined): Promise<string[]> {
  if (!packageJson) return [];
  const root = await first(ancestors(packageJson.folder), async (folder) => {
    const candidate = await packageAt(folder).catch(() => undefined);
    if (!candidate) return undefined;
    const members = [folder, ...memberFolders(candidate, "workspaces")];
    return members.length > 1 && members.includes(packageJson.folder) ? members : undefined;
  });
  return root ?? [];
}

/** `"workspace": ["./a", "./packages/*"]`, or an object that has the list as a member. */
function memberFolders({ value, folder }: JsonFile, key = "workspace"): string[] {
  const inner = objectAt(value, key);
  const listed = Array.isArray(value[key]) ? value[key] : inner.members ?? inner.packages;
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
