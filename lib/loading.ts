/**
 * Modules that are loaded when they are needed: Deno may have to download them first, and fail.
 *
 * @module
 */
import { ExpyrunError } from "./errors.ts";

/**
 * What was imported.
 *
 * @throws {ExpyrunError} "unreadable" when Deno cannot load it
 */
export async function loaded<Module>(importing: Promise<Module>): Promise<Module> {
  try {
    return await importing;
  } catch (error) {
    throw loadingError(error) ?? error;
  }
}

/** The error for users where a part of expyrun itself could not be loaded; nothing for any other. */
export function loadingError(error: unknown): ExpyrunError | undefined {
  if (!(error instanceof TypeError) || !("code" in error)) return undefined;
  if (error.code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const [what = "", ...lines] = error.message.split("\n");
  const why = lines.find((line) => /^\s*0: /.test(line));
  return new ExpyrunError({
    code: "unreadable",
    message: `Cannot load a part of expyrun: Deno says "${what}"`,
    ...why ? { notes: [{ message: why.replace(/^\s*0: /, "") }] } : {},
    hint: hintOf(error.message),
  });
}

function hintOf(text: string): string {
  return /denied|read-only|failed to create|No space/i.test(text)
    ? "Deno keeps what it downloads in its cache: make that folder writable, or set DENO_DIR to one"
    : "Deno downloads it once: try again with the network, or set DENO_DIR to a cache that holds it";
}
