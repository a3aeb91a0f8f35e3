/**
 * The machine that a run is on, and the one process on it that will write the final status. What
 * a system does not tell is absent.
 *
 * @module
 */

import { readText } from "./text_file.ts";

/** What a result may depend on besides code and configuration. */
export interface MachineFacts {
  readonly host: string;
  readonly user?: string | undefined;
  readonly os: OsFacts;
  /** The processors that this process may use. */
  readonly cpuCount: number;
  readonly memoryBytes: number;
}

/** An operating system. */
export interface OsFacts {
  /** Such as `linux`, `darwin` or `windows`. */
  readonly name: string;
  /** Of the kernel. */
  readonly release: string;
  /** Such as `x86_64` or `aarch64`. */
  readonly arch: string;
}

/** A process, told apart from later ones that get its number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it started, in the system's own words; only to be compared. */
  readonly startTime?: string | undefined;
  /** Differs from one boot of the machine to the next. */
  readonly bootId?: string | undefined;
  /** Where its number holds: containers on one machine count their processes for themselves. */
  readonly pidNamespace?: string | undefined;
}

/** The facts of this machine. */
export function machineFacts(env: Readonly<Record<string, string>>): MachineFacts {
  return {
    ...(machine ??= askMachine()),
    ...maybe("user", env["USER"] ?? env["LOGNAME"] ?? env["USERNAME"] ?? (user ??= userById())),
  };
}

/** Asked once: a sweep needs it twice for each run. */
let machine: Omit<MachineFacts, "user"> | undefined;
let user: string | undefined;

function askMachine(): Omit<MachineFacts, "user"> {
  return {
    host: Deno.hostname(),
    os: { name: Deno.build.os, release: Deno.osRelease(), arch: Deno.build.arch },
    cpuCount: navigator.hardwareConcurrency,
    memoryBytes: Deno.systemMemoryInfo().total,
  };
}

/** Services and containers set no USER. */
function userById(): string | undefined {
  const uid = Deno.uid();
  if (uid === null) return undefined;
  const lines = readText("/etc/passwd")?.split("\n") ?? [];
  const line = lines.map((line) => line.split(":")).find((fields) => fields[2] === String(uid));
  return line?.[0] ?? String(uid);
}

/** The identity of a process of this machine; without a start time when there is no such process. */
export async function identityOf(pid: number): Promise<ProcessIdentity> {
  if (pid !== Deno.pid) return await identify(pid);
  return await (own ??= identify(pid));
}

/** That of this very process does not change. */
let own: Promise<ProcessIdentity> | undefined;

async function identify(pid: number): Promise<ProcessIdentity> {
  const [startTime, bootId] = await Promise.all([startTimeOf(pid), bootIdOf()]);
  // Without the boot nothing is concluded.
  const isHidden = startTime === undefined && isThereUnseen(pid);
  return {
    host: Deno.hostname(),
    pid,
    ...maybe("startTime", startTime),
    ...maybe("bootId", isHidden ? undefined : bootId),
    ...maybe("pidNamespace", pidNamespace()),
  };
}

/** /proc may tell nothing of other users' processes (`hidepid`); signals do. */
function isThereUnseen(pid: number): boolean {
  try {
    // 0 is no signal: it only asks.
    Deno.kill(pid, 0 as unknown as Deno.Signal);
    return false; // One of this user that has ended, and is seen.
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}

function maybe<Key extends string>(key: Key, value: string | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}

/**
 * When a process started: on Linux the ticks since boot, elsewhere what `ps` says; nothing when
 * there is no such process or the system does not tell. A dead one that nobody has waited for
 * counts as gone.
 */
async function startTimeOf(pid: number): Promise<string | undefined> {
  if (Deno.build.os === "windows") return undefined;
  if (Deno.build.os !== "linux") return await say("ps", "-o", "lstart=", "-p", String(pid));
  const fields = processStat(pid);
  return fields?.[0] === "Z" || fields?.[0] === "X" ? undefined : fields?.[19];
}

/**
 * What Linux tells of a process (proc(5), `/proc/PID/stat`), from its state on, the third field;
 * nothing when there is none.
 */
export function processStat(pid: number | string): string[] | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field, the program's name, may hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

async function bootIdOf(): Promise<string | undefined> {
  switch (Deno.build.os) {
    case "linux":
      return readText("/proc/sys/kernel/random/boot_id")?.trim();
    case "darwin":
      return await say("sysctl", "-n", "kern.bootsessionuuid");
    case "freebsd":
      return await say("sysctl", "-n", "kern.boottime");
    default:
      return undefined;
  }
}

function pidNamespace(): string | undefined {
  try {
    return Deno.build.os === "linux" ? Deno.readLinkSync("/proc/self/ns/pid") : undefined;
  } catch {
    return undefined;
  }
}

/** What a program of the system prints; nothing when it fails. */
async function say(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() || undefined : undefined;
  } catch {
    return undefined;
  }
}
