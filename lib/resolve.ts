/**
 * The verb `resolve`.
 *
 * @module
 */
import type { Command } from "./command.ts";
import { readConfiguration } from "./configuration.ts";
import { jsonOf } from "./resolver/deliver.ts";
import { emitResolved } from "./resolver/emit.ts";
import { resolvedSection } from "./resolver/written.ts";
import type { World } from "./world.ts";

/**
 * Prints what config.yml would hold.
 *
 * @returns the text of config.yml (but for `__code__`), or the same as one line of JSON
 */
export async function resolve(
  command: Command & { kind: "resolve" },
  world: World,
): Promise<string> {
  const { resolved } = await readConfiguration(command, world);
  const section = resolvedSection(resolved, world);
  return command.json ? `${jsonOf(section)}\n` : emitResolved(section);
}
