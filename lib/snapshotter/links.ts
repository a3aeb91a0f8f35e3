/**
 * Symbolic links of a copy: they stay links, and lead to the copy.
 *
 * @module
 */
import { isAbsolute, join, relative, resolve, separator, slashed } from "../path.ts";
import type { ExpyrunError } from "../errors.ts";
import type { World } from "../world.ts";
import type { Planned } from "./plan.ts";
import { realPath } from "../files.ts";
import { foldersAbove } from "./link_targets.ts";
import { copyError, type Root } from "./roots.ts";

/**
 * Checks where links lead, and makes those that would lead elsewhere from the copy relative.
 *
 * @throws {ExpyrunError} "snapshot" for a link that leaves what is copied
 */
export function settleLinks(
  items: ReadonlyMap<string, Planned>,
  roots: readonly Root[],
  world: Pick<World, "warn">,
): Planned[] {
  const all = [...items.values()];
  if (!all.some(({ kind }) => kind === "link")) return all;
  const folders = new Set([...items.keys()].flatMap(foldersAbove));
  return all.map((item) => {
    if (item.kind === "file") return item;
    const target = copiedTarget(item.source, item.link, roots);
    if (target === undefined) throw leaves(item.path, item.link, roots);
    if (!items.has(target) && !folders.has(target)) warnDangling(item, target, world);
    const from = slashed.dirname(item.path);
    const keeps = !isAbsolute(item.link) && slashed.join(from, withSlashes(item.link)) === target;
    return keeps ? item : { ...item, link: slashed.relative(from, target) || "." };
  });
}

/** Where the copy has what a link leads to; nothing when the link leaves what is copied. */
function copiedTarget(source: string, link: string, roots: readonly Root[]): string | undefined {
  const absolute = resolve(join(source, ".."), link);
  const target = isAbsolute(link)
    ? join(realPath(join(absolute, "..")), relative(join(absolute, ".."), absolute))
    : absolute;
  for (const root of roots) {
    const inside = withSlashes(relative(root.source, target));
    if (inside === "") return root.path;
    if (inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside)) {
      return slashed.join(root.path, inside);
    }
  }
  return undefined;
}

function leaves(path: string, link: string, roots: readonly Root[]): ExpyrunError {
  return copyError(
    path,
    `it is a symbolic link to "${link}", outside of what is copied`,
    "Name what it leads to in __include__ (below __code__), list the link in .gitignore, or put " +
      "the file itself there",
    roots[0]?.place,
  );
}

function warnDangling(
  item: Planned & { kind: "link" },
  target: string,
  world: Pick<World, "warn">,
): void {
  try {
    Deno.statSync(item.source);
  } catch {
    return; // It leads nowhere in the original either.
  }
  world.warn({
    code: "snapshot",
    message: `The link "${item.path}" leads to "${target}", which is not copied`,
    hint: `Name "${target}" in __include__ if the code needs it`,
  });
}

function withSlashes(path: string): string {
  return separator === "/" ? path : path.replaceAll(separator, "/");
}
