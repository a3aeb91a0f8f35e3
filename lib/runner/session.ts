/**
 * Starts processes in a session of their own, which no signal to the group of expyrun reaches.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { isFile } from "../files.ts";
import { isAbsolute } from "../path.ts";
import type { Launch } from "./runner.ts";

const setsid = "/usr/bin/setsid";

/**
 * Starts one through setsid(1), where it is: to detach a process Deno forks itself, which takes a
 * millisecond and more, several once it has grown, and slows both processes down after that; without
 * that it need not.
 *
 * @throws {Deno.errors.NotFound} and whatever else keeps a process from starting
 */
function startInSession(
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

/**
 * Starts a shell that waits on its standard input, which ends when expyrun does.
 *
 * @returns nothing where there are no more processes: what it is for is worth less than the run
 */
export function startShell(script: string, ...parameters: string[]): Deno.ChildProcess | undefined {
  try {
    // A signal to the group of expyrun must not reach it.
    return startInSession("/bin/sh", {
      args: ["-c", script, ...parameters],
      cwd: "/",
      clearEnv: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    });
  } catch {
    return undefined;
  }
}

/** A scheduler may have ended it, as it ends all processes of a task. */
export function endShell(shell: Deno.ChildProcess): void {
  try {
    shell.kill("SIGKILL");
  } catch {
    // Then there is nothing to end.
  }
}

/**
 * Starts the process of an experiment. In the group of expyrun, a terminal's Ctrl-C would reach it
 * twice, once from the terminal and once forwarded.
 *
 * @param inForeground whether it is the only one, which reads what the user types
 * @throws {ExpyrunError} "launch"
 */
export function startLaunch(
  { program, args, cwd, env }: Launch,
  inForeground: boolean,
): Deno.ChildProcess {
  try {
    return startInSession(program, {
      args: [...args],
      cwd,
      env,
      clearEnv: true,
      stdin: inForeground ? "inherit" : "null",
      stdout: "piped",
      stderr: "piped",
    });
  } catch (error) {
    throw new ExpyrunError({
      code: "launch",
      message: `Cannot start "${program}": ${(error as Error).message}`,
    });
  }
}
