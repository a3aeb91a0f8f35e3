/**
 * Which packages code needs, by what it imports: pure.
 *
 * @module
 */
import { needsOf } from "./package_json.ts";
import { type Json, objectAt } from "./json_file.ts";

/** What code imports beside its own files. */
export interface ForeignImports {
  /** As they are written. */
  readonly specifiers: readonly string[];
  /** Whether there are imports whose names are only known when they are made. */
  readonly computed: boolean;
}

/** What must be there when the code runs. */
export interface Needed {
  /** Names, or requirements such as `npm:ms@2`; sorted. */
  readonly packages: readonly string[];
  /** Whether a vendor folder is needed: something comes from JSR or a URL. */
  readonly vendor: boolean;
}

/**
 * Finds out what imports lead to.
 *
 * @param config the deno.json that the code is resolved by
 * @param packageJson the package.json beside it
 */
export function neededBy(imports: ForeignImports, config: Json, packageJson: Json = {}): Needed {
  const maps = [
    objectAt(config, "imports"),
    ...Object.values(objectAt(config, "scopes")) as Json[],
  ];
  const jsx = objectAt(config, "compilerOptions").jsxImportSource;
  const specifiers = [...imports.specifiers, ...typeof jsx === "string" ? [jsx] : []];
  const addresses = specifiers.flatMap((specifier) => addressesOf(specifier, maps));
  // What a computed import may name is what the project names.
  const named = imports.computed
    ? [...maps.flatMap((map) => Object.values(map).map(String)), ...needsOf(packageJson)]
    : [];
  const all = [...new Set([...addresses, ...named])];
  const packages = all.map(packageOf).filter((name) => name !== undefined);
  return {
    packages: [...new Set(packages)].sort(),
    vendor: all.some((address) => /^(?:jsr|https?):/.test(address)),
  };
}

/** What the specifier leads to, by each of the maps; itself where none knows it. */
function addressesOf(specifier: string, maps: readonly Json[]): string[] {
  const found = maps.flatMap((map) => {
    const key = Object.keys(map)
      .filter((key) => specifier === key || specifier.startsWith(key.replace(/\/?$/, "/")))
      .sort((a, b) => b.length - a.length)[0];
    return key === undefined ? [] : [String(map[key])];
  });
  return found.length > 0 ? found : [specifier];
}

const packageName = /^(?:@[\w.~-]+\/)?[\w.~-]+/;

function packageOf(address: string): string | undefined {
  if (address.startsWith("npm:")) return address;
  if (/^[\w+.-]+:|^[./#]/.test(address)) return undefined;
  return packageName.exec(address)?.[0];
}
