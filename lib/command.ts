/**
 * What the user asked for, as plain values: the words of the command line, read once.
 *
 * @module
 */
import type { ArgumentPlace } from "./errors.ts";
import type { Override } from "./resolver/override.ts";
import type { Verb } from "./verbs.ts";
import type { RuntimeName } from "./world.ts";

/** What every verb takes. */
export interface Common {
  /** `--quiet`: no words of expyrun's own around the experiment's. */
  readonly quiet: boolean;
  /** `--strict`: every warning is an error. */
  readonly strict: boolean;
  /** `--runtime NAME`: what the experiment runs in. */
  readonly runtime?: RuntimeName | undefined;
}

/** A configuration and what the command line changes in it. */
export interface ConfigCommand extends Common {
  /** The configuration's path, as written. */
  readonly config: string;
  /** What messages and `explain` call it; absent: its path. */
  readonly configName?: string | undefined;
  readonly configPlace: ArgumentPlace;
  readonly overrides: readonly Override[];
  /** `--debug`: run the original code, in a folder of its own. */
  readonly debug: boolean;
  /** Where `--debug` stands when it follows CONFIG, where it could be meant as a key. */
  readonly debugPlace?: ArgumentPlace | undefined;
}

/** A configuration to be made into an experiment folder. */
export interface PrepareCommand extends ConfigCommand {
  /** `--force`: go on though the folder that is repeated has changed since its record. */
  readonly force: boolean;
}

/** An experiment folder. */
export interface FolderOperand {
  /** Its path, as written. */
  readonly folder: string;
  readonly folderPlace: ArgumentPlace;
}

/** A run to be repeated. */
export interface RerunCommand extends FolderOperand, Common {
  readonly overrides: readonly Override[];
  /** `--report`: only say what differs; as JSON with `--json`. */
  readonly report: boolean;
  readonly json: boolean;
  /** `--check`: globs of the output files to compare. */
  readonly check: readonly { readonly glob: string; readonly place: ArgumentPlace }[];
  /** `--tolerance`: how far numbers may lie apart, relatively. */
  readonly tolerance?: number | undefined;
  readonly force: boolean;
}

/** A question about where a value came from. */
export interface ExplainCommand extends ConfigCommand {
  readonly json: boolean;
  readonly key?: string | undefined;
  readonly keyPlace?: ArgumentPlace | undefined;
}

/** A run to be packed. */
export interface PackCommand extends FolderOperand, Common {
  /** `--outputs`: with what the run wrote. */
  readonly outputs: boolean;
  /** `-o FILE`: the archive's path, as written. */
  readonly output?: { readonly path: string; readonly place: ArgumentPlace } | undefined;
  readonly force: boolean;
}

/** Whether CONFIG is taken for an archive of a run, which `pack` writes. */
export function isArchive(config: string): boolean {
  return /\.(?:tar\.gz|tgz)$/.test(config);
}

/** `expyrun status`. */
export interface StatusCommand {
  /** The folder of a sweep or of a run, as written. */
  readonly folder: string;
  readonly folderPlace: ArgumentPlace;
  readonly json: boolean;
}

/** `expyrun cancel`. */
export interface CancelCommand {
  /** The folder of a sweep, or of a run on SLURM, as written. */
  readonly folder: string;
  readonly folderPlace: ArgumentPlace;
}

/** An option and where it, or its value, stands. */
export interface GivenOption {
  /** Empty for an option that takes none. */
  readonly value: string;
  readonly place: ArgumentPlace;
}

/** The options of a command line, with their values. */
export type GivenOptions = ReadonlyMap<string, readonly GivenOption[]>;

/** A command line whose options were read, and nothing else. */
export interface SweepWords {
  readonly words: readonly string[];
  readonly options: GivenOptions;
  /** The index of CONFIG. */
  readonly next: number;
  readonly quiet: boolean;
  readonly strict: boolean;
}

/** What the user asked for. */
export type Command =
  | { readonly kind: "help"; readonly verb?: Verb | undefined }
  | { readonly kind: "version" }
  | { readonly kind: "run"; readonly options: GivenOptions } & PrepareCommand
  | { readonly kind: "resolve"; readonly json: boolean } & ConfigCommand
  | { readonly kind: "prepare"; readonly json: boolean } & PrepareCommand
  | { readonly kind: "execute"; readonly force: boolean; readonly logOnly: boolean }
    & FolderOperand
    & Common
  | { readonly kind: "sweep" } & SweepWords
  | { readonly kind: "status" } & StatusCommand & Common
  | { readonly kind: "cancel" } & CancelCommand & Common
  | { readonly kind: "explain" } & ExplainCommand
  | { readonly kind: "verify"; readonly json: boolean; readonly folders: readonly FolderOperand[] }
    & Common
  | { readonly kind: "rerun" } & RerunCommand
  | { readonly kind: "pack" } & PackCommand;
