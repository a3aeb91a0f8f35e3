/**
 * `~` for the home directory, which is a word of shells.
 *
 * @module
 */
import type { Place } from "../errors.ts";
import type { World } from "../world.ts";

/**
 * Warns of a path that begins with it: here it is the name of a folder.
 *
 * @param key where the path is written, such as `__inputs__`
 */
export function warnOfTilde(text: string, key: string, place: Place, world: World): void {
  if (text !== "~" && !text.startsWith("~/")) return;
  world.warn({
    code: "section",
    message: `Taking "~" in ${key} as the name of a folder`,
    place,
    hint: `Write $HOME${text.slice(1)}`,
  });
}
