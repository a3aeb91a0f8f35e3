/**
 * A SLURM of one node, brought up for the tests by up.sh beside this file.
 *
 * @module
 */
import { join } from "node:path";
import { run } from "../temp.ts";

/** Where there is no SLURM to be brought up: why not. */
export const missing: string | undefined = await whyMissing();

async function whyMissing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "SLURM runs on Linux only";
  for (const program of ["munged", "slurmctld", "slurmd", "sbatch"]) {
    const found = await run("/bin/sh", ["-c", `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`]);
    if (found.exitCode !== 0) return `there is no ${program}`;
  }
  return undefined;
}

/** A SLURM that is up. */
export interface Cluster {
  /** For whoever is to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Calls one of SLURM's programs. @throws {Error} when it fails */
  call(program: string, ...args: string[]): Promise<string>;
  /** Ends the controller; jobs go on. Killed right after a submission it would forget some. */
  stopController(): Promise<void>;
  /** Brings up what is not there. */
  up(): Promise<void>;
  down(): Promise<void>;
}

const script = (name: string) => join(import.meta.dirname!, name);

/** The longest array that it takes, unless told. */
export const maxArraySize = 21;

/** Brings a SLURM up, with all its state in a folder of its own: sockets need a short path. */
export async function startCluster(longestArray = maxArraySize): Promise<Cluster> {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "slurm-" });
  const env = { SLURM_CONF: join(folder, "slurm.conf"), SLURM_TEST_MAX_ARRAY: `${longestArray}` };
  const up = async () => {
    const { exitCode, stderr } = await run(script("up.sh"), [folder], { env });
    if (exitCode !== 0) throw new Error(`Cannot bring SLURM up:\n${stderr}`);
  };
  await up();
  return {
    env,
    up,
    call: async (program, ...args) => {
      const { exitCode, stdout, stderr } = await run(program, args, { env });
      if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
      return stdout;
    },
    stopController: async () => {
      const pid = join(folder, "slurmctld.pid");
      Deno.kill(Number(await Deno.readTextFile(pid)), "SIGTERM");
      // It removes the file when it has ended.
      while (await Deno.lstat(pid).then(() => true, () => false)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    down: async () => {
      await run(script("down.sh"), [folder]);
      await Deno.remove(folder, { recursive: true });
    },
  };
}
