/**
 * Prepared folders become job arrays.
 *
 * @module
 */
import { ExpyrunError } from "../../errors.ts";
import { interruptibly } from "../../interruption.ts";
import { writeFile } from "../../snapshotter/folder.ts";
import { timestamp } from "../../time.ts";
import type { World } from "../../world.ts";
import { appendLine, readLines, type SweepFolder } from "../folder.ts";
import type { FolderOfRun } from "../make.ts";
import type { SubmittedTask } from "../states.ts";
import { callSlurm, maxArraySize, requireSbatch, slurmError, viewQueue } from "./client.ts";
import { longName, type SlurmOption } from "./options.ts";
import { jobOf, parseJobId } from "./queue.ts";
import {
  blamedLine,
  sbatchEnvironment,
  sbatchScript,
  splitArray,
  type Submission,
} from "./script.ts";

/** A line of jobs.jsonl. */
export type JobEntry =
  | {
    /** SLURM's number of the array. */
    readonly job: string;
    readonly submittedAt: string;
    /** The run of each task, in the order of the tasks. */
    readonly runs: readonly number[];
  }
  | { readonly cancelled: string; readonly at: string };

/** What to submit. */
export interface SubmitRequest {
  readonly folder: SweepFolder;
  readonly name: string;
  readonly runs: readonly FolderOfRun[];
  readonly options: readonly SlurmOption[];
  readonly throttle?: number | undefined;
  /** As {@linkcode checkSlurm} found it. */
  readonly maxArraySize: number;
}

/**
 * Asks what submitting needs to know, before anything is made.
 *
 * @throws {ExpyrunError} `slurm` when it is not there, or does not answer
 */
export async function checkSlurm(world: World): Promise<{ readonly maxArraySize: number }> {
  await requireSbatch(world);
  return { maxArraySize: await maxArraySize(world) };
}

/**
 * Submits the runs, in one array where SLURM takes it.
 *
 * @returns the jobs' numbers
 * @throws {ExpyrunError} `slurm`, at the line of the script; nothing stays submitted then
 */
export async function submit(request: SubmitRequest, world: World): Promise<string[]> {
  const { folder, runs, maxArraySize } = request;
  await Deno.mkdir(folder.slurm, { recursive: true });
  const first = (await readLines<JobEntry>(folder.jobs)).filter((entry) => "job" in entry).length;
  return await submitting("the runs", world, async (jobs) => {
    for (const [i, part] of splitArray(runs.length, maxArraySize).entries()) {
      const mine = runs.slice(part.first, part.first + part.count);
      await submitPart(request, mine, first + i, jobs, world);
    }
    return jobs;
  });
}

/**
 * Does work that submits jobs. Where it fails, or a signal comes, what was submitted is taken back: a
 * signal is heard once it is known what there is.
 *
 * @param what is submitted: "the runs"
 * @param work notes each job as soon as sbatch has told its number
 */
export async function submitting<T>(
  what: string,
  world: World,
  work: (jobs: string[]) => Promise<T>,
): Promise<T> {
  const jobs: string[] = [];
  try {
    return await interruptibly(`submitting ${what}`, world, async ({ checkpoint }) => {
      const result = await work(jobs);
      await checkpoint?.(true);
      return result;
    });
  } catch (error) {
    if (jobs.length > 0) await callSlurm("scancel", jobs, world);
    throw error;
  }
}

async function submitPart(
  request: SubmitRequest,
  runs: readonly FolderOfRun[],
  number: number,
  jobs: string[],
  world: World,
): Promise<void> {
  const { folder, throttle } = request;
  const previous = jobs.at(-1);
  const list = folder.list(number);
  await writeFile(list, runs.map((run) => `${checkedPath(run.folder)}\n`).join(""));
  const path = folder.script(number);
  const script = sbatchScript({
    name: request.name,
    program: world.program,
    tasks: { kind: "array", list, count: runs.length, throttle },
    output: checkedOutput(folder.slurm),
    options: withPrevious(request.options, throttle === undefined ? undefined : previous),
  });
  const job = await callSbatch(path, script, request.options, world);
  // Known before it is noted, which may fail.
  jobs.push(job);
  const submittedAt = timestamp();
  const entry: JobEntry = { job, submittedAt, runs: runs.map(({ run }) => run) };
  await appendLine(folder.jobs, entry);
}

