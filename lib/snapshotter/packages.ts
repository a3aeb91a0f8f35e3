/**
 * Copies the packages that code needs from a node_modules folder, so that a run without Deno repeats
 * after the project is gone. The copy is flat, as npm's own: the folder of a package lies at the top,
 * or below the package that needs another version of it. Nothing is linked.
 *
 * @module
 */
import { dirname, join } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import { namesIn } from "../files.ts";
import { loaded } from "../loading.ts";
import { copyItems, digestOf } from "./copy.ts";
import { type ExperimentFolder, writeAtOnce } from "./folder.ts";
import { type Planned, plannedFile, sizeText, sorted } from "./plan.ts";
import { isPackage, needsOf, readPackage } from "./package_json.ts";
import type { CodeRecord, CopiedFile, PackageRecord } from "./record.ts";

/** What to copy, and where it is found. */
export interface PackagesRequest {
  /** Names of packages, or requirements such as `npm:ms@2`. */
  readonly packages: readonly string[];
  /** The folder from which packages are searched, and upwards; absolute. */
  readonly start: string;
  /** Whether the modules of the vendor folder are needed, too. */
  readonly vendor: boolean;
  readonly folder: ExperimentFolder;
  readonly place: Place;
}

/** Above this it is no longer a matter of copying along. */
const packageLimits = { totalBytes: 1024 * 2 ** 20 } as const;

/** The files of one package, as {@linkcode ExperimentFolder.packages} lists them. */
export interface PackageFiles extends PackageRecord {
  readonly files: readonly CopiedFile[];
}

/**
 * Copies what is needed, and lists it in the folder. What is not found is left out: only an import
 * that is reached needs it, and fails then.
 *
 * @throws {ExpyrunError} "snapshot" for what cannot be copied, "folder" for what cannot be written
 */
export async function copyPackages(request: PackagesRequest): Promise<PackageRecord[]> {
  const { folder, place } = request;
  const placed = [...await placePackages(request), ...request.vendor ? vendorOf(request) : []];
  if (placed.length === 0) return [];
  const plans = placed.map((item) => ({ ...item, items: filesOf(item.path, item.source) }));
  checkSize(plans, place);
  const copied: PackageFiles[] = [];
  for (const { name, version, path, items } of plans) {
    const complete = await copyItems(items, folder.path, place);
    const { files } = await complete();
    const bytes = files.reduce((sum, file) => sum + ("bytes" in file ? file.bytes : 0), 0);
    copied.push({ name, version, path, bytes, digest: await digestOf(files), files });
  }
  await writeAtOnce(folder.packages, packagesJson(copied), place);
  return copied.map(({ files: _, ...record }) => record);
}

/**
 * The files of the packages that were copied along, relative to the experiment folder.
 *
 * @param code what the record of the folder says; the list is not read where there are none
 */
// deno-lint-ignore require-await -- touches the disk
export async function packageFiles(
  folder: ExperimentFolder,
  { packages }: Pick<CodeRecord, "packages">,
): Promise<readonly CopiedFile[]> {
  if (!packages || packages.length === 0) return [];
  try {
    const listed: readonly PackageFiles[] = JSON.parse(Deno.readTextFileSync(folder.packages));
    return listed.flatMap(({ files }) => files);
  } catch {
    return []; // Whoever verifies the folder misses the list itself.
  }
}

function packagesJson(packages: readonly PackageFiles[]): string {
  return `[\n${packages.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n]\n`;
}

/** A package and the path that its copy gets, relative to the experiment folder. */
interface Placed {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** Its real folder. */
  readonly source: string;
}

/** A package whose own needs are still to be seen to. */
interface Found extends Placed {
  readonly needs: readonly string[];
}

