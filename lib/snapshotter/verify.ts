/**
 * Whether a copy of code is still what was copied.
 *
 * @module
 */
import { join } from "../path.ts";
import { digestFile } from "./digest.ts";
import type { CodeRecord, CopiedFile } from "./record.ts";

/**
 * The files of a copy that are not as its record says: changed, gone, or another kind of thing.
 *
 * @param folder the experiment folder, absolute
 * @returns their paths as the record has them
 */
export async function changedFiles(folder: string, code: CodeRecord): Promise<string[]> {
  if (code.mode !== "copy") return [];
  const changed: string[] = [];
  for (const file of code.files) {
    if (!(await isAsRecorded(join(folder, file.path), file))) changed.push(file.path);
  }
  return changed;
}

async function isAsRecorded(path: string, file: CopiedFile): Promise<boolean> {
  try {
    const { isSymlink, isFile, size } = Deno.lstatSync(path);
    if ("link" in file) return isSymlink && Deno.readLinkSync(path) === file.link;
    if (!isFile || size !== file.bytes) return false;
    return (await digestFile(path)).sha256 === file.sha256;
  } catch {
    return false;
  }
}
