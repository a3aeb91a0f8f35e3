/**
 * Text files that may be absent.
 *
 * @module
 */

/** The text of a file; undefined when there is none that can be read. */
export function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
