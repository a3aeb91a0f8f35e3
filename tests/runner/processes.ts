/**
 * Looks for processes of experiments, as the system lists them.
 *
 * @module
 */
import { run } from "../temp.ts";

/**
 * The processes that run an experiment.
 *
 * @param path how its folder's path begins
 */
export async function experimentsIn(path: string): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,args="]);
  return stdout.split("\n").filter((line) => line.includes(path))
    .map((line) => Number.parseInt(line));
}

/** Whether a process is at the lock, or beyond. */
export function isWaiting(pid: number): boolean {
  if (Deno.build.os !== "linux") return true; // Where the system does not tell, it is there at least.
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].some(({ name }) =>
      Deno.readLinkSync(`/proc/${pid}/fd/${name}`).includes("/.expyrun/waiting-")
    );
  } catch {
    return false; // A file was closed meanwhile.
  }
}
