/**
 * The runner of the compiled binary, which needs no `deno`: it starts itself again in a hidden child
 * mode (child.ts), and that opens a Worker which has the permission set and makes the call.
 *
 * @module
 */
import { toFileUrl } from "../path.ts";
import {
  callText,
  childEnvironment,
  codeRoot,
  configFlags,
  entryUrl,
  foldersOf,
  temporaryVariables,
  watchOf,
} from "./call.ts";
import type { Order } from "./child.ts";
import { type ImportRules, importRules } from "./import_rules.ts";
import type { HandedFile, Launch, PlannedRecord, Run, Runner } from "./runner.ts";
import { keyVariable } from "./seal.ts";
import { workerPermissions } from "./worker_permissions.ts";

/** Runs the entry point in a Worker of a child of the same program. */
export const embeddedRunner: Runner = { handOver, plan };

function handOver(run: Run, config: string): HandedFile[] {
  return [{ path: run.folder.call, text: callText(run, config, memoryVariables) }];
}

function plan(run: Run<PlannedRecord>): Launch {
  const { words, flagsAt = 0 } = run.self;
  const [program, ...args] = words.toSpliced(flagsAt, 0, ...importFlags(run));
  return {
    program: program!,
    args: [...args, JSON.stringify(orderOf(run))],
    cwd: run.folder.path,
    env: { ...memoryVariables, ...childEnvironment(run), [dataVariable]: run.folder.temporary },
  };
}

/**
 * How the C library of Linux takes memory: much at a time, in large pages. The Worker is made in a
 * thread of its own, whose memory otherwise grows by single pages: that took a quarter of the time
 * in which a child of QuickJS starts, for 3 MiB less. V8 takes its memory by itself.
 */
const memoryVariables = {
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=16777216",
};

/**
 * Where a binary on Linux keeps what `caches` stores: for each run its own place, which is gone after
 * it, as under `deno run`. The runtime looks only when it starts.
 */
const dataVariable = "XDG_DATA_HOME";

/** In the words and not in a file: what is granted cannot be changed on the way. */
function orderOf(run: Run<PlannedRecord>): Order {
  const { record, folder } = run;
  return {
    call: folder.call,
    waiting: folder.waiting,
    entry: entryUrl(run),
    parent: run.parent,
    env: { ...temporaryVariables(folder), [dataVariable]: run.env[dataVariable] ?? null },
    imports: rulesOf(run),
    permissions: workerPermissions({
      permissions: record.permissions,
      folders: foldersOf(run),
      codeElsewhere: record.code.mode === "original" ? record.code.root : undefined,
      readable: run.inputs,
      written: watchOf(run) ? [folder.loaded] : [],
      needed: run.key === undefined ? [] : [keyVariable],
    }),
  };
}

/** Deno resolves the imports of a module all at once, which leaves nothing for rules to answer. */
function importFlags(run: Run<PlannedRecord>): string[] {
  return run.self.flagsAt === undefined ? [] : [...configFlags(run), "--node-modules-dir=manual"];
}

/** Nothing where the runtime answers by itself, which is faster. */
function rulesOf(run: Run<PlannedRecord>): ImportRules | undefined {
  const { config, self, lock = "{}", record: { code } } = run;
  if (config === undefined || self.flagsAt !== undefined) return undefined;
  const rules = importRules(config, lock, `${toFileUrl(codeRoot(run)).href}/`);
  const isNeeded = code.mode === "original" || Object.keys(rules.imports).length > 0 ||
    Object.keys(rules.scopes).length > 0 || code.packages?.some(({ path }) => path === "vendor");
  return isNeeded ? rules : undefined;
}
