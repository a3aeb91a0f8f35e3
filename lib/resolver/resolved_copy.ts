/**
 * The config.yml of an experiment folder, which is resolved: a value that is changed there changes
 * alone, while what was made from it, such as the name, stays.
 *
 * @module
 */
import { isFile } from "../files.ts";
import { basename, dirname, join, resolve } from "../path.ts";
import type { World } from "../world.ts";
import { findReferences } from "./interpolation.ts";
import type { Override } from "./override.ts";

/**
 * Warns of the first override that something refers to in the raw_config.yml beside the configuration.
 *
 * @param config as the user named it
 */
export function warnOfResolved(
  config: string,
  overrides: readonly Pick<Override, "key" | "keyPlace">[],
  world: World,
): void {
  const path = resolve(world.cwd, config);
  const folder = dirname(path);
  if (overrides.length === 0 || basename(path) !== "config.yml") return;
  if (!isFile(join(folder, "record.json")) || !isFile(join(folder, "raw_config.yml"))) return;
  const text = Deno.readTextFileSync(join(folder, "raw_config.yml"));
  const references = findReferences(text);
  const stale = overrides.find(({ key }) => references.some(({ path }) => isWithin(path, key)));
  if (stale === undefined) return;
  world.warn({
    code: "override",
    message: `"${stale.key}" changes alone: what refers to it is resolved already in "${config}"`,
    place: stale.keyPlace,
    hint: "Change it in the raw_config.yml beside it, where references follow",
  });
}

/** Whether one of two keys is the other one, or holds it. */
function isWithin(one: string, other: string): boolean {
  return `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`);
}
