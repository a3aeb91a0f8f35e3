/**
 * Processes that send a signal to themselves at a moment that nobody else could meet. One of their own:
 * Deno hands signals to every listener of a process, and one that comes too late for all ends it, be
 * it the tests' own.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { execute } from "../../lib/execute.ts";
import { runProcess } from "../../lib/runner/process.ts";
import { forwardingSignals } from "../../lib/runner/signals.ts";
import { noScreens } from "../../lib/runner/tee.ts";
import { root, run } from "../temp.ts";
import { makeStopper } from "../../lib/sweep/stop.ts";
import { tellingWorld } from "../world.ts";

/**
 * What SIGUSR2 does in a process of its own.
 *
 * - `process`, in a folder: sent before a process is there, and again when it has ended. Its signal,
 *   and whether it was interrupted.
 * - `execute`, a prepared run: sent before its process is there. The run's status and signal.
 * - `sweep`: SIGINT, and a second one, before a process is there. What is done to the runs, and the
 *   signal of the process.
 */
export async function signallingItself(
  what: keyof typeof cases,
  folder: string,
): Promise<unknown[]> {
  const words = ["run", "-A", "-q", "--config", join(root, "deno.json"), import.meta.filename!];
  const { exitCode, stdout, stderr } = await run(Deno.execPath(), [...words, what, folder]);
  assertEquals([exitCode, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const cases = { process: aroundProcess, execute: beforeExecuting, sweep: beforeStarting };

async function aroundProcess(cwd: string): Promise<unknown[]> {
  const launch = { program: "/bin/sleep", args: ["60"], cwd, env: {} };
  return await forwardingSignals(async (signals) => {
    await signalled("SIGUSR2");
    const log = join(cwd, "outputs.log");
    const outcome = await runProcess(launch, log, tellingWorld(), { signals });
    Deno.kill(Deno.pid, "SIGUSR2");
    await signalled("SIGWINCH"); // They are dealt with in the order of their numbers.
    return [outcome.signal, outcome.interrupted];
  }, tellingWorld());
}

async function beforeExecuting(folder: string): Promise<unknown[]> {
  const world = tellingWorld({ env: Deno.env.toObject() });
  const running = execute(folder, world, undefined, { verify: false, screens: noScreens });
  Deno.kill(Deno.pid, "SIGUSR2");
  const { status, signal } = await running;
  return [status, signal];
}

async function beforeStarting(cwd: string): Promise<unknown[]> {
  const told: string[] = [];
  const stopper = makeStopper((stopping) => void told.push(stopping), { env: {} });
  await signalled("SIGINT");
  await signalled("SIGINT");
  const child = new Deno.Command("/bin/sleep", { args: ["60"], cwd, detached: true }).spawn();
  const signals = stopper.signalsFor(child);
  const status = await child.status;
  signals.end();
  stopper.end();
  return [...told, status.signal, signals.ended(status)];
}

/** Sends a signal to this process, and waits until it is there. */
async function signalled(signal: Deno.Signal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = setInterval(() => {}, 1000);
  Deno.addSignalListener(signal, resolve);
  Deno.kill(Deno.pid, signal);
  await promise;
  Deno.removeSignalListener(signal, resolve);
  clearInterval(waiting);
}

if (import.meta.main) {
  const [what, folder] = Deno.args as [keyof typeof cases, string];
  console.log(JSON.stringify(await cases[what](folder)));
}
