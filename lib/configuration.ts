/**
 * Text becomes values: the first half of preparing.
 *
 * @module
 */
import type { ConfigCommand } from "./command.ts";
import { ExpyrunError } from "./errors.ts";
import { namingSecrets } from "./resolver/given_secrets.ts";
import { loadConfig } from "./resolver/inherit.ts";
import type { Mapping } from "./resolver/node.ts";
import { applyOverrides } from "./resolver/override.ts";
import { warnOfResolved } from "./resolver/resolved_copy.ts";
import { resolveConfig } from "./resolver/resolve.ts";
import { checkReservedKeys } from "./resolver/run_section.ts";
import type { World } from "./world.ts";

/** A configuration before and after its references and variables were replaced. */
export interface Configuration {
  /** Merged and overridden. */
  readonly raw: Mapping;
  readonly resolved: Mapping;
}

/**
 * Reads the configuration that the command names, with its parents and overrides.
 *
 * @throws {ExpyrunError} at the place that is wrong
 */
export async function readConfiguration(
  command: ConfigCommand,
  world: World,
): Promise<Configuration> {
  const { config, configPlace, configName } = command;
  const merged = await loadConfig(config, world, configPlace, configName);
  refuseDebugKey(command, merged);
  warnOfResolved(config, command.overrides, world);
  const raw = applyOverrides(merged, namingSecrets(command.overrides, merged, world));
  checkReservedKeys(raw, world);
  return { raw, resolved: resolveConfig(raw, world) };
}

/** After CONFIG, `--debug` could be meant as the key: then neither is guessed. */
export function refuseDebugKey(
  { debugPlace }: Pick<ConfigCommand, "debugPlace">,
  config: Mapping,
): void {
  const key = config.entries.get("debug");
  if (debugPlace === undefined || key === undefined) return;
  throw new ExpyrunError({
    code: "usage",
    message: 'Cannot tell the option "--debug" from the key "debug"',
    place: debugPlace,
    notes: [{ message: "The key stands here", place: key.keyPlace }],
    hint: "For the option write --debug before CONFIG, for the key --debug=VALUE",
  });
}
