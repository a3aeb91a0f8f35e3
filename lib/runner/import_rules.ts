/**
 * How the imports of an experiment are answered in the compiled binary, beyond what its runtime does
 * by itself (relative paths, `node:`, and packages of a node_modules folder): as one plain value.
 *
 * @module
 */

/** Names to addresses. */
export type Addresses = Readonly<Record<string, string>>;

/** Names as a file has them. */
type Names = Readonly<Record<string, unknown>>;

/** What imports.ts goes by. */
export interface ImportRules {
  /** The URL that relative addresses start at, and that messages name. */
  readonly base: string;
  readonly imports: Addresses;
  readonly scopes: Readonly<Record<string, Addresses>>;
  /** The URL of the folder that holds `jsr:` and `https:` modules, with `/` at the end. */
  readonly vendor: string;
  /** The locked versions by their requirement, as `jsr:@std/path@1` to `1.0.8`. */
  readonly locked: Addresses;
}

/**
 * The rules of a folder.
 *
 * @param config the text of its deno.json
 * @param lock the text of its deno.lock
 * @param base the URL of the folder that the code is in, with `/` at the end
 */
export function importRules(config: string, lock: string, base: string): ImportRules {
  const { imports = {}, scopes = {} } = JSON.parse(config);
  const { specifiers = {} } = JSON.parse(lock);
  return {
    base,
    imports: withSubpaths(imports),
    scopes: Object.fromEntries(
      Object.entries<Names>(scopes).map(([scope, names]) => [scope, withSubpaths(names)]),
    ),
    vendor: new URL("vendor/", base).href,
    locked: specifiers,
  };
}

/**
 * `"a": "npm:b@1"` stands for `a/sub`, too, which import maps by themselves do not say. What is no text,
 * such as null, leads nowhere.
 */
function withSubpaths(all: Names): Addresses {
  const names = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const added = Object.entries(names).flatMap(([name, address]) => {
    const scheme = /^(?:npm|jsr):(?!\/)/.exec(address)?.[0];
    if (scheme === undefined || name.endsWith("/") || `${name}/` in names) return [];
    return [[`${name}/`, `${scheme}/${address.slice(scheme.length)}/`]];
  });
  return { ...names, ...Object.fromEntries(added) };
}
