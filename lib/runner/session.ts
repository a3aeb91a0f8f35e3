/**
 * Starts processes in a session of their own, which no signal to the group of expyrun reaches.
 *
 * @module
 */
import { isFile } from "../files.ts";
import { isAbsolute } from "../path.ts";

const setsid = "/usr/bin/setsid";

/**
 * Starts one through setsid(1), where it is: to detach a process Deno forks itself, which takes
 * several milliseconds of nothing else once it has grown, and slows both processes down after that;
 * without that it need not.
 *
 * @throws {Deno.errors.NotFound} and whatever else keeps a process from starting
 */
export function startInSession(
  program: string,
  options: Omit<Deno.CommandOptions, "detached">,
): Deno.ChildProcess {
  const { args = [] } = options;
  // Of a program that is not there setsid would tell on stderr.
  if (Deno.build.os !== "linux" || !isFile(setsid) || !isAbsolute(program) || !isFile(program)) {
    return new Deno.Command(program, { ...options, detached: true }).spawn();
  }
  return new Deno.Command(setsid, { ...options, args: [program, ...args] }).spawn();
}