/** Arrays that share a throttle run one after the other: each has its own. */
function withPrevious(
  options: readonly SlurmOption[],
  previous: string | undefined,
): readonly SlurmOption[] {
  if (previous === undefined) return options;
  const after = `afterany:${previous}`;
  const own = options.find((option) => longName(option) === "--dependency");
  if (own) {
    // Of alternatives one suffices: the arrays before have waited for the user's.
    const value = own.value?.includes("?") ? after : `${own.value},${after}`;
    return options.map((one) => one === own ? { ...one, value } : one);
  }
  return [...options, {
    name: "--dependency",
    value: after,
    place: { kind: "argument", words: [], index: 0 },
  }];
}

function checkedPath(path: string): string {
  if (!/[\r\n]/.test(path)) return path;
  throw new ExpyrunError({
    code: "slurm",
    message: `Cannot submit "${path}": its path holds a line end`,
    hint: "Choose another __name__ or __output_dir__",
  });
}

/** A backslash in the path of its output tells SLURM to take all of it as it stands, the marks too. */
function checkedOutput(path: string): string {
  if (!path.includes("\\")) return checkedPath(path);
  throw new ExpyrunError({
    code: "slurm",
    message: `Cannot submit "${path}": SLURM writes to no path that holds a backslash`,
    hint: "Choose another __name__ or __output_dir__",
  });
}

/**
 * Writes a script and submits it.
 *
 * @param options those that the user gave
 * @returns the job's number
 * @throws {ExpyrunError} `slurm`, at the line that SLURM is about, and where its option was given
 */
export async function callSbatch(
  path: string,
  script: string,
  options: readonly SlurmOption[],
  world: World,
): Promise<string> {
  await writeFile(path, script);
  const told = { ...world, env: sbatchEnvironment(script, world.env) };
  const { stdout, stderr } = await callSlurm("sbatch", ["--parsable", path], told);
  // sbatch may fail for what came after it: the job is there all the same.
  const job = parseJobId(stdout);
  if (job !== undefined) return job;
  const { problem } = slurmError("Cannot submit the job", stderr);
  const line = blamedLine(script, stderr);
  if (line === undefined) throw new ExpyrunError(problem);
  const source = { name: path, path, text: script };
  const given = options.find((option) => option.name === line.option);
  const note = given && { message: "the option was given here", place: given.place };
  throw new ExpyrunError({
    ...problem,
    place: { kind: "file", source, start: line.start, end: line.end },
    notes: [...problem.notes ?? [], ...note ? [note] : []],
  });
}

/** The script of a single prepared folder. */
export function singleScript(
  submission: Omit<Submission, "tasks">,
  folder: string,
): string {
  const output = checkedOutput(submission.output);
  return sbatchScript({
    ...submission,
    output,
    tasks: { kind: "single", folder: checkedPath(folder) },
  });
}

/** What SLURM knows of the tasks of a sweep. */
export interface SubmittedTasks {
  /** The task of each run that was submitted: that which runs it now, else the latest. */
  readonly byRun: ReadonlyMap<number, SubmittedTask>;
  /** The jobs of which it still holds a task. */
  readonly jobs: readonly string[];
}

/**
 * Looks the tasks of a sweep up in SLURM's queue.
 *
 * @param runningAs finds the tasks that the runs' own records name while they run: somebody may have
 * submitted the script once more
 */
export async function submittedTasks(
  folder: SweepFolder,
  runningAs: () => Promise<ReadonlyMap<number, string>>,
  world: World,
): Promise<SubmittedTasks> {
  const ids = new Map<number, string>();
  const cancelled = new Set<string>();
  for (const entry of await readLines<JobEntry>(folder.jobs)) {
    if ("cancelled" in entry) cancelled.add(entry.cancelled);
    else entry.runs.forEach((run, task) => ids.set(run, `${entry.job}_${task}`));
  }
  if (ids.size === 0) return { byRun: new Map(), jobs: [] };
  const running = await runningAs();
  const all = [...ids.values(), ...running.values()];
  const view = await viewQueue(all, world);
  const there = all.filter((id) => view.phaseOf(id) !== "absent").map(jobOf);
  const taskOf = (run: number, submitted: string): SubmittedTask => {
    const id = running.get(run) ?? submitted;
    const [phase, restarts] = [view.phaseOf(id), view.restartsOf(id)];
    return { id, phase, restarts, cancelled: cancelled.has(jobOf(id)) };
  };
  const byRun = new Map([...ids].map(([run, id]) => [run, taskOf(run, id)]));
  return { byRun, jobs: [...new Set(there)] };
}
