import { assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  driverArgs,
  type Experiment,
  result,
  run,
  start,
  until,
  withExperiment,
} from "./experiment.ts";
import { endGroup } from "../../lib/runner/group.ts";
import { isAlive, withTempDir } from "../temp.ts";
import { signallingItself } from "./signalling_itself.ts";

const unix = Deno.build.os !== "windows";

Deno.test({
  name: "signals: one that comes before the process reaches it, one that comes after ends nothing",
  ignore: !unix,
  fn: () =>
    withTempDir(async (cwd) => {
      assertEquals(await signallingItself("process", cwd), ["SIGUSR2", true]);
    }),
});

Deno.test({
  name: "signals: a run that starts just as a sweep is interrupted is interrupted, too",
  ignore: !unix,
  fn: () =>
    withTempDir(async (cwd) => {
      const done = ["waiting", "interrupting", "SIGINT", true];
      assertEquals(await signallingItself("sweep", cwd), done);
    }),
});

const patient = (listener: string) =>
  `export async function main() {
    ${listener}
    console.log("ready", Deno.pid);
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  }`;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test({
    name: `${signal} reaches the experiment once and interrupts it`,
    ignore: !unix,
    fn: async () => {
      const files = { "src/main.ts": patient("") };
      await withExperiment({ files }, async (experiment) => {
        const started = start(experiment);
        await ready(experiment);
        started.kill(signal);
        const { outcome, code } = await result(experiment, started);
        assertEquals(code, 128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal]);
        assertEquals([outcome.interrupted, outcome.signal], [true, signal]);
      });
    },
  });
}

Deno.test({
  name: "an experiment that answers a signal by itself: 128 + any N is interrupted, others are not",
  ignore: !unix,
  fn: async () => {
    for (const [code, interrupted] of [[143, true], [130, true], [7, false]] as const) {
      const listener = `Deno.addSignalListener("SIGTERM", () => Deno.exit(${code}));`;
      const files = { "src/main.ts": patient(listener) };
      await withExperiment({ files }, async (experiment) => {
        const started = start(experiment);
        await ready(experiment);
        started.kill("SIGTERM");
        const { outcome } = await result(experiment, started);
        assertEquals([outcome.exitCode, outcome.interrupted], [code, interrupted]);
      });
    }
  },
});

Deno.test({
  name: "SIGTERM and SIGHUP are passed on once each",
  ignore: !unix,
  fn: async () => {
    const listener = `let heard = "";
      for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) {
        Deno.addSignalListener(signal, () => {
          console.log(heard += " " + signal);
          if (signal === "SIGINT") Deno.exit(7);
        });
      }`;
    await withExperiment({ files: { "src/main.ts": patient(listener) } }, async (experiment) => {
      const started = start(experiment);
      await ready(experiment);
      const heard = (text: string) =>
        until(async () => (await logText(experiment.folder)).includes(`${text}\n`));
      started.kill("SIGTERM");
      await heard(" SIGTERM");
      started.kill("SIGTERM");
      started.kill("SIGHUP");
      await heard(" SIGHUP");
      started.kill("SIGHUP");
      started.kill("SIGINT");
      const { stdout } = await result(experiment, started);
      assertEquals(stdout.trimEnd().split("\n").at(-1), " SIGTERM SIGHUP SIGINT");
    });
  },
});

/** All that a process has started, and itself: what a scheduler knows as one job. */
function processesOf(pid: number): number[] {
  const { stdout } = new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid="] }).outputSync();
  const all = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    all.filter(([, above]) => above === parent).flatMap(([child]) => [child!, ...below(child!)]);
  return [pid, ...below(pid)];
}

