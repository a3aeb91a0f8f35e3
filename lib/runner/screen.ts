/**
 * expyrun's own stdout and stderr, which belong to the experiment while it runs.
 *
 * @module
 */
import { wait } from "../time.ts";

/** Shows bytes; they are its caller's again when the promise, if there is one, has resolved. */
export type Show = (bytes: Uint8Array) => Promise<void> | undefined;

/** One of expyrun's own streams. */
export type Screen = Pick<typeof Deno.stdout, "write" | "writeSync" | "isTerminal">;

/**
 * Shows bytes until nobody looks any more: the log goes on, and the experiment does not notice.
 *
 * A terminal or pipe may take its time, and signals must be passed on meanwhile; a file takes
 * everything at once, and asynchronous writes would cost a fifth of the time.
 *
 * @param path where the stream is found in the file system
 * @param failed told once, when it takes no more; not of a reader that has gone
 */
export function showOn(screen: Screen, path: string, failed: (error: unknown) => void): Show {
  const fail = (error: unknown) => {
    if (!(error instanceof Deno.errors.BrokenPipe)) failed(error);
  };
  return takesAll(screen, path) ? showAtOnce(screen, fail) : showInTime(screen, fail);
}

/** Whether two streams lead to the same place: what one shows, the other goes on after. */
export function isSamePlace(one: string, other: string): boolean {
  try {
    const [a, b] = [Deno.statSync(one), Deno.statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** Whether a stream is a file, or a device like /dev/null. */
function takesAll(screen: Screen, path: string): boolean {
  try {
    const { isFile, isCharDevice } = Deno.statSync(path);
    return isFile || (isCharDevice === true && !screen.isTerminal());
  } catch {
    return false;
  }
}

type Fail = (error: unknown) => void;

function showAtOnce(screen: Screen, fail: Fail): Show {
  let open = true;
  return (bytes) => {
    try {
      while (open && bytes.length > 0) bytes = bytes.subarray(screen.writeSync(bytes));
    } catch (error) {
      open = false;
      fail(error);
    }
    return undefined;
  };
}

function showInTime(screen: Screen, fail: Fail): Show {
  let open = true;
  return async (bytes) => {
    while (open && bytes.length > 0) {
      try {
        bytes = bytes.subarray(await screen.write(bytes));
      } catch (error) {
        // Another program may have made a shared terminal non-blocking: full is not closed.
        open = error instanceof Deno.errors.WouldBlock;
        if (open) await wait(5);
        else fail(error);
      }
    }
  };
}
