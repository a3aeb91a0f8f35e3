/**
 * What an experiment must read to begin at all, and what a configuration may deny it.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import { isAmong, listOf } from "./denials.ts";
import type { Permissions } from "../resolver/permission_set.ts";

/**
 * Refuses permissions that deny reading what an experiment begins with, and folders that Deno opens
 * to nobody who lacks a single right: then not even `all` helps, which denies writing the copy.
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
  refuseSystemFolders(needed, place);
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

const systemFolders = { linux: ["/dev", "/proc", "/sys"], windows: [] }[Deno.build.os as string] ??
  ["/dev"];

/**
 * Refuses folders that Deno opens to nobody who lacks a single right; see {@linkcode refuseBlindness}.
 *
 * @param needed absolute
 * @throws {ExpyrunError} `launch`
 */
export function refuseSystemFolders(needed: readonly string[], place?: Place): void {
  for (const folder of systemFolders) {
    const path = needed.find((path) => path.startsWith(`${folder}/`));
    if (path === undefined) continue;
    throw new ExpyrunError({
      code: "launch",
      message: `Cannot run in "${path}": Deno lets no experiment read below ${folder}`,
      place,
      hint: folder === "/dev"
        ? "Choose a folder elsewhere; a memory disk may be mounted there, too"
        : "Choose a folder elsewhere",
    });
  }
}
