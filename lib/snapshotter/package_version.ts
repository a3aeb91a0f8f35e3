/**
 * Which of several versions of a package a requirement means. Only loaded where there is one: few
 * requirements name a version.
 *
 * @module
 */
import { format, maxSatisfying, parseRange, type Range, type SemVer, tryParse } from "@std/semver";

/**
 * The newest of the versions that satisfy a requirement.
 *
 * @param range as npm writes it; a tag, such as `latest`, is satisfied by any
 * @returns undefined when none does
 */
export function newestOf(versions: readonly string[], range: string): string | undefined {
  const parsed = versions.map(tryParse).filter((version) => version !== undefined);
  const best = maxSatisfying(parsed, rangeOf(range));
  return best && versions.find((version) => isSame(version, best));
}

/** A version may be written with what tells builds of it apart. */
function isSame(text: string, version: SemVer): boolean {
  const parsed = tryParse(text);
  return parsed !== undefined && format(parsed) === format(version);
}

function rangeOf(text: string): Range {
  try {
    return parseRange(text);
  } catch {
    return parseRange("*");
  }
}
