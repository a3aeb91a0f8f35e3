/**
 * The verb `verify`: whether folders still hold what was recorded, as an answer.
 *
 * @module
 */
import { isAbsolute, join, resolve } from "./path.ts";
import { ExpyrunError } from "./errors.ts";
import type { Command, FolderOperand } from "./command.ts";
import { isUnchanged, verifyFolder } from "./runs/verify.ts";
import { openFolder } from "./snapshotter/folder.ts";
import type { Changes } from "./snapshotter/record.ts";
import { findRecord } from "./snapshotter/record_file.ts";
import type { World } from "./world.ts";

/** The text to print, and whether every folder is what it was. */
export interface Verdict {
  readonly text: string;
  /** 0: every folder is what it was; 1: one is not; 125: one of several is no experiment folder. */
  readonly exitCode: 0 | 1 | 125;
}

/**
 * Verifies folders, one after the other.
 *
 * @throws {ExpyrunError} when the only one is no experiment folder
 */
export async function verify(
  { folders, json }: Command & { kind: "verify" },
  world: World,
): Promise<Verdict> {
  const results: [folder: string, changes: Changes][] = [];
  const uncopied = new Set<string>();
  let isUnreadable = false;
  for (const operand of folders) {
    try {
      const { changes, isUncopied } = await changesOf(operand, world);
      results.push([operand.folder, changes]);
      if (isUncopied) uncopied.add(operand.folder);
    } catch (error) {
      // One among many must not keep the others from being told of.
      if (!(error instanceof ExpyrunError) || folders.length === 1) throw error;
      world.fail(error.problem);
      isUnreadable = true;
    }
  }
  const text = json
    ? `${JSON.stringify(results.map(([folder, changes]) => ({ folder, ...changes })))}\n`
    : results.map(([folder, changes]) =>
      verdictText(folder, changes, uncopied.has(folder), world.cwd)
    ).join("");
  if (isUnreadable) return { text, exitCode: 125 };
  return { text, exitCode: results.every(([, changes]) => isUnchanged(changes)) ? 0 : 1 };
}

async function changesOf({ folder, folderPlace }: FolderOperand, world: World) {
  const opened = openFolder(isAbsolute(folder) ? folder : join(world.cwd, folder));
  const record = await findRecord(opened, folderPlace);
  // Without a record nothing can be vouched for.
  if (record === undefined) {
    return { changes: { changed: [], missing: ["record.json"], added: [] }, isUncopied: false };
  }
  const isUncopied = record.code.mode === "original";
  return { changes: await verifyFolder(opened, record), isUncopied };
}

/** What cannot be read may be as it was: nobody can tell. */
function note(kind: keyof Changes, path: string): string {
  if (kind !== "changed" || isReadable(path)) return "";
  return " (it cannot be read)";
}

/** Files alone: a link has changed into another one, and a pipe would wait for its writer. */
function isReadable(path: string): boolean {
  try {
    if (Deno.lstatSync(path).isFile) Deno.openSync(path).close();
    return true;
  } catch {
    return false;
  }
}

function verdictText(
  folder: string,
  changes: Changes,
  isUncopied: boolean,
  cwd: string,
): string {
  // Of code that was run where it stands there is nothing to compare with.
  const rest = isUncopied ? ", but a --debug run keeps no copy of its code" : "";
  if (isUnchanged(changes)) return `${folder}: unchanged${rest}\n`;
  const lines = (["changed", "missing", "added"] as const).flatMap((kind) =>
    changes[kind].map((path) =>
      `  ${kind.padEnd(7)}  ${path}${note(kind, resolve(cwd, folder, path))}\n`
    )
  );
  return `${folder}:\n${lines.join("")}`;
}
