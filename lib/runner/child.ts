/**
 * The hidden child mode of the program, its main thread: opens the Worker that the experiment runs
 * in, and waits for its end. All rights stay here; the experiment gets those of the Worker.
 *
 * @module
 */
import type { ImportRules } from "./import_rules.ts";
import type { WorkerPermissions } from "./worker_permissions.ts";

/** What the child is to do, in words of its command line. */
export interface Order {
  /** The file that holds the call, absolute. */
  readonly call: string;
  /** The file whose lock is waited for, if it is there, without the number of the parent; absolute. */
  readonly waiting: string;
  /** The URL of the module that the experiment begins with. */
  readonly entry: string;
  /** The process that the child must not outlive, where nothing else watches it. */
  readonly parent?: number | undefined;
  /**
   * Variables of the experiment that the child itself must start without: a binary calls its own
   * modules by TMPDIR, and with another one for each run what is compiled once cannot be found again.
   * Null for one that the experiment must not have.
   */
  readonly env: Readonly<Record<string, string | null>>;
  readonly permissions: WorkerPermissions;
  /** How imports are answered beyond what the runtime does by itself. */
  readonly imports?: ImportRules | undefined;
}

/** What the Worker is told; it has no other way to know, nor to ask. */
export interface Handed {
  /** The text of the file that holds the call. */
  readonly call: string;
  readonly entry: string;
  readonly imports?: ImportRules | undefined;
}

/**
 * Runs an experiment to its end.
 *
 * @param order an {@linkcode Order} as JSON
 * @param module the URL of worker.ts
 * @param setVariable sets a variable of this process, or removes it
 * @returns the exit code of the experiment
 */
export async function runChild(
  order: string,
  module: URL,
  setVariable: (name: string, value: string | null) => void,
): Promise<number> {
  const { call, waiting, entry, permissions, parent, imports, env }: Order = JSON.parse(order);
  for (const [name, value] of Object.entries(env)) setVariable(name, value);
  const worker = new Worker(module, { type: "module", ...scopedBy(permissions) });
  if (!waitFor(waiting)) return 137;
  const text = Deno.readTextFileSync(call);
  worker.postMessage({ call: text, entry, imports } satisfies Handed);
  const watch = parent === undefined ? undefined : watchParent(parent);
  const code = await Promise.race([endOf(worker), ...watch ? [watch.gone] : []]);
  watch?.end();
  return code;
}

/**
 * What was started ahead waits until expyrun, when all is written, gives up its lock.
 *
 * @returns whether expyrun is still there
 */
function waitFor(path: string): boolean {
  const parent = Deno.ppid;
  const file = openIfThere(`${path}-${parent}`);
  file?.lockSync();
  file?.close();
  return Deno.ppid === parent;
}

/** Not looked for first: expyrun may remove it at any moment. */
function openIfThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch {
    return undefined; // There is nothing to wait for.
  }
}

/** The types of Deno know this option only where the unstable ones are asked for. */
function scopedBy(permissions: WorkerPermissions): WorkerOptions {
  const options: unknown = { deno: { permissions } };
  return options as WorkerOptions;
}

function endOf(worker: Worker): Promise<number> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      if (typeof data === "number") resolve(data);
    };
    // The Worker itself could not be loaded: errors of the experiment do not come so far.
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(125);
    };
  });
}

/** The thread of the experiment may be busy; this one is not. */
function watchParent(parent: number): { gone: Promise<number>; end(): void } {
  let end = () => {};
  const gone = new Promise<number>((resolve) => {
    const timer = setInterval(() => Deno.ppid === parent || resolve(137), 250);
    end = () => clearInterval(timer);
  });
  return { gone, end };
}