for (const signal of ["SIGTERM", "SIGUSR2"] as const) {
  Deno.test({
    name: `in a task of SLURM: ${signal} to all processes is heard once, as one to expyrun alone`,
    ignore: !unix,
    fn: async () => {
      const files = {
        "src/main.ts": patient(`let heard = 0;
          Deno.addSignalListener("${signal}", () => console.log("heard", ++heard));
          Deno.addSignalListener("SIGINT", () => Deno.exit(heard));`),
      };
      await withExperiment({ files }, async (experiment) => {
        const env = { NO_COLOR: "1", SLURM_JOB_ID: "1" };
        const started = start(experiment, { env });
        await ready(experiment);
        const heard = (times: number) =>
          until(async () => (await logText(experiment.folder)).includes(`heard ${times}\n`));
        const before = processesOf(started.pid);
        for (const pid of before.toReversed()) Deno.kill(pid, signal);
        await heard(1);
        // Two of one kind that wait to be taken are one. Once taken, there is another witness.
        await until(() => processesOf(started.pid).some((pid) => !before.includes(pid)));
        // A second SIGTERM is not passed on; of others each one is.
        if (signal === "SIGUSR2") {
          started.kill(signal);
          await heard(2);
        }
        started.kill("SIGINT");
        const { code } = await result(experiment, started);
        assertEquals(code, signal === "SIGUSR2" ? 2 : 1);
      });
    },
  });
}

Deno.test({
  name: "a second SIGINT kills an experiment that ignores the first",
  ignore: !unix,
  fn: async () => {
    const files = {
      "src/main.ts": patient(`Deno.addSignalListener("SIGINT", () => console.log("heard"));`),
    };
    await withExperiment({ files }, async (experiment) => {
      const started = start(experiment);
      await ready(experiment);
      started.kill("SIGINT");
      await until(async () => (await logText(experiment.folder)).includes("heard"));
      started.kill("SIGINT");
      const { outcome, code } = await result(experiment, started);
      assertEquals([code, outcome.signal, outcome.interrupted], [137, "SIGKILL", true]);
    });
  },
});

Deno.test({
  name: "an experiment that ends by another signal that was passed on is interrupted, too",
  ignore: !unix,
  fn: async () => {
    await withExperiment({ files: { "src/main.ts": patient("") } }, async (experiment) => {
      const started = start(experiment);
      await ready(experiment);
      started.kill("SIGUSR2");
      const { outcome, code } = await result(experiment, started);
      assertEquals([code, outcome.signal, outcome.interrupted], [140, "SIGUSR2", true]);
    });
  },
});

Deno.test({
  name: "an experiment killed from elsewhere has failed",
  ignore: !unix,
  fn: async () => {
    await withExperiment({ files: { "src/main.ts": patient("") } }, async (experiment) => {
      const started = start(experiment);
      Deno.kill(await ready(experiment), "SIGTERM");
      const { outcome, code } = await result(experiment, started);
      assertEquals([code, outcome.signal, outcome.interrupted], [143, "SIGTERM", false]);
    });
  },
});

Deno.test({
  name: "expyrun killed: a busy experiment dies too",
  ignore: !unix,
  fn: async () => {
    const files = {
      "src/main.ts": `export function main() { console.log("ready", Deno.pid); while (true); }`,
    };
    await withExperiment({ files }, async (experiment) => {
      const started = start(experiment);
      const pid = await ready(experiment);
      started.kill("SIGKILL");
      await started.output();
      await until(() => !isAlive(pid));
    });
  },
});

const scripts = {
  saving:
    'trap "sleep 0.3; echo saved; exit" TERM INT; echo ready $$; while :; do sleep 0.05; done',
  deaf: 'trap "" TERM INT; echo ready $$; while :; do sleep 1; done',
};

/** An experiment that ends at once when it is told to, and what it has started does not. */
function starting(name: keyof typeof scripts) {
  return {
    files: {
      "src/main.ts": `export async function main() {
        const args = ["-c", ${JSON.stringify(scripts[name])}];
        new Deno.Command("sh", { args, stderr: "null" }).spawn();
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      }`,
    },
    permissions: { run: { allow: true, deny: [] } },
  } as const;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test({
    name:
      `${signal}: what an experiment has started saves its work, and the log has its last words`,
    ignore: !unix,
    fn: () =>
      withExperiment(starting("saving"), async (experiment) => {
        const started = start(experiment);
        const pid = await ready(experiment);
        started.kill(signal);
        const { outcome, log } = await result(experiment, started);
        assertEquals([outcome.interrupted, outcome.signal], [true, signal]);
        assertEquals(new TextDecoder().decode(log), `ready ${pid}\nsaved\n`);
      }),
  });
}

