/**
 * Runners: how the folder of an experiment becomes a process. One file per runtime, one row in
 * the table; carrying out a launch (process.ts) is the same for all.
 *
 * @module
 */
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import type { LocatedCode, RunRecord } from "../snapshotter/record.ts";
import type { ChildMode, RuntimeName } from "../world.ts";
import { denoRunner } from "./deno.ts";
import { embeddedRunner } from "./embedded.ts";

/** What a process is planned from: all of a record that is known once the code has its place. */
export interface PlannedRecord
  extends Pick<RunRecord, "cwd" | "folder" | "inputs" | "permissions" | "runtime"> {
  readonly code: LocatedCode;
}

/** What is to be run, and what is around it. */
export interface Run<Recorded extends PlannedRecord = RunRecord> {
  readonly record: Recorded;
  /** The experiment folder by its real path: a way through symbolic links would be refused. */
  readonly folder: ExperimentFolder;
  /** The path by which the user knows the folder, where it is another that leads there. */
  readonly named?: string | undefined;
  /** What granted and denied paths lead to, where that is elsewhere. */
  readonly realPaths?: ReadonlyMap<string, string> | undefined;
  /** The text of the lock that `record.code.lock` names; absent: nothing is locked. */
  readonly lock?: string | undefined;
  /** The text of the deno.json that imports are resolved by, where Deno does not read it. */
  readonly config?: string | undefined;
  /** The environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  /** The `deno` to run it with, if with any. */
  readonly program: string;
  /** How the hidden child mode of this program is started. */
  readonly self: ChildMode;
  /** The process that the child must not outlive, where nothing else watches it. */
  readonly parent?: number | undefined;
  /** The folders that Deno keeps locked dependencies in, absolute. */
  readonly caches?: readonly string[] | undefined;
  /** The declared inputs, absolute, by every path that leads to them. */
  readonly inputs?: readonly string[] | undefined;
  /** Whether a module that is neither copied nor locked ends the run. */
  readonly strict?: boolean | undefined;
  /** The paths of the file that the experiment begins with, the real one first; absent: its own. */
  readonly bootstrap?: readonly string[] | undefined;
  /** The key of a sealed call, see seal.ts. */
  readonly key?: string | undefined;
}

/** A process to start, as a plain value. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A file that expyrun hands to the child. */
export interface HandedFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** A runtime that entry points run in. Pure: the files are written and the process is started elsewhere. */
export interface Runner {
  /**
   * What the child reads: its code and its call.
   *
   * @param config the delivered configuration, as `deliverable` of the resolver writes it, or
   * sealed when it holds secrets
   */
  handOver(run: Run, config: string): readonly HandedFile[];
  /** The process that makes the call. */
  plan(run: Run<PlannedRecord>): Launch;
}

/** The runners by the name of their runtime, as a record has it. */
export const runners: Readonly<Record<RuntimeName, Runner>> = {
  deno: denoRunner,
  embedded: embeddedRunner,
};
