/**
 * The output of a process on its way to the screen and the log.
 *
 * @module
 */
import { warnGoingOn } from "./going_on.ts";
import type { Log, LogEnd } from "./log.ts";
import { widenPipe } from "./pipes.ts";
import { writeReason } from "../streams.ts";
import { wait } from "../time.ts";
import type { World } from "../world.ts";
import { isSamePlace, type Show, showOn } from "./screen.ts";

/** Where the two streams of a process are shown. */
export interface Screens {
  readonly stdout: Show;
  readonly stderr: Show;
  /** Whether what stderr would show now goes on a line that the process has begun. */
  leavesOpen?(): boolean;
  /** What is to be thrown once the run is over: under `--strict`, when not all could be shown. */
  refusal?(): unknown;
}

const lineFeed = 10;

/** The streams of expyrun itself. */
export function ownScreens(world: World): Screens {
  const failed = makeWarning(world);
  let isOpen = false;
  const noting = (show: Show): Show => (bytes) => {
    if (bytes.length > 0) isOpen = bytes.at(-1) !== lineFeed;
    return show(bytes);
  };
  const stdout = showOn(Deno.stdout, "/dev/stdout", failed.warn);
  return {
    stdout: isSamePlace("/dev/stdout", "/dev/stderr") ? noting(stdout) : stdout,
    stderr: noting(showOn(Deno.stderr, "/dev/stderr", failed.warn)),
    leavesOpen: () => isOpen,
    refusal: failed.refusal,
  };
}

/** Warns once. */
function makeWarning(world: World) {
  let warned = false;
  let refusal: unknown;
  const warn = (error: unknown) => {
    if (warned) return;
    warned = true;
    const message = `Cannot pass the output on: ${writeReason(error)}`;
    refusal = warnGoingOn({ code: "output", message }, "; outputs.log holds its output", world);
  };
  return { warn, refusal: () => refusal };
}

/** Nowhere: the log alone gets the output. */
export const noScreens: Screens = { stdout: () => undefined, stderr: () => undefined };

/** Output being passed on. */
export interface Output {
  /**
   * Waits for what is still to be passed on, once the process has ended.
   *
   * @returns the last 256 KiB of stderr as text, and what became of the log
   */
  end(): Promise<LogEnd & { stderrTail: string }>;
}

/** Enough for what most experiments say at a time: hundreds of runs have such buffers in turn. */
const firstBytes = 1 << 14;
/** What a pipe holds of one who writes much, so that one read empties it. */
const readBytes = 1 << 18;
/** Also of an error whose message is long: it begins with what it is. */
const tailBytes = 1 << 18;

/** Passes both streams of a process on to the screen and to the log, as they come. */
export function tee(child: Deno.ChildProcess, log: Log, screens: Screens): Output {
  const tail = makeTail();
  const logErr = log.stream();
  const widen = (descriptor: 1 | 2) => void widenPipe(child.pid, descriptor, readBytes);
  const stdout = pump(child.stdout, log.stream(), screens.stdout, () => widen(1));
  const stderr = pump(
    child.stderr,
    (bytes) => {
      tail.add(bytes);
      logErr(bytes);
    },
    screens.stderr,
    () => widen(2),
  );
  return {
    end: async () => {
      await Promise.all([drain(stdout), drain(stderr)]);
      return { ...log.end(), stderrTail: tail.text() };
    },
  };
}

/** The end of a stream, in one buffer: pieces would take more than what they hold, one for a dot. */
function makeTail(): { add(bytes: Uint8Array): void; text(): string } {
  let kept = new Uint8Array(0);
  let length = 0;
  const makeRoom = (more: number) => {
    if (length + more <= kept.length) return;
    const stays = kept.subarray(Math.max(0, length - tailBytes), length);
    const size = Math.min(2 * tailBytes, Math.max(2 * kept.length, stays.length + more));
    const next = size > kept.length ? new Uint8Array(size) : kept;
    next.set(stays);
    [kept, length] = [next, stays.length];
  };
  return {
    add(bytes) {
      const piece = bytes.subarray(-tailBytes);
      makeRoom(piece.length);
      kept.set(piece, length);
      length += piece.length;
    },
    text: () => new TextDecoder().decode(kept.subarray(Math.max(0, length - tailBytes), length)),
  };
}

/** One stream on its way. */
interface Pump {
  /** Settles at the end of the stream. */
  readonly whole: Promise<void>;
  ended: boolean;
  /** How many bytes were read so far. */
  read: number;
  /** Whether it waits for bytes, and not for the screen to take them. */
  idle: boolean;
  cancel(): Promise<void>;
}

/**
 * Reads on while the screen still takes what was read before.
 *
 * @param isMuch called when it turns out that much is written
 */
function pump(
  stream: ReadableStream<Uint8Array>,
  log: (bytes: Uint8Array) => void,
  show: Show,
  isMuch: () => void,
): Pump {
  const reader = stream.getReader({ mode: "byob" });
  const run = async () => {
    let [reading, spare] = [new ArrayBuffer(firstBytes), new ArrayBuffer(firstBytes)];
    let shown: ReturnType<Show>;
    while (true) {
      const { value, done } = await reader.read(new Uint8Array(reading));
      if (done) break;
      state.idle = false;
      state.read += value.length;
      log(value);
      if (shown !== undefined) await shown;
      shown = show(value);
      const isFull = value.length === value.buffer.byteLength;
      const next = isFull && spare.byteLength < readBytes ? new ArrayBuffer(readBytes) : spare;
      if (next !== spare && value.length === firstBytes) isMuch();
      [reading, spare] = [next, value.buffer];
      state.idle = true;
    }
    await shown;
    state.ended = true;
  };
  const cancel = () => reader.cancel().catch(() => {});
  const state = { whole: Promise.resolve(), ended: false, read: 0, idle: true, cancel };
  state.whole = run();
  return state;
}

const quietTicks = 4;
const tickMs = 10;
/** More than any pipe holds: what comes after that was written after the process's end. */
const leftOver = 1 << 20;

/**
 * Waits for the end of a stream whose process has ended; not for a subprocess that holds the
 * stream open: then until it has been quiet for a moment. Turns of the event loop are counted
 * rather than time, so that a busy machine cannot make it give up what the pipe holds.
 */
async function drain(pump: Pump): Promise<void> {
  const limit = pump.read + leftOver;
  let quiet = 0;
  let read = pump.read;
  while (!pump.ended && quiet < quietTicks && pump.read < limit) {
    await Promise.race([pump.whole, wait(tickMs)]);
    quiet = pump.idle && pump.read === read ? quiet + 1 : 0;
    read = pump.read;
  }
  if (!pump.ended) await pump.cancel();
  await pump.whole;
}