Deno.test({
  name: "a second SIGINT kills what an experiment has started, too",
  ignore: !unix,
  fn: () =>
    withExperiment(starting("deaf"), async (experiment) => {
      const started = start(experiment);
      const pid = await ready(experiment);
      started.kill("SIGINT");
      await until(() => !isAlive(leaderOf(pid)));
      started.kill("SIGINT");
      const { outcome } = await result(experiment, started);
      assertEquals([outcome.interrupted, outcome.signal, isAlive(pid)], [true, "SIGINT", false]);
    }),
});

Deno.test({
  name: "what is left of a group is killed in the end",
  ignore: !unix,
  fn: async () => {
    const deaf = new Deno.Command("sh", {
      args: ["-c", scripts.deaf],
      detached: true,
      stdout: "piped",
    }).spawn();
    await deaf.stdout.getReader({ mode: "byob" }).read(new Uint8Array(1));
    deaf.kill("SIGTERM");
    let waited = 0;
    await endGroup(deaf.pid, 300, () => waited++);
    assertEquals([(await deaf.status).signal, waited], ["SIGKILL", 1]);
    // It is empty, or will be at once.
    await endGroup(deaf.pid, 600_000);
  },
});

function leaderOf(pid: number): number {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "pgid=", "-p", `${pid}`] }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "the group outlives a run that ended by itself, and does not hold it up",
  ignore: !unix,
  fn: async () => {
    const files = {
      "src/main.ts": `export function main() {
        const { pid } = new Deno.Command("sleep", { args: ["600"], stdout: "inherit" }).spawn();
        console.log("ready", pid);
        Deno.exit(5);
      }`,
    };
    const permissions = { run: { allow: true, deny: [] } } as const;
    await withExperiment({ files, permissions }, async (experiment) => {
      const { code, stdout } = await run(experiment);
      const pid = Number(/\d+/.exec(stdout)![0]);
      assertEquals([code, stdout, isAlive(pid)], [5, `ready ${pid}\n`, true]);
      Deno.kill(pid, "SIGKILL");
    });
  },
});

const hasScript = unix && await has("script");
if (!hasScript) console.error("LEFT OUT: Ctrl-C from a real terminal, for want of `script`");

Deno.test({
  name: "Ctrl-C on a real terminal reaches the experiment once",
  ignore: !hasScript,
  fn: async () => {
    const listener = `let heard = 0;
      Deno.addSignalListener("SIGINT", () => {
        heard++;
        setTimeout(() => Deno.exit(100 + heard), 300);
      });`;
    await withExperiment({ files: { "src/main.ts": patient(listener) } }, async (experiment) => {
      const { outside } = experiment;
      const words = [Deno.execPath(), ...driverArgs(experiment)];
      const command = words.map((word) => `'${word}'`).join(" ");
      const terminal = new Deno.Command("script", {
        args: ["-qec", command, "/dev/null"],
        cwd: outside,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      await ready(experiment);
      const keyboard = terminal.stdin.getWriter();
      await keyboard.write(new Uint8Array([3]));
      const { outcome } = await result(experiment, terminal);
      assertEquals(outcome.exitCode, 101);
      await keyboard.close().catch(() => {});
    });
  },
});

/** Waits for the experiment to say that it is ready. Answers with the id of its process. */
async function ready({ folder }: Experiment): Promise<number> {
  const pattern = /ready (\d+)\n/;
  await until(async () => pattern.test(await logText(folder)));
  return Number(pattern.exec(await logText(folder))![1]);
}

function logText(folder: string): Promise<string> {
  return Deno.readTextFile(join(folder, "outputs.log")).catch(() => "");
}

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
