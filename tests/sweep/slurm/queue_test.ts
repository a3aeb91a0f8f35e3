import { assertEquals } from "@std/assert";
import {
  jobForgotten,
  parseJobId,
  parseMaxArraySize,
  parseQueue,
} from "../../../lib/sweep/slurm/queue.ts";

// Lines that squeue printed, with the fields that queueFormat names.
const queues: readonly [name: string, text: string, tasks: string[]][] = [
  ["an array", "165_4   RUNNING   2  \n165_5   PENDING   0\n", [
    "165_4 running 2",
    "165_5 waiting",
  ]],
  ["a single job", "7 PENDING\n", ["7 waiting"]],
  [
    "states on the way in and out",
    "1 CONFIGURING\n2 COMPLETING 3\n3 REQUEUED\n4 SUSPENDED\n",
    ["1 running", "2 running", "3 waiting", "4 running"],
  ],
  [
    "finished ones",
    "1 COMPLETED\n2 CANCELLED\n3 TIMEOUT\n4 NODE_FAIL\n",
    [],
  ],
  ["nothing", "", []],
  ["noise", "slurm_load_jobs error: Unable to contact slurm controller\n", []],
];
for (const [name, text, tasks] of queues) {
  Deno.test(`parseQueue: ${name}`, () => {
    const parsed = parseQueue(text).map(({ id, phase, restarts }) =>
      [id, phase, ...restarts > 0 ? [restarts] : []].join(" ")
    );
    assertEquals(parsed, tasks);
  });
}

Deno.test("jobForgotten tells an ended job from a controller that does not answer", () => {
  assertEquals(jobForgotten("slurm_load_jobs error: Invalid job id specified"), true);
  assertEquals(
    jobForgotten("slurm_load_jobs error: Unable to contact slurm controller (connect failure)"),
    false,
  );
});

Deno.test("parseJobId", () => {
  assertEquals(parseJobId("165\n"), "165");
  assertEquals(parseJobId("165;cluster\n"), "165");
  assertEquals(parseJobId("sbatch: something\n"), undefined);
});

Deno.test("parseMaxArraySize", () => {
  assertEquals(
    parseMaxArraySize(
      "MailProg = /bin/mail\nMaxArraySize            = 1001\nMaxJobCount = 10000\n",
    ),
    1001,
  );
  assertEquals(parseMaxArraySize(""), undefined);
});
