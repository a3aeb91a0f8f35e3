/**
 * expyrun's own words on their way out: answers on stdout, anything else on stderr.
 *
 * @module
 */
import { ExpyrunError } from "./errors.ts";
import { systemCode, writeAll } from "./files.ts";

/** What words are written to. */
export type Stream = Pick<typeof Deno.stdout, "writeSync">;

/** 128 + SIGPIPE: how a program ends that writes to what nobody reads. */
const nobodyReads = 141;

/**
 * Prints the answer of a verb that answers a question.
 *
 * @returns the exit code: without a word that of a program that nobody listens to any more
 * @throws {ExpyrunError} `output` when it cannot be written
 */
export function printAnswer(text: string, stream: Stream = Deno.stdout): number {
  try {
    writeAll(stream, encoded(text));
    return 0;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return nobodyReads;
    throw new ExpyrunError({
      code: "output",
      message: `Cannot write the answer: ${writeReason(error)}`,
    });
  }
}

/** Says what nothing depends on: a stderr that is full or closed never stops a run. */
export function tell(text: string, stream: Stream = Deno.stderr): void {
  try {
    writeAll(stream, encoded(text));
  } catch {
    // There is no other way to say so.
  }
}

/** What the system answered to a write, in words. */
export function writeReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (systemCode(error) === "ENOSPC") return "no space left on the device";
  // "Read-only file system (os error 30): ..." is what Deno makes of it.
  const [reason = error.message] = error.message.split(/ \(os error \d+\)/);
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
