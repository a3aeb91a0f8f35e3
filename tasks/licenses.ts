/**
 * The licenses of the packages that a bundle holds: they ask to stand beside every copy.
 *
 * @module
 */
import { join } from "node:path";
import { deno } from "./deno.ts";

/** What `deno info --json` tells of a program, as far as it is needed. */
interface Info {
  readonly modules: readonly {
    readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
  }[];
  readonly npmPackages: Readonly<Record<string, { readonly localPath: string }>>;
}

/**
 * Collects the licenses of all npm packages that modules import.
 *
 * @param modules paths, relative to `root`
 * @returns a text with one section for each package, sorted
 * @throws {Error} for a package that names no license
 */
export async function licensesOf(modules: readonly string[], root: string): Promise<string> {
  const folders = new Map<string, string>();
  for (const module of modules) {
    const info: Info = JSON.parse(await deno(["info", "--json", module], root));
    for (const name of importedBy(info)) folders.set(name, info.npmPackages[name]!.localPath);
  }
  const sections = [...folders].sort().map(([name, folder]) => licenseOf(name, folder));
  return (await Promise.all(sections)).join(`\n${"-".repeat(72)}\n\n`);
}

function importedBy({ modules }: Info): string[] {
  const specifiers = modules.flatMap(({ dependencies = [] }) => dependencies)
    .map(({ code }) => /^npm:\/?(@?[^@]+@[^/]+)/.exec(code?.specifier ?? "")?.[1]);
  return specifiers.filter((name) => name !== undefined);
}

async function licenseOf(name: string, folder: string): Promise<string> {
  for await (const file of Deno.readDir(folder)) {
    if (!/^licen[cs]e/i.test(file.name)) continue;
    return `${name}\n\n${await Deno.readTextFile(join(folder, file.name))}`;
  }
  const { license, author } = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
  if (!license) throw new Error(`${name} names no license`);
  return `${name}\n\n${license} license, by ${author?.name ?? author}\n`;
}
