/**
 * A run once more, in the next folder of its name.
 *
 * @module
 */
import { checkRun } from "../check.ts";
import { type PreparedRun, prepareRun } from "../prepare.ts";
import { readDocument } from "../resolver/document.ts";
import { resolveConfig } from "../resolver/resolve.ts";
import { isUnchanged, verifyFolder } from "../runs/verify.ts";
import { openFolder } from "../snapshotter/folder.ts";
import { readRecord } from "../snapshotter/record_file.ts";
import { sharingOf } from "../snapshotter/share.ts";
import type { World } from "../world.ts";
import { isSealed } from "./make.ts";

/**
 * Prepares what a folder holds once more: its configuration as it was resolved, its copy of the code.
 *
 * @param path the folder of the run, absolute
 * @throws {ExpyrunError} when it is gone, or the disk is in the way
 */
export async function prepareAgain(
  path: string,
  debug: boolean,
  world: World,
): Promise<PreparedRun> {
  const folder = openFolder(path);
  const record = await readRecord(folder);
  const there = { ...world, cwd: record.cwd };
  const raw = await readDocument(folder.rawConfig, folder.rawConfig, there);
  const resolved = resolveConfig(await readDocument(folder.config, folder.config, there), there);
  const run = await checkRun({ raw, resolved }, folder.config, there);
  // A copy that was changed is copied as any code is, with a warning that names the files.
  const same = !debug && run.spec.code === record.folder &&
    isUnchanged(await verifyFolder(folder, record));
  const sharing = same ? await sharingOf(folder.record, isSealed(run, world)) : "copy";
  const shared = same ? { copy: { code: record.code, folder }, sharing } : undefined;
  return await prepareRun(run, { debug, shared }, there);
}
