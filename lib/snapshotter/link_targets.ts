/**
 * Where symbolic links lead that somebody else may have made: by way of each other, too.
 *
 * @module
 */
import { slashed } from "../path.ts";

/** As many as Linux follows. */
const mostFollowed = 40;

/**
 * Finds a link that leads out of its folder: `d/b -> ..` and `a -> d/b/../..` do so together, though
 * each by itself stays inside.
 *
 * @param links what each link holds, by its path with `/`; no path may lead through another link
 * @param kept how many leading segments of a path no link may leave
 * @returns the path of the first that does
 *
 * @example
 * ```ts
 * import { escapingLink } from "./link_targets.ts";
 *
 * console.assert(escapingLink(new Map([["d/b", ".."], ["a", "d/b/../.."]])) === "a");
 * ```
 */
export function escapingLink(
  links: ReadonlyMap<string, string>,
  kept = 0,
): string | undefined {
  for (const path of links.keys()) {
    const [own, target] = [segmentsOf(path), targetOf(path, links)];
    const stays = target !== undefined && target.length >= kept &&
      own.slice(0, kept).every((segment, i) => segment === target[i]);
    if (!stays) return path;
  }
  return undefined;
}

/** The segments of what a link leads to; nothing where that is above the folder, or never ends. */
function targetOf(path: string, links: ReadonlyMap<string, string>): string[] | undefined {
  const place: string[] = [];
  const rest = segmentsOf(path);
  for (let followed = 0; rest.length > 0;) {
    const segment = rest.shift()!;
    if (segment === "..") {
      if (place.pop() === undefined) return undefined;
      continue;
    }
    place.push(segment);
    const link = links.get(place.join("/"));
    if (link === undefined) continue;
    if (slashed.isAbsolute(link) || ++followed > mostFollowed) return undefined;
    place.pop();
    rest.unshift(...segmentsOf(link));
  }
  return place;
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}

/** A path that is refused, and why. */
export interface LinkProblem {
  readonly path: string;
  /** What follows the path in a sentence. */
  readonly because: string;
}

/**
 * What is wrong with links that somebody else may have made; nothing when all is well.
 *
 * @param paths of all files and links, relative, with `/`: none may lead through a link
 * @param links what each link holds, by its path
 * @param kept as for {@linkcode escapingLink}
 */
export function linkProblem(
  paths: readonly string[],
  links: ReadonlyMap<string, string>,
  kept = 0,
): LinkProblem | undefined {
  const through = paths.find((path) => foldersAbove(path).some((folder) => links.has(folder)));
  if (through !== undefined) return { path: through, because: "leads through a link" };
  const path = escapingLink(links, kept);
  if (path === undefined) return undefined;
  return { path, because: `is a link to "${links.get(path)}", which leaves the folder` };
}

/** The folders that a path with `/` leads through, outermost first. */
export function foldersAbove(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join("/"));
}
