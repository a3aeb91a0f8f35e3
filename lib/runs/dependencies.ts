/**
 * The locked dependencies of a run as files of Deno's cache: what a run without a network needs.
 *
 * The cache keeps npm packages as `npm/REGISTRY/NAME/VERSION/`, and remote modules as
 * `remote/SCHEME/HOST/HASH`, by the sha256 of path and query.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import { isFile, isFolder, namesIn } from "../files.ts";
import { join } from "../path.ts";
import { cacheVariables, carriedRegistry } from "../snapshotter/carried_cache.ts";
import { sha256 } from "../snapshotter/digest.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import type { World } from "../world.ts";

/** A file of the cache: `path` is relative to it, with `/`. */
export interface CachedFile {
  readonly path: string;
  /** Absolute. */
  readonly source: string;
}

/** The parts of a deno.lock that name what was downloaded. */
interface Lock {
  readonly npm?: Readonly<Record<string, { readonly os?: unknown; readonly cpu?: unknown }>>;
  readonly jsr?: Readonly<Record<string, unknown>>;
  readonly remote?: Readonly<Record<string, unknown>>;
  readonly redirects?: Readonly<Record<string, unknown>>;
}

/**
 * Finds the files of everything that the lock of a run holds, downloading what is missing.
 *
 * @param place where the folder was named
 * @throws {ExpyrunError} `lock` when something is neither cached nor can be downloaded
 */
export async function cachedDependencies(
  folder: ExperimentFolder,
  { code }: RunRecord,
  world: World,
  place?: Place,
): Promise<CachedFile[]> {
  const lock = await readLock(folder);
  const isEmpty = ![lock.npm, lock.jsr, lock.remote].some((part) => part && hasKeys(part));
  if (isEmpty) return [];
  const root = await cacheOf(folder, world);
  const first = await findAll(root, lock);
  if (first.missing.length === 0) return first.files;
  await download(folder, code.module, world);
  const { files, missing } = await findAll(root, lock);
  if (missing.length === 0) return files;
  throw new ExpyrunError({
    code: "lock",
    message: `Cannot pack "${folder.path}": "${missing[0]}" is not in Deno's cache`,
    place,
    hint: "Run the folder once with a network",
  });
}

function hasKeys(value: object): boolean {
  return Object.keys(value).length > 0;
}

async function readLock(folder: ExperimentFolder): Promise<Lock> {
  try {
    return JSON.parse(await Deno.readTextFile(folder.lock));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    const message = `Cannot read "${folder.lock}": ${(error as Error).message}`;
    throw new ExpyrunError({ code: "lock", message });
  }
}

/** A run from an archive has a cache of its own; others share the user's. */
async function cacheOf(folder: ExperimentFolder, world: World): Promise<string> {
  if (isFolder(folder.denoDir)) return folder.denoDir;
  const { success, stdout } = await deno(["info", "--json"], folder, world);
  if (!success) throw noDeno(world, `"${world.deno} info" failed`);
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

async function download(folder: ExperimentFolder, module: string, world: World): Promise<void> {
  const files = ["--config", folder.denoConfig, "--lock", folder.lock];
  await deno(["cache", "-q", "--frozen", ...files, `./${module}`], folder, world);
}

async function deno(args: string[], folder: ExperimentFolder, world: World) {
  const own = await cacheVariables(folder);
  const command = new Deno.Command(world.deno, {
    args,
    cwd: folder.path,
    env: { ...world.env, ...own },
    clearEnv: true,
    stdin: "null",
    stderr: "null",
  });
  return await command.output().catch((error) => {
    const isAbsent = error instanceof Deno.errors.NotFound;
    throw noDeno(world, isAbsent ? `there is no "${world.deno}" on PATH` : error.message);
  });
}

function noDeno({ deno }: World, because: string): ExpyrunError {
  return new ExpyrunError({
    code: "launch",
    message: `Cannot ask "${deno}" for the dependencies: ${because}`,
    hint: "The run was made with Deno: install it",
  });
}

interface Found {
  readonly files: CachedFile[];
  /** What the lock holds and the cache lacks. */
  readonly missing: string[];
}

async function findAll(root: string, lock: Lock): Promise<Found> {
  const found: Found = { files: [], missing: [] };
  for (const [key, { os, cpu }] of Object.entries(lock.npm ?? {})) {
    const isForAll = os === undefined && cpu === undefined;
    // A package for another system is locked, but not needed here.
    if (!(await addPackage(root, key, found)) && isForAll) found.missing.push(`npm:${key}`);
  }
  const addresses = [...Object.keys(lock.remote ?? {}), ...Object.keys(lock.redirects ?? {})]
    .filter((address) => /^https?:/.test(address));
  for (const address of addresses) {
    if (!(await addModule(root, address, found))) found.missing.push(address);
  }
  for (const key of Object.keys(lock.jsr ?? {})) await addJsrPackage(root, key, found);
  return found;
}

/** `@scope/name@1.0.0_peer@2.0.0` is cached as `@scope/name/1.0.0`. */
async function addPackage(root: string, key: string, { files }: Found): Promise<boolean> {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
  if (name === undefined || version === undefined) return false;
  const folder = await packageFolder(join(root, "npm"), join(name, version));
  if (folder === undefined) return false;
  for (const path of await filesIn(folder)) {
    const cached = `npm/${carriedRegistry}/${name}/${version}/${path}`;
    files.push({ path: cached, source: join(folder, path) });
  }
  return true;
}

/** Below the registry's host, and below its path where it has one. */
async function packageFolder(
  root: string,
  inside: string,
  depth = 3,
): Promise<string | undefined> {
  const names = depth === 0 ? [] : namesIn(root);
  for (const name of names) {
    if (isFolder(join(root, name, inside))) return join(root, name, inside);
  }
  for (const name of depth === 1 ? [] : names) {
    const found = await packageFolder(join(root, name), inside, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function addModule(root: string, address: string, { files }: Found): Promise<boolean> {
  const { protocol, hostname, port, pathname, search } = new URL(address);
  const host = port === "" ? hostname : `${hostname}_PORT${port}`;
  const path = `remote/${protocol.slice(0, -1)}/${host}/${await sha256(pathname + search)}`;
  if (!isFile(join(root, path))) return false;
  files.push({ path, source: join(root, path) });
  return true;
}

/** The registry's description of a version names every file of it; those that are used are cached. */
async function addJsrPackage(root: string, key: string, found: Found): Promise<void> {
  const at = key.lastIndexOf("@");
  const [name, version] = [key.slice(0, at), key.slice(at + 1)];
  const base = `https://jsr.io/${name}`;
  await addModule(root, `${base}/meta.json`, found);
  const described = await addModule(root, `${base}/${version}_meta.json`, found);
  if (!described) return void found.missing.push(`jsr:${key}`);
  const { source } = found.files.at(-1)!;
  for (const path of await manifestOf(source)) {
    await addModule(root, `${base}/${version}${path}`, found);
  }
}

/** A cached file ends in a comment with what the server said of it. */
async function manifestOf(path: string): Promise<string[]> {
  const text = (await Deno.readTextFile(path)).replace(/\n\/\/ denoCacheMetadata=.*\s*$/, "");
  return Object.keys(JSON.parse(text).manifest ?? {});
}

async function filesIn(folder: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, prefix))) {
    const path = prefix + name;
    if (isDirectory) { for (const file of await filesIn(folder, `${path}/`)) files.push(file); }
    else files.push(path);
  }
  return files;
}
