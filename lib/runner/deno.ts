/**
 * The runner of Deno code: a child `deno run` with the permission set as flags.
 *
 * @module
 */
import { join, relative, toFileUrl } from "../path.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import bootstrap from "./bootstrap.js" with { type: "text" };
import { lockedHosts, permissionFlags } from "./permissions.ts";
import { keyVariable } from "./seal.ts";
import type { HandedFile, Launch, Run, Runner } from "./runner.ts";

/** Runs the entry point in a child `deno run`. */
export const denoRunner: Runner = { handOver, plan };

function handOver(run: Run, config: string): HandedFile[] {
  const { record, folder } = run;
  const { module, function: name } = record.code;
  const call = JSON.stringify({
    name: record.name,
    module,
    url: toFileUrl(join(codeRoot(run), module)).href,
    function: name,
    parent: run.parent,
    watch: watchOf(run),
  });
  return [
    { path: folder.call, text: `{"call":${call},"delivery":${config}}` },
    { path: folder.bootstrap, text: bootstrap },
  ];
}

/** How the loading of modules is watched; nothing where the code cannot load any from elsewhere. */
function watchOf({ record: { code }, folder, caches = [], strict }: Run) {
  if (!code.watched || code.mode !== "copy") return undefined;
  const inside = [folder.path, ...caches].map((path) => `${toFileUrl(path).href}/`);
  return { inside, log: folder.loaded, strict };
}

function plan(run: Run): Launch {
  const { record: { cwd, code }, folder, env, program } = run;
  return {
    program,
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--frozen",
      ...configFlags(run),
      ...permissionFlags({
        permissions: run.record.permissions,
        codeElsewhere: code.mode === "original" ? code.root : undefined,
        sealed: sealed(run),
        lockedHosts: run.lock === undefined ? [] : lockedHosts(run.lock),
        needed: run.key === undefined ? [] : [keyVariable],
        readable: [...run.inputs ?? [], ...(run.caches ?? []).map((path) => join(path, "npm"))],
        written: watchOf(run) ? [relative(folder.path, folder.loaded)] : [],
      }),
      folder.bootstrap,
    ],
    cwd: folder.path,
    env: {
      ...env,
      EXPYRUN_CWD: cwd,
      ...temporary(folder),
      ...(run.key === undefined ? {} : { [keyVariable]: run.key }),
    },
  };
}

/** A copy is found where the folder is now: folders are moved, and copied to other machines. */
function codeRoot({ record: { code }, folder }: Run): string {
  return code.mode === "copy" ? folder.path : code.root;
}

/** Without a lock nothing but relative imports was found: there is nothing to download. */
function configFlags({ record: { code }, folder }: Run): string[] {
  const copied = code.mode === "copy";
  const config = code.config && (copied ? folder.denoConfig : code.config);
  const lock = code.lock && (copied ? folder.lock : code.lock);
  return [
    ...(config === undefined ? ["--no-config"] : ["--config", config]),
    ...(lock === undefined ? ["--no-lock", "--no-npm"] : ["--lock", lock]),
  ];
}

/** Every name that programs look for their temporary folder by: POSIX has one, Windows two. */
function temporary(folder: ExperimentFolder): Record<string, string> {
  return { TMPDIR: folder.temporary, TMP: folder.temporary, TEMP: folder.temporary };
}

/**
 * The code copy and expyrun's own files: relative as the folder is granted by `.`, and once more
 * by the path that the user knows it by, which may lead through symbolic links.
 */
function sealed({ record, folder }: Run): string[] {
  const files = [
    folder.config,
    folder.rawConfig,
    folder.requirements,
    folder.log,
    folder.record,
    folder.denoConfig,
    folder.lock,
    folder.packageJson,
    folder.call,
    folder.bootstrap,
    folder.origins,
    folder.denoDir,
    folder.started,
  ].map((path) => relative(folder.path, path));
  const names = record.code.mode === "copy" ? [...record.code.roots, ...files] : files;
  if (record.folder === folder.path) return names;
  return [...names, ...names.map((name) => join(record.folder, name))];
}
