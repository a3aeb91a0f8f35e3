/**
 * Pipes that hold more, for what writes much: between two reads it can go on.
 *
 * @module
 */
import { isV8 } from "../engine.ts";

/** `F_SETPIPE_SZ` of fcntl(2), which Linux alone has. */
const setSize = 1031;
/** Why it does not block, see usage.ts. */
const fcntl = { parameters: ["i32", "i32", "i32"], result: "i32", nonblocking: true } as const;

/**
 * Makes the pipe hold more that a process writes a stream to, where the system lets it: a pipe holds
 * 64 KiB at first, and each time that it is full the process waits for expyrun to wake up.
 *
 * @param pid the process, a child of this one
 * @param descriptor the stream as the process has it
 * @param bytes how much it is to hold
 */
export async function widenPipe(pid: number, descriptor: 1 | 2, bytes: number): Promise<void> {
  // For QuickJS see usage.ts.
  if (Deno.build.os !== "linux" || !isV8) return;
  try {
    const end = ownEnd(Deno.readLinkSync(`/proc/${pid}/fd/${descriptor}`));
    if (end === undefined) return;
    const libc = Deno.dlopen("libc.so.6", { fcntl });
    await libc.symbols.fcntl(end, setSize, bytes).finally(() => libc.close());
  } catch {
    // It holds what it held: the process may be gone, or this user has too many of them.
  }
}

/** The end of a pipe that this process has; Deno does not tell its number. */
function ownEnd(pipe: string): number | undefined {
  const folder = "/proc/self/fd";
  for (const { name } of Deno.readDirSync(folder)) {
    if (linkOf(`${folder}/${name}`) === pipe) return Number(name);
  }
  return undefined;
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined; // It is closed by now, such as that of the folder itself.
  }
}
