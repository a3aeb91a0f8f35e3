/**
 * Sees to it that an experiment does not outlive expyrun, whatever expyrun died of.
 *
 * @module
 */
import { startInSession } from "./session.ts";

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
  const shell = canWatch() ? startShell(script, String(pid)) : undefined;
  return () => {
    if (shell === undefined) return;
    // Once it is dead it cannot take the end of the pipe for the end of expyrun.
    endShell(shell);
    shell.stdin.abort().catch(() => {});
  };
}

/** A watch over many processes by one shell. */
export interface ManyWatch {
  /**
   * @param pid the leader of a group
   * @returns ends the watch over it, without killing
   */
  watch(pid: number): () => void;
  /** Ends the watch over all. */
  end(): void;
}

// The groups stand in the positional parameters; what is told comes as "+ PID" and "- PID".
const manyScript = `set --
while read -r sign pid; do
  if [ "$sign" = + ]; then set -- "$@" "$pid"; continue; fi
  for one; do shift; [ "$one" = "$pid" ] || set -- "$@" "$one"; done
done
for one; do kill -s KILL -- "-$one"; done`;

/** How long an ended process stays watched: its number is not given away that soon. */
const patienceMs = 1000;

/** Starts a shell that does for many processes what {@linkcode watch} does for one. */
export function watchMany(): ManyWatch {
  const shell = canWatch() ? startShell(manyScript) : undefined;
  if (shell === undefined) return { watch: () => () => {}, end: () => {} };
  const writer = shell.stdin.getWriter();
  let pending = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (line: string) => {
    clearTimeout(timer);
    timer = undefined;
    const bytes = new TextEncoder().encode(pending + line);
    pending = "";
    if (bytes.length > 0) writer.write(bytes).catch(() => {});
  };
  return {
    watch: (pid) => {
      tell(`+ ${pid}\n`);
      return () => {
        // Most often another one starts at once: one message tells both.
        pending += `- ${pid}\n`;
        timer ??= setTimeout(tell, patienceMs, "");
      };
    },
    end: () => {
      clearTimeout(timer);
      endShell(shell);
      writer.abort().catch(() => {});
    },
  };
}

function startShell(script: string, ...parameters: string[]): Deno.ChildProcess | undefined {
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
    // No more processes: the experiment, which has started, is worth more than its watch.
    return undefined;
  }
}

/** A scheduler may have ended it, as it ends all processes of a task. */
function endShell(shell: Deno.ChildProcess): void {
  try {
    shell.kill("SIGKILL");
  } catch {
    // Then there is nothing to end.
  }
}
