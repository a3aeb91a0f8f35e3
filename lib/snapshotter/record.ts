/**
 * record.json: what happened, as one plain value. It is written last when a run is prepared (a
 * folder without it was never ready) and again at every step, so that a crash leaves a true one.
 *
 * @module
 */
import type { Permissions } from "../resolver/permission_set.ts";
import type { RuntimeName } from "../world.ts";
import type { GitFacts } from "./git.ts";
import type { InputFingerprint } from "./inputs.ts";
import type { MachineFacts, ProcessIdentity } from "./machine.ts";

/** What a run has come to. */
export type Status = "prepared" | "running" | "succeeded" | "interrupted" | "failed";

/** One file of the copy, with its digest; or a symbolic link, with what it points to. */
export type CopiedFile =
  | { readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly path: string; readonly link: string };

/** A package, or a vendor folder, that was copied along. */
export interface PackageRecord {
  /** The name by which the code finds it. */
  readonly name: string;
  readonly version: string;
  /** Relative to the experiment folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** sha256 over the sorted manifest of its files, which `.expyrun/packages.json` holds. */
  readonly digest: string;
}

/** The code that runs. Paths of files are relative to the experiment folder, with `/`. */
export interface CodeRecord {
  /** `copy`: in the experiment folder; `original` (--debug): run where it stands. */
  readonly mode: "copy" | "original";
  /** The folder that holds the package: the experiment folder, or the original one; absolute. */
  readonly root: string;
  /** The entry point's module, relative to `root`, with `/`. */
  readonly module: string;
  /** The entry point's name among the module's exports. */
  readonly function: string;
  /** What was copied: the package first, then the includes. */
  readonly roots: readonly string[];
  /** The deno.json or deno.jsonc that the code's imports are resolved by; absolute. */
  readonly config?: string | undefined;
  /** The lock that the imports are held to; absolute. */
  readonly lock?: string | undefined;
  /** What was copied along, where no `deno` loads it. */
  readonly packages?: readonly PackageRecord[] | undefined;
  /** Whether it may load modules that are neither copied nor locked, so that loading is watched. */
  readonly watched?: true | undefined;
  /** sha256 over the contents of files that follow each other in the manifest, see blocks.ts. */
  readonly blocks?: readonly string[] | undefined;
  /** Sorted by path. */
  readonly files: readonly CopiedFile[];
  /** sha256 over the sorted manifest. */
  readonly digest: string;
}

/** Code as far as a process is planned from it. */
export type LocatedCode = Omit<CodeRecord, "blocks" | "digest" | "files">;

/** An environment variable that the configuration used. */
export interface UsedVariable {
  readonly name: string;
  /** Of its value, to tell whether it is still the same; a secret has none. */
  readonly sha256?: string | undefined;
  /** Whether its value stays out of files. */
  readonly secret?: true | undefined;
  /** Whether it was not defined. */
  readonly missing?: true | undefined;
}

/** What the process of a run used, where the system tells. */
export interface Usage {
  /** Of the largest of its processes. */
  readonly peakMemoryBytes: number;
  /** Of all its processes, in user and system mode. */
  readonly cpuTimeMs: number;
}

/** How a folder differs from its record: names relative to it, with `/`, sorted. */
export interface Changes {
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

/** The run that another one repeats. */
export interface RepeatedRun {
  /** The experiment folder, as its record calls it. */
  readonly folder: string;
  /** The archive that it was unpacked from, absolute. */
  readonly archive?: string | undefined;
  /** How it differed from its record, when `--force` went on in spite of that. */
  readonly forced?: Changes | undefined;
}

/** The contents of record.json. Times are ISO 8601 in UTC. */
export interface RunRecord {
  readonly format: 1;
  readonly status: Status;
  /** The experiment's name, as the entry point gets it. */
  readonly name: string;
  /** The experiment folder, absolute. */
  readonly folder: string;
  /** The words of the command line that prepared it, without the program's name. */
  readonly command: readonly string[];
  /** The working directory of that command: EXPYRUN_CWD. */
  readonly cwd: string;
  readonly versions: Readonly<Record<"expyrun" | "deno" | "v8" | "typescript", string>>;
  readonly runtime: RuntimeName;
  readonly code: CodeRecord;
  readonly permissions: Permissions;
  /** sha256 of what the entry point gets: its name and the resolved configuration. */
  readonly configDigest?: string | undefined;
  readonly preparedAt: string;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Whether it was ended because its time (`--timeout`) was over. */
  readonly timedOut?: boolean | undefined;
  /** Whether outputs.log lacks some of the output, which the disk had no room for. */
  readonly logIncomplete?: boolean | undefined;
  /** The task of SLURM that runs it: `JOB` or, in an array, `ARRAY_INDEX`. */
  readonly slurmTask?: string | undefined;
  /** How often SLURM has started it again; absent before the first time. */
  readonly restarts?: number | undefined;
  /** What the last words of a failed run were. */
  readonly error?: string | undefined;
  readonly usage?: Usage | undefined;
  /** The machine that prepares the run; once it has started, the one that runs it. */
  readonly machine?: MachineFacts | undefined;
  /** The expyrun process that is to write the final status. */
  readonly process?: ProcessIdentity | undefined;
  /** The repository that the code came from. */
  readonly git?: GitFacts | undefined;
  /** sha256 of what expyrun wrote into the folder, by name: configurations, lock and the like. */
  readonly digests?: Readonly<Record<string, string>> | undefined;
  /** Sorted by name. */
  readonly environment?: readonly UsedVariable[] | undefined;
  /** The declared inputs, in the order of `__inputs__`. */
  readonly inputs?: readonly InputFingerprint[] | undefined;
  /**
   * How the copy and expyrun's own files were kept from the experiment: by denying it to write them, or
   * by looking afterwards whether it did.
   */
  readonly scope?: "deny" | "detect" | undefined;
  /** What the experiment changed of them, where that is only detected. */
  readonly altered?: Changes | undefined;
  /** The modules of copied packages that were loaded, relative to the folder and sorted. */
  readonly loaded?: readonly string[] | undefined;
  /** Modules that were loaded though they are neither of the copy nor locked; paths or URLs. */
  readonly outside?: readonly string[] | undefined;
  readonly repeats?: RepeatedRun | undefined;
  /** How the folder differed from the record before the start, when `--force` went on. */
  readonly forced?: Changes | undefined;
}
