/**
 * The little language of the runner's tests: an experiment from a few lines of code, run by the
 * real driver, and what came of it.
 *
 * @module
 */
import { join } from "node:path";
import { root, withTempDir, writeFiles } from "../temp.ts";
import { defaultPermissions, type Permissions } from "../../lib/resolver/permission_set.ts";
import type { Outcome } from "../../lib/runner/process.ts";
import type { RunRecord } from "../../lib/snapshotter/record.ts";

/** What an experiment is made of. */
export interface Made {
  /** Files below the experiment folder; `src/main.ts` holds the entry point `main`. */
  readonly files: Readonly<Record<string, string>>;
  readonly permissions?: Partial<Permissions>;
  readonly code?: Partial<RunRecord["code"]>;
  /** The text of the delivered configuration. */
  readonly delivery?: string;
}

/** An experiment in a temporary folder. */
export interface Experiment {
  /** The temporary folder, where nothing but reading is allowed. */
  readonly outside: string;
  /** The experiment folder. */
  readonly folder: string;
  readonly record: RunRecord;
}

/** What a run left. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly log: Uint8Array;
  readonly outcome: Outcome;
}

const driver = new URL("./driver.ts", import.meta.url).pathname;

/** The words that start the driver, without the program. */
export function driverArgs(experiment: Experiment): string[] {
  return ["run", "-A", "-q", "--config", join(root, "deno.json"), driver, experiment.folder];
}

/** Makes an experiment, hands it over, and removes it. */
export async function withExperiment(
  made: Made,
  action: (experiment: Experiment) => Promise<void>,
): Promise<void> {
  // A name with a space: paths become flags and addresses.
  await withTempDir(async (parent) => action(await make(join(parent, "a folder"), made)));
}

async function make(outside: string, made: Made): Promise<Experiment> {
  const folder = join(outside, "exp.0");
  const record = recordOf(folder, made);
  await writeFiles(folder, {
    "config.yml": "a: 1\n",
    "deno.json": "{}\n",
    ".expyrun/call.json": "",
    ".expyrun.tmp/.keep": "",
    "record.json": JSON.stringify(record),
    "../delivery.json": made.delivery ?? '{"config": {"a": 1}, "special": []}',
    ...made.files,
  });
  return { outside, folder, record };
}

/** Whether experiments run in a Worker of the program, as in the compiled binary. */
export const embedded: boolean = Deno.env.get("EXPYRUN_TEST_RUNTIME") === "embedded";

function recordOf(folder: string, { permissions, code }: Made): RunRecord {
  return {
    format: 1,
    status: "prepared",
    name: "name/of it",
    folder,
    command: [],
    cwd: "/somewhere",
    versions: { expyrun: "0", deno: "0", v8: "0", typescript: "0" },
    runtime: embedded ? "embedded" : "deno",
    code: {
      mode: "copy",
      root: folder,
      module: "src/main.ts",
      function: "main",
      roots: ["src"],
      config: join(folder, "deno.json"),
      files: [],
      digest: "",
      ...code,
    },
    permissions: { ...defaultPermissions, ...permissions },
    preparedAt: "2026-01-01T00:00:00.000Z",
  };
}

/** Starts the driver; its output is piped. */
export function start(
  experiment: Experiment,
  options: Partial<Deno.CommandOptions> = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: driverArgs(experiment),
    cwd: experiment.outside,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  }).spawn();
}

/** Runs an experiment to its end. */
export async function run(
  experiment: Experiment,
  options?: Partial<Deno.CommandOptions>,
): Promise<Result> {
  return await result(experiment, start(experiment, options));
}

/** What a started driver comes to. */
export async function result(
  experiment: Experiment,
  started: Deno.ChildProcess,
): Promise<Result> {
  const { code, stdout, stderr } = await started.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    log: await Deno.readFile(join(experiment.folder, "outputs.log")),
    outcome: JSON.parse(await Deno.readTextFile(join(experiment.outside, "outcome.json"))),
  };
}

/**
 * Waits until a condition holds.
 *
 * @throws {Error} after a minute: what hangs must fail, not hold up every other test
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!await condition()) {
    if (Date.now() > end) throw new Error("Waited a minute in vain");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
