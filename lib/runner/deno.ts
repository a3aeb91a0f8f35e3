/**
 * The runner of Deno code: a child `deno run` with the permission set as flags.
 *
 * @module
 */
import { join, relative } from "../path.ts";
import {
  callText,
  childEnvironment,
  configFlags,
  foldersOf,
  temporaryVariables,
  watchOf,
} from "./call.ts";
import { grantsFolderOnly, lockedHosts, permissionFlags } from "./permissions.ts";
import type { HandedFile, Launch, PlannedRecord, Run, Runner } from "./runner.ts";
import { locksAnything } from "../snapshotter/lock.ts";
import { keyVariable } from "./seal.ts";
import { bootstrapText } from "./shared_bootstrap.ts";

/** Runs the entry point in a child `deno run`. */
export const denoRunner: Runner = { handOver, plan };

function handOver(run: Run, config: string): HandedFile[] {
  const { folder } = run;
  const call = { path: folder.call, text: callText(run, config, addedVariables(run)) };
  return run.bootstrap ? [call] : [call, { path: folder.bootstrap, text: bootstrapText }];
}

function plan(run: Run<PlannedRecord>): Launch {
  const { record: { code }, folder, program } = run;
  return {
    program,
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--frozen",
      ...keepsCompiled(run) ? [] : ["--no-code-cache"],
      ...configFlags(run),
      ...lockFlags(run),
      ...permissionFlags({
        permissions: run.record.permissions,
        folders: foldersOf(run),
        realPaths: run.realPaths,
        codeElsewhere: code.mode === "original" ? code.root : undefined,
        sealed: sealed(run),
        lockedHosts: run.lock === undefined ? [] : lockedHosts(run.lock),
        needed: run.key === undefined ? [] : [keyVariable],
        readable: [...run.inputs ?? [], ...(run.caches ?? []).map((path) => join(path, "npm"))],
        written: watchOf(run) ? [relative(folder.path, folder.loaded)] : [],
      }),
      run.bootstrap?.[0] ?? folder.bootstrap,
    ],
    cwd: folder.path,
    env: {
      ...addedVariables(run),
      ...childEnvironment(run),
      ...temporaryVariables(folder),
    },
  };
}

/**
 * What is transpiled and compiled is kept for later runs by its path: that of a copy is never seen
 * again, and would only fill Deno's cache. Packages are.
 */
function keepsCompiled({ lock = "", record: { code } }: Run<PlannedRecord>): boolean {
  return code.mode === "original" || locksAnything(lock);
}

/** For what is transpiled Deno has no flag. */
function addedVariables(run: Run<PlannedRecord>): Record<string, string> {
  return keepsCompiled(run) ? {} : { DENO_EMIT_CACHE_MODE: "disable" };
}

/** Without a lock nothing but relative imports was found: there is nothing to download. */
function lockFlags({ record: { code }, folder }: Run<PlannedRecord>): string[] {
  const lock = code.lock && (code.mode === "copy" ? folder.lock : code.lock);
  return lock === undefined ? ["--no-lock", "--no-npm"] : ["--lock", lock];
}

/**
 * The code copy and expyrun's own files: relative as the folder is granted by `.`, and once more
 * by the path that the user knows it by, which may lead through symbolic links: where more than
 * the folder is granted, that may be granted too.
 *
 * Whole folders, from the first on: one that may be renamed takes what is denied in it along (tried).
 */
function sealed(run: Run<PlannedRecord>): string[] {
  const { record, folder } = run;
  const files = [
    folder.config,
    folder.rawConfig,
    folder.requirements,
    folder.log,
    folder.record,
    folder.denoConfig,
    folder.lock,
    folder.packageJson,
    folder.hidden,
  ].map((path) => relative(folder.path, path));
  const roots = record.code.mode === "copy" ? record.code.roots : [];
  const names = [...new Set([...roots.map((path) => path.split("/")[0]!), ...files])];
  if (grantsFolderOnly(record.permissions)) return names;
  const others = foldersOf(run).filter((path) => path !== folder.path);
  return [
    ...names,
    ...others.flatMap((path) => names.map((name) => join(path, name))),
    ...run.bootstrap ?? [],
  ];
}
