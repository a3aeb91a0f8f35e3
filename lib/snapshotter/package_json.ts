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

/** The names of what a package.json says that the package needs to run. */
export function needsOf(value: Json): string[] {
  const names = dependencyKeys.flatMap((key) => Object.keys(value[key] ?? {}));
  return [...new Set(names)].sort();
}
