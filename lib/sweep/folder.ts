/**
 * The sweep's own folder: claims `{stem}.{i}`, and is the only place that knows the names in it.
 *
 * It says which runs there are and where they stand; how they are is told by their own records.
 *
 * @module
 */
import { basename, extname, join } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import { isAbsent, isThere } from "../files.ts";
import { nearHint } from "../near_path.ts";
import { folderError, makeWithParents, removeEmpty, writeFile } from "../snapshotter/folder.ts";
import type { RuntimeName } from "../world.ts";

/** Absolute paths. */
export interface SweepFolder {
  readonly path: string;
  /** What was asked for: see {@linkcode SweepRecord}. Written last: without it there is no sweep. */
  readonly record: string;
  /** The configuration of all runs, merged and with the fixed overrides, not resolved. */
  readonly config: string;
  /** The values of each run, in the form that `--points` reads. */
  readonly runs: string;
  /** Which folder each run got, and gets when it is repeated: a JSON line for each. */
  readonly folders: string;
  /** What was submitted to SLURM: a JSON line for each job. */
  readonly jobs: string;
  /** Locked by the process that conducts the sweep, and names it. */
  readonly lock: string;
  /** The processes of the runs while they run here, for what ends them when expyrun is gone. */
  readonly processes: string;
  /** Where SLURM's tasks write what is not the experiment's. */
  readonly slurm: string;
  /** The parents that its claim made, outermost first; none for a sweep that was there. */
  readonly made?: readonly string[] | undefined;
  /** The script of a submission, and the list of folders that its tasks run. */
  script(submission: number): string;
  list(submission: number): string;
}

/** The contents of sweep.json. */
export interface SweepRecord {
  readonly format: 1;
  /** The words of the command line, without the program's name. */
  readonly command: readonly string[];
  /** The working directory of that command. */
  readonly cwd: string;
  /** Where the sweep was made: its own folder, absolute. Absent in sweeps of earlier versions. */
  readonly folder?: string | undefined;
  /** The configuration's path, as it was written. */
  readonly configFile: string;
  readonly createdAt: string;
  /** How many runs there are. */
  readonly total: number;
  readonly debug: boolean;
  /** The options of {@linkcode rememberedOptions}. Absent in sweeps of earlier versions. */
  readonly options?: Readonly<Record<string, readonly string[]>> | undefined;
  /** What its runs run in where nothing else says. Absent in sweeps of earlier versions. */
  readonly runtime?: RuntimeName | undefined;
}

/** A run's folder; the latest of a run counts. */
export interface FolderEntry {
  /** Which run, 0-based. */
  readonly run: number;
  /** Absolute. */
  readonly folder: string;
  /** It was removed again, before it could be started: another run may have its number by now. */
  readonly removed?: true | undefined;
}

/** The paths of a sweep's folder. Touches nothing. */
export function sweepFolder(path: string): SweepFolder {
  return {
    path,
    record: join(path, "sweep.json"),
    config: join(path, "raw_config.yml"),
    runs: join(path, "runs.yml"),
    folders: join(path, "folders.jsonl"),
    jobs: join(path, "jobs.jsonl"),
    lock: join(path, "lock.json"),
    processes: join(path, "processes"),
    slurm: join(path, "slurm"),
    script: (submission) => join(path, `job.${submission}.sh`),
    list: (submission) => join(path, `job.${submission}.folders`),
  };
}

/**
 * Claims the lowest free `{output_dir}/SWEEPS/{stem}.{i}`; the plain mkdir is the lock.
 *
 * @param configFile the configuration's path: its name without the extension is the stem
 * @throws {ExpyrunError} `folder` when the file system refuses it
 */
// deno-lint-ignore require-await -- touches the disk
export async function claimSweepFolder(
  outputDir: string,
  configFile: string,
  place: Place,
): Promise<SweepFolder> {
  const parent = join(outputDir, "SWEEPS");
  const stem = basename(configFile, extname(configFile));
  const made: string[] = [];
  try {
    for (let i = 0;; i++) {
      const path = join(parent, `${stem}.${i}`);
      if (makeWithParents(path, made)) return { ...sweepFolder(path), made };
    }
  } catch (error) {
    removeEmpty(made);
    throw folderError(`Cannot make a sweep's folder in "${parent}"`, error, place);
  }
}

/** Writes sweep.json. */
export async function writeSweepRecord(folder: SweepFolder, record: SweepRecord): Promise<void> {
  await writeFile(folder.record, `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Reads sweep.json.
 *
 * @param named the sweep as the user named it
 * @throws {ExpyrunError} `unreadable` when the folder is no sweep
 */
export async function readSweepRecord(
  folder: SweepFolder,
  named: string,
  place?: Place,
): Promise<SweepRecord> {
  const refuse = (because: string, hint?: string) =>
    new ExpyrunError({
      code: "unreadable",
      message: `Cannot read "${named}": ${because}`,
      place,
      hint,
    });
  let record: Partial<SweepRecord>;
  try {
    record = JSON.parse(await Deno.readTextFile(folder.record));
  } catch (error) {
    if (!isAbsent(error)) throw refuse((error as Error).message);
    if (!isThere(folder.path)) throw refuse("there is no such folder", nearHint(folder.path));
    const hint =
      "A sweep is a folder such as out/SWEEPS/config.0; of a run, one that holds record.json";
    throw refuse("it is no sweep, nor a run that was prepared", hint);
  }
  if (record.format !== 1) throw refuse(`its format is ${record.format}`, "Use a newer expyrun");
  return record as SweepRecord;
}

/** Adds a line to a file of JSON lines; lines of several processes never mix. */
// deno-lint-ignore require-await -- touches the disk
export async function appendLine(path: string, value: unknown): Promise<void> {
  using lines = appendLines(path);
  lines.add(value);
}

/** Adds lines to a file of JSON lines, which stays open. */
export function appendLines(path: string): Disposable & { add(value: unknown): void } {
  const carefully = <Value>(act: () => Value): Value => {
    try {
      return act();
    } catch (error) {
      throw folderError(`Cannot write "${path}"`, error);
    }
  };
  const file = carefully(() => Deno.openSync(path, { read: true, append: true, create: true }));
  // A crash may have torn the last line: what comes now must not be lost with it.
  let start = carefully(() => endsInside(file)) ? "\n" : "";
  return {
    add(value) {
      const text = `${start}${JSON.stringify(value)}\n`;
      carefully(() => file.writeSync(new TextEncoder().encode(text)));
      start = "";
    },
    [Symbol.dispose]: () => file.close(),
  };
}

function endsInside(file: Deno.FsFile): boolean {
  if (file.seekSync(0, Deno.SeekMode.End) === 0) return false;
  const last = new Uint8Array(1);
  file.seekSync(-1, Deno.SeekMode.End);
  file.readSync(last);
  return last[0] !== 10;
}

/** The values of a file of JSON lines; none where there is no file. What a full disk tore is left out. */
export async function readLines<Value>(path: string): Promise<Value[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw folderError(`Cannot read "${path}"`, error);
  }
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Value];
    } catch {
      return [];
    }
  });
}