async function placePackages({ packages, start }: PackagesRequest): Promise<Found[]> {
  const placed = new Map<string, Found>();
  const queue: Found[] = [];
  const put = (name: string, found: Found | undefined) => {
    if (!found || placed.has(found.path)) return;
    placed.set(found.path, found);
    queue.push({ ...found, name });
  };
  for (const need of packages) {
    const source = await sourceOf(need, start);
    if (source === undefined) continue;
    const path = `node_modules/${source.name}`;
    // Of one name there is one folder: another version that is imported beside it is not found.
    put(source.name, foundAt(path, source.folder));
  }
  for (let owner = queue.shift(); owner; owner = queue.shift()) {
    for (const name of owner.needs) {
      const source = packageFolder(name, owner.source);
      if (source === undefined) continue;
      const path = pathFor(name, source, owner.path, placed);
      if (path !== undefined) put(name, foundAt(path, source));
    }
  }
  return [...placed.values()].sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Nothing when the package finds it already; at the top, or below the package, when it does not. */
function pathFor(
  name: string,
  source: string,
  owner: string,
  placed: ReadonlyMap<string, Found>,
): string | undefined {
  for (const level of levelsOf(owner)) {
    const there = placed.get(`${level}node_modules/${name}`);
    if (there) return there.source === source ? undefined : `${owner}/node_modules/${name}`;
  }
  return `node_modules/${name}`;
}

/** A package's own folder, those of the packages that it lies in, and the top; with `/`, or empty. */
function levelsOf(path: string): string[] {
  const end = path.lastIndexOf("node_modules/");
  return [`${path}/`, ...end > 0 ? levelsOf(path.slice(0, end - 1)) : [""]];
}

function foundAt(path: string, source: string): Found | undefined {
  const value = readPackage(source);
  if (value === undefined) return undefined;
  const text = (key: string) => typeof value[key] === "string" ? value[key] as string : undefined;
  return {
    name: text("name") ?? path.slice("node_modules/".length),
    version: text("version") ?? "unknown",
    path,
    source,
    needs: needsOf(value),
  };
}

/**
 * Where the package of a name or an `npm:` requirement is, and the name that code finds it by; nothing
 * where there are only other versions of it.
 */
async function sourceOf(
  need: string,
  start: string,
): Promise<{ name: string; folder: string } | undefined> {
  const [, name = need, range] = /^npm:\/?(@[^/@]+\/[^/@]+|[^/@]+)(?:@([^/]+))?/.exec(need) ?? [];
  const usual = packageFolder(name, start);
  const folders = [...usual === undefined ? [] : [usual], ...isolatedFolders(name, start)];
  if (folders.length === 0) return undefined;
  if (range === undefined && usual !== undefined) return { name, folder: usual };
  const { newestOf } = await loaded(import("./package_version.ts"));
  const versions = folders.map(versionIn);
  // What Node finds is what is meant, where it will do.
  const version = newestOf(versions.slice(0, usual === undefined ? 0 : 1), range ?? "*") ??
    newestOf(versions, range ?? "*");
  return version === undefined ? undefined : { name, folder: folders[versions.indexOf(version)]! };
}

function versionIn(folder: string): string {
  const version = readPackage(folder)?.version;
  return typeof version === "string" ? version : "";
}

/** The real folder of the package, by the way of Node: in node_modules here, or further up. */
function packageFolder(name: string, start: string): string | undefined {
  for (const folder of upwardsFrom(start)) {
    const found = realFolder(join(folder, "node_modules", name));
    if (found !== undefined && isPackage(found)) return found;
  }
  return undefined;
}

/** Deno keeps what no package.json names in `.deno/NAME@VERSION`. */
function isolatedFolders(name: string, start: string): string[] {
  const prefix = `${name.replace("/", "+")}@`;
  for (const folder of upwardsFrom(start)) {
    const store = join(folder, "node_modules", ".deno");
    const found = namesIn(store).filter((entry) => entry.startsWith(prefix))
      .map((entry) => realFolder(join(store, entry, "node_modules", name)))
      .filter((path) => path !== undefined && isPackage(path));
    if (found.length > 0) return found as string[];
  }
  return [];
}

function upwardsFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwardsFrom(parent)];
}

function realFolder(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

/** The nearest vendor folder, whole: which of its modules are needed is known to Deno alone. */
function vendorOf({ start }: PackagesRequest): Placed[] {
  const source = upwardsFrom(start).map((folder) => join(folder, "vendor"))
    .find((path) => namesIn(path).includes("manifest.json") || namesIn(path).includes("jsr.io"));
  return source === undefined ? [] : [{ name: "vendor", version: "", path: "vendor", source }];
}

/** Every file of a package but those of the packages in it. */
function filesOf(path: string, source: string): Planned[] {
  const items: Planned[] = [];
  const walk = (inside: string) => {
    for (const { name, isDirectory, isSymlink } of entriesOf(join(source, inside))) {
      const below = inside === "" ? name : `${inside}/${name}`;
      if (name === "node_modules" || isSymlink) continue;
      if (isDirectory) walk(below);
      else items.push(fileAt(`${path}/${below}`, join(source, below)));
    }
  };
  walk("");
  return sorted(items);
}

function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function fileAt(path: string, source: string): Planned {
  try {
    return plannedFile(path, source, Deno.statSync(source));
  } catch (error) {
    throw unreadable(source, error);
  }
}

function unreadable(path: string, error: unknown): ExpyrunError {
  const because = error instanceof Error ? error.message : String(error);
  return new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy the packages that the code needs: "${path}" cannot be read (${because})`,
    hint: "Install them anew, or use --runtime deno, which does not copy them",
  });
}

function checkSize(
  plans: readonly (Placed & { readonly items: readonly Planned[] })[],
  place: Place,
): void {
  const sizes = plans.map(({ path, items }) => ({
    path,
    bytes: items.reduce((sum, item) => sum + (item.kind === "file" ? item.bytes : 0), 0),
  }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= packageLimits.totalBytes) return;
  const biggest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 5);
  throw new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy the packages that the code needs: they have ${sizeText(total)}, above ${
      sizeText(packageLimits.totalBytes)
    }`,
    place,
    notes: biggest.map(({ path, bytes }) => ({ message: `${sizeText(bytes)} in "${path}"` })),
    hint: "Import less, or use --runtime deno, which does not copy them",
  });
}
