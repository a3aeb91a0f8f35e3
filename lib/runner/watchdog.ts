/**
 * Sees to it that an experiment does not outlive expyrun, whatever expyrun died of.
 *
 * @module
 */

// Reading ends when expyrun, the only one to hold the other end of the pipe, is gone. `kill` is
// written as POSIX has it: dash takes no `kill -KILL --`.
const script = 'read -r end; kill -s KILL -- "-$0"';

/** Whether this machine has what `watch` needs; elsewhere the child must watch its parent. */
export function canWatch(): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    return Deno.statSync("/bin/sh").isFile;
  } catch {
    return false;
  }
}

/**
 * Starts a shell that kills the group of a process as soon as expyrun is gone: nothing inside
 * expyrun could do so after a SIGKILL, and nothing inside the child while it is in a busy loop.
 *
 * @param pid the leader of the group
 * @returns ends the watch, without killing
 */
export function watch(pid: number): () => void {
  const shell = canWatch() ? startShell(pid) : undefined;
  return () => {
    if (shell === undefined) return;
    // Once it is dead it cannot take the end of the pipe for the end of expyrun.
    shell.kill("SIGKILL");
    shell.stdin.abort().catch(() => {});
  };
}

function startShell(pid: number): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command("/bin/sh", {
      args: ["-c", script, String(pid)],
      cwd: "/",
      clearEnv: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      // A signal to the group of expyrun must not reach it.
      detached: true,
    }).spawn();
  } catch {
    // No more processes: the experiment, which has started, is worth more than its watch.
    return undefined;
  }
}
