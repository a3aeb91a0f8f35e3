/**
 * What is there on the disk. Synchronous: an answer from another thread takes longer.
 *
 * @module
 */

/** Whether a path, or what it leads to, is a file. */
export function isFile(path: string | URL): boolean {
  return statOf(path)?.isFile === true;
}

/** Whether a path, or what it leads to, is a folder. */
export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory === true;
}

/** Whether there is anything by that name, be it a link that leads nowhere. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether an error says that there is nothing by that name. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

function statOf(path: string | URL): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Writes all of the bytes. What `FsFile.writable` is given may be lost on a full disk, without an
 * error (Deno 2.9): this throws.
 */
export function writeAll(file: Pick<Deno.FsFile, "writeSync">, bytes: Uint8Array): void {
  while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
}
