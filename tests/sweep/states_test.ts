import { join } from "node:path";
import { identityOf } from "../../lib/snapshotter/machine.ts";
import { expyrun, withTempDir, writeFiles } from "../temp.ts";
import { assertEquals } from "@std/assert";
import { nextStep } from "../../lib/sweep/resume.ts";
import {
  countStatuses,
  type QueuePhase,
  type RunState,
  runState,
  type SweepStatus,
  withQueue,
} from "../../lib/sweep/states.ts";
import type { Status } from "../../lib/snapshotter/record.ts";

const queued: readonly [record: Status, phase: QueuePhase, shown: SweepStatus][] = [
  ["prepared", "waiting", "queued"],
  // Its task has begun, and has not written yet.
  ["prepared", "running", "queued"],
  ["prepared", "absent", "lost"],
  ["prepared", "unreachable", "unknown"],
  ["running", "running", "running"],
  ["running", "waiting", "queued"],
  ["running", "absent", "lost"],
  ["running", "unreachable", "unknown"],
  // What has ended has ended, whatever SLURM says; unless it is to be run again.
  ["succeeded", "absent", "succeeded"],
  ["succeeded", "running", "succeeded"],
  ["succeeded", "unreachable", "succeeded"],
  ["failed", "unreachable", "failed"],
  ["failed", "waiting", "queued"],
  ["interrupted", "absent", "interrupted"],
  ["interrupted", "waiting", "queued"],
];
for (const [record, phase, shown] of queued) {
  Deno.test(`withQueue: ${record} and ${phase}`, () => {
    assertEquals(withQueue({ status: record }, { phase, cancelled: false }), shown);
  });
}

Deno.test("withQueue: what was taken back before it began is prepared again", () => {
  assertEquals(withQueue({ status: "prepared" }, { phase: "absent", cancelled: true }), "prepared");
  assertEquals(withQueue({ status: "running" }, { phase: "absent", cancelled: true }), "lost");
  assertEquals(withQueue({ status: "prepared" }, { phase: "waiting", cancelled: true }), "queued");
});

const folder = "/out/a/exp.0";
const steps: readonly [state: Partial<RunState>, step: string, withRetry: string][] = [
  [{ status: "succeeded", recorded: "succeeded", folder }, "leave", "leave"],
  [{ status: "running", recorded: "running", folder }, "leave", "leave"],
  [{ status: "queued", recorded: "prepared", folder }, "leave", "leave"],
  // It may be running where nobody can look.
  [{ status: "unknown", recorded: "running", folder }, "leave", "leave"],
  [{ status: "failed", recorded: "failed", folder }, "leave", "repeat"],
  [{ status: "interrupted", recorded: "interrupted", folder }, "repeat", "repeat"],
  [{ status: "lost", recorded: "running", folder }, "repeat", "repeat"],
  [{ status: "lost", recorded: "prepared", folder }, "start", "start"],
  [{ status: "prepared", recorded: "prepared", folder }, "start", "start"],
  // Killed between taking the folder and writing so.
  [{ status: "prepared", recorded: "prepared", folder, taken: true }, "repeat", "repeat"],
  [{ status: "prepared" }, "prepare", "prepare"],
  // Somebody has removed the folder.
  [{ status: "lost", folder }, "prepare", "prepare"],
];
for (const [state, step, withRetry] of steps) {
  const { status, recorded = "no record", taken } = state;
  Deno.test(`nextStep: ${status}, ${recorded}${taken ? ", taken" : ""}`, () => {
    const full = { run: 0, attempts: 1, status: "lost", ...state } as RunState;
    assertEquals([nextStep(full, false), nextStep(full, true)], [step, withRetry]);
  });
}

Deno.test("countStatuses counts in the order in which a run passes them", () => {
  const states = (["failed", "queued", "succeeded", "queued"] as const)
    .map((status, run) => ({ run, status, attempts: 1 }));
  assertEquals(countStatuses(states), [["queued", 2], ["succeeded", 1], ["failed", 1]]);
});

Deno.test("a run that goes on as no task is told by its own process", async () => {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, {
      "config.yml": "__run__: { __main__: 'a:main', __output_dir__: out, __name__: x }\n",
      "a.js": "export function main() {}\n",
    });
    const { stdout } = await expyrun(["prepare", "config.yml"], { cwd });
    const path = join(stdout.trim(), "record.json");
    const record = JSON.parse(await Deno.readTextFile(path));
    const task = { id: "7_0", phase: "absent", cancelled: true } as const;
    const stateOf = async (changes: object) => {
      await Deno.writeTextFile(path, JSON.stringify({ ...record, status: "running", ...changes }));
      return (await runState(0, [stdout.trim()], task)).status;
    };
    const process = await identityOf(Deno.pid);
    assertEquals(await stateOf({ process }), "running");
    assertEquals(await stateOf({ process, slurmTask: "7_0" }), "lost");
  });
});

Deno.test("a task that was begun anew has not written its record yet", () => {
  const task = { phase: "running", restarts: 1, cancelled: false } as const;
  assertEquals(withQueue({ status: "interrupted" }, task), "queued");
  assertEquals(withQueue({ status: "interrupted", restarts: 1 }, task), "interrupted");
  assertEquals(withQueue({ status: "running" }, task), "running");
});
