/**
 * The verb `explain`: where values came from, as an answer.
 *
 * @module
 */
import { isFile, isFolder } from "./files.ts";
import { basename, isAbsolute, join } from "./path.ts";
import type { ExplainCommand } from "./command.ts";
import { readConfiguration } from "./configuration.ts";
import { readSecretRule } from "./resolver/secrets.ts";
import { variablesOf } from "./resolver/interpolation.ts";
import { explainJson, explainText, type Explanations } from "./runs/explain.ts";
import { explainAll, readOrigins } from "./runs/origins_file.ts";
import { openFolder } from "./snapshotter/folder.ts";
import { noExperiment } from "./snapshotter/no_record.ts";
import type { World } from "./world.ts";

/**
 * Explains a key of a configuration or of an experiment folder; without a key, every value.
 *
 * @returns the text to print
 * @throws {ExpyrunError} when the configuration cannot be resolved, or has no such key
 */
export async function explain(command: ExplainCommand, world: World): Promise<string> {
  const { key, keyPlace: place, json } = command;
  const all = await explanationsOf(command, world);
  return json ? explainJson(all, { key, place }) : explainText(all, { key, place });
}

async function explanationsOf(command: ExplainCommand, world: World): Promise<Explanations> {
  const { config, overrides } = command;
  const path = isAbsolute(config) ? config : join(world.cwd, config);
  const folder = openFolder(path);
  if (!isFolder(path)) return await explanationsNow(command, world);
  if (!isFile(folder.config)) throw noExperiment(folder, command.configPlace);
  // What was recorded knows of no overrides but those of the run.
  const recorded = overrides.length === 0 ? await readOrigins(folder) : undefined;
  const file = overrides.length === 0 ? folder.config : folder.rawConfig;
  return recorded ??
    await explanationsNow({ ...command, config: join(config, basename(file)) }, world);
}

async function explanationsNow(command: ExplainCommand, world: World): Promise<Explanations> {
  const { raw, resolved } = await readConfiguration(command, world);
  return explainAll({
    raw,
    resolved,
    variable: variablesOf(world),
    isSecret: readSecretRule(raw),
  });
}
