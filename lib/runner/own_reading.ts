/**
 * What an experiment must read to begin at all, and what a configuration may deny it.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import { isAmong, listOf } from "./denials.ts";
import type { Permissions } from "./permissions.ts";

/**
 * Refuses permissions that deny reading what an experiment begins with.
 *
 * @param needed its folder, and that of its code, by all paths that they are known by; absolute
 * @param place what is shown where it is refused
 * @throws {ExpyrunError} `launch`
 */
export function refuseBlindness(
  { read: { deny } }: Permissions,
  needed: readonly string[],
  place?: Place,
): void {
  for (const item of listOf(deny)) {
    const path = needed.find((path) => isAmong("read", path, [item]));
    if (path === undefined) continue;
    throw new ExpyrunError({
      code: "launch",
      message: `Cannot deny "read" for "${item}": the experiment must read "${path}", its own`,
      place,
      hint: "Deny what lies beside it, or list only what it may read besides: read: [...]",
    });
  }
}
