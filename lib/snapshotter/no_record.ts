/**
 * What is said of a folder that holds no record: most often another one was meant.
 *
 * @module
 */
import { isArchive } from "../command.ts";
import { isFile } from "../files.ts";
import { ExpyrunError, type Place, shellWord } from "../errors.ts";
import { nearHint } from "../near_path.ts";
import { dirname, join } from "../path.ts";
import { type ExperimentFolder, openFolder } from "./folder.ts";

/** The error for a record that cannot be read: it is not there, or not what was meant. */
export function noRecord(
  folder: ExperimentFolder,
  place: Place | undefined,
  error: unknown,
): ExpyrunError {
  if (error instanceof Deno.errors.NotADirectory) {
    const message = `Cannot read "${folder.path}": it is a file, not an experiment folder`;
    const hint = isArchive(folder.path)
      ? `Unpack it first: tar -xzf ${shellWord(folder.path)}`
      : fileHint(dirname(folder.path));
    return new ExpyrunError({ code: "unreadable", message, place, hint });
  }
  if (!(error instanceof Deno.errors.NotFound)) {
    const because = error instanceof Deno.errors.PermissionDenied
      ? "permission denied"
      : "it cannot be read as a file";
    const message = `Cannot read "${folder.record}": ${because}`;
    return new ExpyrunError({ code: "unreadable", message, place });
  }
  try {
    if (Deno.statSync(folder.path).isDirectory) return neverReady(folder, place);
  } catch {
    // Not there: said below.
  }
  const message = `Cannot read "${folder.path}": there is no such folder`;
  return new ExpyrunError({ code: "unreadable", message, place, hint: nearHint(folder.path) });
}

/** The error for a folder that holds no configuration: what was meant may lie in it. */
export function noExperiment(folder: ExperimentFolder, place: Place | undefined): ExpyrunError {
  const { problem } = neverReady(folder, place);
  const message =
    `Cannot read "${folder.path}": it is no experiment folder, it holds no config.yml`;
  return new ExpyrunError({ ...problem, code: "unreadable", message });
}

function neverReady(folder: ExperimentFolder, place: Place | undefined): ExpyrunError {
  const sweepHint = isFile(join(folder.path, "sweep.json"))
    ? `It is a sweep: "expyrun status ${shellWord(folder.path)}" tells the folders of its runs`
    : undefined;
  return new ExpyrunError({
    code: "status",
    message: `Cannot use "${folder.path}": it is no prepared experiment folder, ` +
      "it holds no record.json",
    place,
    hint: sweepHint ?? folderHint(folder.path) ??
      '"expyrun prepare CONFIG" makes one and prints its path',
  });
}

/** The folder was meant, and a file in it was named. */
function fileHint(parent: string): string | undefined {
  return isReady(parent) ? `Did you mean "${parent}"?` : undefined;
}

/** One of the experiment folders in it was meant. */
function folderHint(path: string): string | undefined {
  const inside = Array.from(Deno.readDirSync(path), ({ name }) => join(path, name)).filter(isReady);
  if (inside.length === 0) return undefined;
  const latest = inside.sort((a, b) => numberOf(a) - numberOf(b)).at(-1);
  return `It holds ${inside.length === 1 ? "one" : inside.length}. Did you mean "${latest}"?`;
}

function isReady(path: string): boolean {
  return isFile(openFolder(path).record);
}

function numberOf(path: string): number {
  return Number(/\d+$/.exec(path)?.[0] ?? -1);
}
