/**
 * The call of an entry point, as every runner hands it to its child.
 *
 * @module
 */
import { join, toFileUrl } from "../path.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { PlannedRecord, Run } from "./runner.ts";
import { keyVariable } from "./seal.ts";

/**
 * The text of the file that bootstrap.js reads the call from.
 *
 * @param config the delivered configuration, as JSON
 * @param added variables that only start the child. Where the command has none of that name they are
 * taken away before the experiment begins: what it starts itself need not have them
 */
export function callText(
  run: Run,
  config: string,
  added: Readonly<Record<string, string>>,
): string {
  const { record } = run;
  const { module, function: name } = record.code;
  const call = JSON.stringify({
    name: record.name,
    module,
    url: entryUrl(run),
    function: name,
    parent: run.parent,
    watch: watchOf(run),
    unset: Object.keys(added).filter((name) => !(name in run.env)),
  });
  return `{"call":${call},"delivery":${config}}`;
}

/**
 * How the loading of modules is watched: of those that are neither copied nor locked, and of those
 * of the packages that were copied along. Nothing where the code can load none of either, unless
 * reading is narrowed in a binary, whose own loader asks nobody.
 */
export function watchOf({ record, folder, caches = [], strict }: Run<PlannedRecord>) {
  const { code, runtime, permissions } = record;
  const isCopy = code.mode === "copy";
  const roots = new Set(code.packages?.map(({ path }) => path.split("/")[0]!));
  const isNarrowed = runtime === "embedded" && permissions.read.allow !== true;
  if (!isNarrowed && (!isCopy || !code.watched && roots.size === 0)) return undefined;
  const within = (path: string) => `${toFileUrl(path).href}/`;
  return {
    inside: [folder.path, ...isCopy ? [] : [code.root], ...caches].map(within),
    packages: [...roots].map((name) => within(join(folder.path, name))),
    log: folder.loaded,
    strict: strict && isCopy,
  };
}

/** The URL of the entry point's module. */
export function entryUrl(run: Run<PlannedRecord>): string {
  return toFileUrl(join(codeRoot(run), run.record.code.module)).href;
}

/** The deno.json that imports are resolved by, as flags of `deno run`. */
export function configFlags({ record: { code }, folder }: Run<PlannedRecord>): string[] {
  const config = code.config && (code.mode === "copy" ? folder.denoConfig : code.config);
  return config === undefined ? ["--no-config"] : ["--config", config];
}

/** A copy is found where the folder is now: folders are moved, and copied to other machines. */
export function codeRoot({ record: { code }, folder }: Run<PlannedRecord>): string {
  return code.mode === "copy" ? folder.path : code.root;
}

/** The paths of the experiment folder: the real one, and that by which the user knows it. */
export function foldersOf({ folder, named }: Run<PlannedRecord>): string[] {
  return [...new Set([folder.path, named ?? folder.path])];
}

/** The whole environment of the child, but for {@linkcode temporaryVariables}. */
export function childEnvironment({ record, env, key }: Run<PlannedRecord>): Record<string, string> {
  return {
    // Deno's own errors are coloured even in a pipe, and what the log holds is to be read.
    ...("FORCE_COLOR" in env ? {} : { NO_COLOR: "1" }),
    ...env,
    EXPYRUN_CWD: record.cwd,
    ...(key === undefined ? {} : { [keyVariable]: key }),
  };
}

/** Every name that programs look for their temporary folder by: POSIX has one, Windows two. */
export function temporaryVariables(folder: ExperimentFolder): Record<string, string> {
  return { TMPDIR: folder.temporary, TMP: folder.temporary, TEMP: folder.temporary };
}
