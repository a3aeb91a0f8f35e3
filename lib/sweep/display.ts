/**
 * What a sweep shows while it runs: a line that changes on a terminal, a line for each run
 * elsewhere, and the runs' output where it was asked for.
 *
 * @module
 */
import type { Screens } from "../runner/tee.ts";
import { fitted } from "./progress.ts";

/** The screen of a sweep. */
export interface Display {
  /** Shows a line that stays, in expyrun's own voice. */
  say(line: string): void;
  /** Replaces the line that changes; nothing where there is no terminal. */
  progress(line: string): void;
  /** Shows the output of a run, each line with its name in front. */
  output(name: string): { readonly screens: Screens; end(): void };
  /** Removes the line that changes. */
  end(): void;
  /** Whether a line changes: then finished runs need none of their own. */
  readonly live: boolean;
}

type Stream = Pick<typeof Deno.stdout, "writeSync" | "isTerminal">;

/**
 * Makes a display.
 *
 * @param quiet whether expyrun says nothing of its own
 * @param terminal what `TERM` says: a dumb one cannot take a line back
 */
export function makeDisplay(
  quiet: boolean,
  out: Stream = Deno.stdout,
  err: Stream & { columns?: () => number } = Deno.stderr,
  terminal?: string,
): Display {
  const live = !quiet && err.isTerminal() && terminal !== "dumb";
  let shown = "";
  const clear = () => {
    if (shown !== "") write(err, "\r\x1b[K");
  };
  const above = (stream: Stream, text: string) => {
    clear();
    write(stream, text);
    if (shown !== "") write(err, shown);
  };
  return {
    live,
    say: (line) => quiet ? undefined : above(err, `${line}\n`),
    progress: (line) => {
      if (!live) return;
      clear();
      // Never the last column: there some terminals begin a new line.
      shown = fitted(line, columns() - 1);
      write(err, shown);
    },
    output: (name) => {
      const [stdout, stderr] = [out, err].map((stream) =>
        prefixed(`[${name}] `, (text) => above(stream, text))
      );
      const end = () => [stdout, stderr].forEach((stream) => stream!.end());
      return { screens: { stdout: stdout!.show, stderr: stderr!.show }, end };
    },
    end: () => {
      clear();
      shown = "";
    },
  };
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Whole lines only: runs speak at the same time. */
function prefixed(prefix: string, showText: (text: string) => void) {
  const decoder = new TextDecoder();
  let rest = "";
  const show: Screens["stdout"] = (bytes) => {
    const text = rest + decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    const lines = text.slice(0, end).split("\n").slice(0, -1);
    if (lines.length > 0) showText(lines.map((line) => `${prefix}${line}\n`).join(""));
    return undefined;
  };
  const end = () => {
    if (rest !== "") showText(`${prefix}${rest}\n`);
    rest = "";
  };
  return { show, end };
}

/** Output that nobody reads any more is no reason to end a sweep. */
function write(stream: Stream, text: string): void {
  try {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch {
    // The log goes on.
  }
}
