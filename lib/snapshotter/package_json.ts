/**
 * The package.json of an installed package.
 *
 * @module
 */
import { join } from "../path.ts";
import type { Json } from "./json_file.ts";

/** Whether a folder holds a package. */
export function isPackage(folder: string): boolean {
  return readPackage(folder) !== undefined;
}

/** Its contents; nothing where it is missing or malformed, as Node takes it. */
export function readPackage(folder: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Deno.readTextFileSync(join(folder, "package.json")));
    return typeof value === "object" && value !== null ? value as Json : undefined;
  } catch {
    return undefined;
  }
}

const dependencyKeys = ["dependencies", "optionalDependencies", "peerDependencies"];

/** A package.json for the copy, which is no workspace: its members are named by the deno.json. */
export function withoutWorkspace({ workspaces: _, ...value }: Json): Json {
  const entries = Object.entries(value).map(([key, inner]) => {
    if (!/^(?:dev|peer|optional)?dependencies$/i.test(key)) return [key, inner];
    const kept = Object.entries(inner ?? {}).filter(([, version]) => !isMember(version));
    return [key, Object.fromEntries(kept)];
  });
  return Object.fromEntries(entries);
}

function isMember(version: unknown): boolean {
  return typeof version === "string" && version.startsWith("workspace:");
}

/** The names of what a package.json says that the package needs to run. */
export function needsOf(value: Json): string[] {
  const names = dependencyKeys.flatMap((key) => Object.keys(value[key] ?? {}));
  return [...new Set(names)].sort();
}

/** The same as imports of a deno.json; those that do not come from a registry are left out. */
export function packageImports(value: Json): Json {
  const all = [...dependencyKeys, "devDependencies"].reverse()
    .flatMap((key) => Object.entries((value[key] ?? {}) as Json));
  const imports = all.flatMap(([name, version]): [string, string][] => {
    const address = registryAddress(name, String(version));
    if (address === undefined) return [];
    const inner = address.replace(/^(npm|jsr):\/?/, "$1:/");
    return [[name, address], [`${name}/`, `${inner}/`]];
  });
  return Object.fromEntries(imports);
}

function registryAddress(name: string, version: string): string | undefined {
  if (/^(?:npm|jsr):/.test(version)) return version;
  return /[:/]/.test(version) ? undefined : `npm:${name}@${version || "*"}`;
}
