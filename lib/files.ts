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

function statOf(path: string | URL): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
