/**
 * Runs a prepared folder as `execute` does, as a process of its own, and leaves the outcome in
 * `outcome.json` beside the folder.
 *
 *     deno run -A driver.ts FOLDER [LOG]
 *
 * @module
 */
import { binary, root } from "../temp.ts";
import { dirname, join } from "node:path";
import { realPathsOf } from "../../lib/runner/gather.ts";
import { runProcess } from "../../lib/runner/process.ts";
import { type Run, runners } from "../../lib/runner/runner.ts";
import { forwardingSignals } from "../../lib/runner/signals.ts";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import type { RunRecord } from "../../lib/snapshotter/record.ts";
import { tellingWorld } from "../world.ts";

/** How the program under test starts its hidden child mode. */
const childWords = binary === undefined
  ? [
    Deno.execPath(),
    "run",
    "-A",
    "--no-prompt",
    "--unstable-worker-options",
    join(root, "main.ts"),
    "--expyrun-child",
  ]
  : [binary, "--expyrun-child"];

/** Runs a folder; its delivered configuration is in `delivery.json` beside it. */
async function drive(path: string): Promise<number> {
  const folder = openFolder(Deno.realPathSync(path));
  const record = JSON.parse(Deno.readTextFileSync(folder.record)) as RunRecord;
  const run: Run = {
    record,
    folder,
    named: record.folder,
    realPaths: await realPathsOf(record.permissions),
    env: Deno.env.toObject(),
    program: Deno.execPath(),
    self: { words: childWords },
    lock: record.code.lock && Deno.readTextFileSync(folder.lock),
  };
  const runner = runners[record.runtime];
  const config = Deno.readTextFileSync(join(dirname(folder.path), "delivery.json"));
  for (const { path, text } of runner.handOver(run, config)) Deno.writeTextFileSync(path, text);
  const log = Deno.args[1] ?? folder.log;
  const world = tellingWorld({ cwd: Deno.cwd(), env: run.env });
  const outcome = await forwardingSignals(
    (signals) => runProcess(runner.plan(run), log, world, { signals }),
    world,
  );
  for (const { message } of world.warnings) console.error(`warning: ${message}`);
  Deno.writeTextFileSync(join(dirname(folder.path), "outcome.json"), JSON.stringify(outcome));
  return outcome.exitCode;
}

if (import.meta.main) Deno.exit(await drive(Deno.args[0]!));
