/**
 * Measuring: alternating runs, medians, peak memory.
 *
 * @module
 */

/** Something to measure. */
export interface Subject {
  run(): Promise<unknown> | void;
}

/**
 * Runs the subjects in turn (A B A B ...), so that what else the machine does meets all of them.
 *
 * @returns the median time of each, in milliseconds
 */
export async function alternate(rounds: number, ...subjects: Subject[]): Promise<number[]> {
  const timesMs: number[][] = subjects.map(() => []);
  // The first round only warms the caches of the disk and of the compiler.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const start = performance.now();
      await subject.run();
      if (round > 0) timesMs[i]!.push(performance.now() - start);
    }
  }
  return timesMs.map(median);
}

/** How long a subject takes that is too large to be warmed up, in milliseconds. */
export async function once({ run }: Subject): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The middle of the sorted values; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** A command as plain words, the program first. */
export type Words = readonly [string, ...string[]];

function start([program, ...args]: Words, cwd: string): Deno.ChildProcess {
  return new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Runs a command to its end. @throws {Error} when it fails: a failure is no measurement */
export async function finish(words: Words, cwd: string): Promise<void> {
  const { success, stderr } = await start(words, cwd).output();
  if (!success) throw new Error(`${words.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
}

/** The peak of a command's own resident memory (not its children's), in bytes. Linux only. */
export async function peakMemory(words: Words, cwd: string): Promise<number> {
  const process = start(words, cwd);
  let [peak, ended] = [0, false];
  const end = process.output().finally(() => ended = true);
  while (!ended) {
    peak = Math.max(peak, await highWater(process.pid));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await end;
  return peak;
}

async function highWater(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return 1024 * Number(status.match(/VmHWM:\s+(\d+) kB/)?.[1] ?? 0);
}
