/**
 * What the program finds around it, gathered once in main.ts: nothing below reads the process's
 * environment or working directory by itself, so every stage can be tested with plain values.
 *
 * @module
 */
import type { Problem } from "./errors.ts";

/** The versions that a run depends on. */
export type Versions = Readonly<Record<"expyrun" | "deno" | "v8" | "typescript", string>>;

/**
 * What an entry point runs in: a child `deno run`, or a Worker of this very program, which is all that
 * the compiled binary needs.
 */
export type RuntimeName = "deno" | "embedded";

/** The names of the runtimes. */
export const runtimeNames: readonly RuntimeName[] = ["deno", "embedded"];

/** How this program starts itself in the hidden mode in which it runs an experiment in a Worker. */
export interface ChildMode {
  /** The program and its words, before the order. */
  readonly words: readonly string[];
  /** Where among the words flags of `deno run` go; absent: the runtime takes none. */
  readonly flagsAt?: number | undefined;
}

/** The surroundings of one command. */
export interface World {
  /** The working directory, absolute. */
  readonly cwd: string;
  /** The environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether every warning is an error. */
  readonly strict?: boolean | undefined;
  /** The words of the command line, without the program's name. */
  readonly words: readonly string[];
  /** Of expyrun and the runtime below it. */
  readonly versions: Versions;
  /** The words that start expyrun, before the verb: a program and its arguments. */
  readonly program: readonly string[];
  /** How the hidden child mode of expyrun is started. */
  readonly child: ChildMode;
  /** The `deno` that experiments run with: this very one, absolute, or a name to find on PATH. */
  readonly deno: string;
  /** What experiments run in: as the command line asks for, or by default. */
  readonly runtime: { readonly name: RuntimeName; readonly isAsked: boolean };
  /**
   * Reports a problem that does not stop the run.
   *
   * @throws {ExpyrunError} under `--strict`, where every warning is an error
   */
  warn(problem: Problem): void;
  /** Names the way out of what ended the experiment, on stderr. */
  hint(text: string): void;
  /** Says a line in expyrun's own voice, on stderr; nothing under `--quiet`. */
  say(line: string): void;
  /** Reports a problem of one among several, and goes on with the others. */
  fail(problem: Problem): void;
  /** Says a line that was asked for, on stderr, even under `--quiet`. */
  tell(line: string): void;
  /** Told when the experiment's output left a line open: expyrun's next words begin a fresh one. */
  leftOpen?(): void;
  /**
   * Where work that a signal may end lets signals arrive, if some time has passed since the last
   * one; absent outside such work.
   *
   * @param isLast whether all is done: then in any case
   * @throws {ExpyrunError} `interrupted` when one has
   */
  checkpoint?(isLast?: boolean): Promise<void> | void;
}
