/**
 * Sees to it that an experiment does not outlive expyrun, whatever expyrun died of.
 *
 * @module
 */
import { isFile } from "../files.ts";
import { endShell, startShell } from "./session.ts";

// Reading ends when expyrun, the only one to hold the other end of the pipe, is gone. `kill` is
// written as POSIX has it: dash takes no `kill -KILL --`.
const script = 'read -r end; kill -s KILL -- "-$0"';

/** Whether this machine has what `watch` needs; elsewhere the child must watch its parent. */
export function canWatch(): boolean {
  return Deno.build.os !== "windows" && isFile("/bin/sh");
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
    // Once it is dead it cannot take the end of the pipe for the end of expyrun, which is left to
    // end by itself: to close a stream takes Deno a millisecond.
    endShell(shell);
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

// The groups stand in a file, a line each: "+ PID" when one starts and "- PID" when it has ended.
// Through the pipe each line would wake the shell, which reads by single characters.
const manyScript = `read -r end
set --
while read -r sign pid; do
  if [ "$sign" = + ]; then set -- "$@" "$pid"; continue; fi
  for one; do shift; [ "$one" = "$pid" ] || set -- "$@" "$one"; done
done < "$0"
for one; do kill -s KILL -- "-$one"; done`;

/**
 * Starts a shell that does for many processes what {@linkcode watch} does for one.
 *
 * @param path a file that holds their numbers meanwhile, absolute
 */
export function watchMany(path: string): ManyWatch {
  const list = openList(path);
  const shell = list && canWatch() ? startShell(manyScript, path) : undefined;
  if (!list || !shell) return { watch: () => () => {}, end: () => list?.remove() };
  return {
    watch: (pid) => {
      list.add(`+ ${pid}\n`);
      return () => list.add(`- ${pid}\n`);
    },
    end: () => {
      endShell(shell);
      shell.stdin.abort().catch(() => {});
      list.remove();
    },
  };
}

/** On a full disk the experiments, which may need none, are worth more than their watch. */
function openList(path: string) {
  try {
    const file = Deno.openSync(path, { write: true, create: true, truncate: true });
    return {
      add(line: string): void {
        try {
          file.writeSync(new TextEncoder().encode(line));
        } catch {
          // Then this one is not watched.
        }
      },
      remove(): void {
        file.close();
        try {
          Deno.removeSync(path);
        } catch {
          // Somebody has removed it, or the whole folder.
        }
      },
    };
  } catch {
    return undefined;
  }
}
