/**
 * What the process of an experiment used, where the system tells.
 *
 * The exact figures are the kernel's own for children that have ended (getrusage, called in the C
 * library). They are of all children together: where several run at once, and where the call cannot
 * be made, /proc is looked at while the child lives, ever more seldom.
 *
 * @module
 */
import { isV8 } from "../engine.ts";
import { processStat } from "../snapshotter/machine.ts";
import type { Usage } from "../snapshotter/record.ts";
import { after } from "../time.ts";

/** A measurement under way. */
export interface Measurement {
  /** Ends it, after the child has ended; nothing where the system does not tell. */
  end(): Promise<Usage | undefined>;
}

/**
 * Begins to measure a child.
 *
 * @param alone whether no other child runs meanwhile
 * @param ahead whether it was started before: it may be over sooner than another one has begun
 */
export function measureUsage(pid: number, alone: boolean, ahead = false): Measurement {
  const kernel = alone ? openKernel() : undefined;
  const start = kernel?.childrenUsage().then((before) => {
    // A single run does without, whose child is larger than what was started before it, such as git.
    const samples = before && before.peakMemoryBytes < smallestDeno
      ? undefined
      : sample(pid, ahead);
    return { before, samples };
  }) ?? Promise.resolve({ before: undefined, samples: sample(pid, ahead) });
  return {
    async end() {
      const { before, samples } = await start;
      const seen = samples?.end();
      const after = before && await kernel?.childrenUsage();
      kernel?.close();
      if (!before || !after) return seen;
      const grown = after.peakMemoryBytes > before.peakMemoryBytes;
      // An earlier child was larger than this one ever was: what was seen has to do.
      const peakMemoryBytes = grown ? after.peakMemoryBytes : seen?.peakMemoryBytes;
      if (peakMemoryBytes === undefined) return undefined;
      const cpuTimeMs = Math.round(after.cpuTimeMs - before.cpuTimeMs);
      return { peakMemoryBytes: Math.max(peakMemoryBytes, seen?.peakMemoryBytes ?? 0), cpuTimeMs };
    },
  };
}

const smallestDeno = 20 * 2 ** 20;

const libraries: Readonly<Record<string, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/** What the kernel tells through the C library. */
interface Kernel {
  /** Of the children that have ended and were waited for; nothing where it does not tell. */
  childrenUsage(): Promise<Usage | undefined>;
  close(): void;
}

/** Nothing where there is another C library, or where the runtime calls no foreign functions. */
function openKernel(): Kernel | undefined {
  const library = libraries[Deno.build.os];
  // A binary made with QuickJS may end at any call of a foreign function: what holds the function is
  // collected with the garbage.
  if (library === undefined || !isV8) return undefined;
  try {
    // For a call that blocks Deno compiles code of its own, which takes 3 MiB.
    const getrusage = { parameters: ["i32", "buffer"], result: "i32", nonblocking: true } as const;
    const libc = Deno.dlopen(library, { getrusage });
    return {
      childrenUsage: () => childrenUsage(libc.symbols.getrusage).catch(() => undefined),
      close: () => libc.close(),
    };
  } catch {
    return undefined;
  }
}

const ofChildren = -1;

async function childrenUsage(
  getrusage: (who: number, usage: BigInt64Array<ArrayBuffer>) => Promise<number>,
): Promise<Usage | undefined> {
  // struct rusage on 64 bits: user and system time as seconds and microseconds, peak memory.
  const words = new BigInt64Array(18);
  if (await getrusage(ofChildren, words) !== 0) return undefined;
  const [userS, userUs, systemS, systemUs, peak] = [...words].map(Number);
  // On macOS the microseconds have 32 bits, and what fills the word up is zero.
  const cpuTimeMs = Math.round((userS! + systemS!) * 1000 + (userUs! + systemUs!) / 1000);
  return { cpuTimeMs, peakMemoryBytes: peak! * (Deno.build.os === "darwin" ? 1 : 1024) };
}

const firstLookMs = 16;
const firstLookAheadMs = 2;
const lastLookMs = 1000;

/** Looks at /proc until the end; the peak that it tells never falls, so the last look counts. */
function sample(pid: number, atOnce: boolean): { end(): Usage | undefined } {
  let isOver = Deno.build.os !== "linux";
  let last = atOnce && !isOver ? processUsage(pid) : undefined;
  const lookAfter = (ms: number) =>
    after(ms, () => {
      const usage = isOver ? undefined : processUsage(pid);
      if (usage === undefined) return;
      last = usage;
      lookAfter(Math.min(ms * 1.5, lastLookMs));
    });
  if (!isOver) lookAfter(atOnce ? firstLookAheadMs : firstLookMs);
  return {
    end() {
      isOver = true;
      return last;
    },
  };
}

/** Ticks of the clock a second: the same on every Linux that Deno runs on. */
const ticks = 100;

function processUsage(pid: number): Usage | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const peakKiB = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
    if (peakKiB === undefined) return undefined; // It has ended.
    const fields = processStat(pid);
    if (fields === undefined) return undefined;
    // utime, stime, and those of its own children that it has waited for.
    const spent = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { peakMemoryBytes: Number(peakKiB) * 1024, cpuTimeMs: spent * 1000 / ticks };
  } catch {
    return undefined;
  }
}
