/**
 * outputs.log: the bytes of both streams, each exactly and in its order, mixed in the order of
 * their arrival, but only where lines end.
 *
 * @module
 */
import { writeAll } from "../files.ts";
import { after } from "../time.ts";
import type { World } from "../world.ts";
import { warnGoingOn } from "./going_on.ts";

/** A log being written. */
export interface Log {
  /** Makes a writer for one stream. The bytes are its caller's again when the call returns. */
  stream(): (bytes: Uint8Array) => void;
  /** Writes what is held back, and closes. */
  end(): LogEnd;
}

/** What became of a log. */
export interface LogEnd {
  /** Whether it has all that was written. */
  readonly isLogged: boolean;
  /** What is to be thrown once the run is over: under `--strict`, when not all could be written. */
  readonly refusal?: unknown;
}

const lineEnd = 10;
/** How long a partial line waits for its end, during which the other stream can end its own. */
const patienceMs = 50;
/** How much of a partial line is kept waiting. */
const patienceBytes = 1 << 20;

/**
 * Opens the log. One that cannot be written is warned about once; the run goes on without it.
 *
 * @param append whether what it holds stays; else it is emptied
 */
export function openLog(path: string, world: World, append = false): Log {
  outliveLimit();
  const write = fileWriter(path, world, append);
  const streams: { hold: Hold; flush: () => void }[] = [];
  return {
    stream: () => {
      const hold: Hold = { parts: [], bytes: 0, since: 0, isWaiting: false };
      streams.push({ hold, flush: () => release(hold, write) });
      return (bytes) => take(bytes, hold, write);
    },
    end: () => {
      for (const { flush } of streams) flush();
      return write.end();
    },
  };
}

let outlives = false;

/**
 * What writes beyond its limit of file sizes (`ulimit -f`) is ended by a signal, without a word, unless
 * somebody listens: then writing fails, as on a full disk.
 */
function outliveLimit(): void {
  if (outlives || Deno.build.os === "windows") return;
  outlives = true;
  Deno.addSignalListener("SIGXFSZ", () => {});
}

/** The partial line of a stream. */
interface Hold {
  parts: Uint8Array[];
  bytes: number;
  /** When the first part came. */
  since: number;
  isWaiting: boolean;
}

type Write = (bytes: Uint8Array) => void;

function take(bytes: Uint8Array, hold: Hold, write: Write): void {
  const whole = bytes.lastIndexOf(lineEnd) + 1;
  if (whole > 0) {
    release(hold, write);
    write(bytes.subarray(0, whole));
  }
  if (whole === bytes.length) return;
  if (hold.parts.length === 0) hold.since = performance.now();
  hold.parts.push(bytes.slice(whole));
  hold.bytes += bytes.length - whole;
  if (hold.bytes > patienceBytes) release(hold, write);
  else if (!hold.isWaiting) releaseAfter(patienceMs, hold, write);
}

/** One wait at a time, which a line that came to its end meanwhile makes longer for the next. */
function releaseAfter(ms: number, hold: Hold, write: Write): void {
  hold.isWaiting = true;
  after(ms, () => {
    hold.isWaiting = false;
    if (hold.parts.length === 0) return;
    const leftMs = hold.since + patienceMs - performance.now();
    if (leftMs > 0) releaseAfter(leftMs, hold, write);
    else release(hold, write);
  });
}

function release(hold: Hold, write: Write): void {
  for (const part of hold.parts) write(part);
  hold.parts = [];
  hold.bytes = 0;
}

/** Writes to a file until it fails; `end` closes it. */
function fileWriter(path: string, world: World, append: boolean): Write & { end(): LogEnd } {
  const mode = append ? { append } : { write: true, truncate: true };
  let file: Deno.FsFile | undefined;
  let end: LogEnd = { isLogged: true };
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (error) {
      file?.close();
      file = undefined;
      const message = `Cannot write "${path}": ${(error as Error).message}`;
      const but = ", but its output is not all logged";
      end = { isLogged: false, refusal: warnGoingOn({ code: "folder", message }, but, world) };
    }
  };
  attempt(() => file = Deno.openSync(path, { create: true, ...mode }));
  const write = (bytes: Uint8Array) => attempt(() => file && writeAll(file, bytes));
  const close = () => {
    file?.close();
    return end;
  };
  return Object.assign(write, { end: close });
}
