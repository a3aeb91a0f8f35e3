/**
 * The program: parse, dispatch, exit code.
 *
 * @module
 */
import { optionHint, parseCommand, verbHint } from "./lib/cli.ts";
import { type Command, isArchive } from "./lib/command.ts";
import {
  exitCodeOf,
  ExpyrunError,
  type Problem,
  render,
  type Style,
  visible,
} from "./lib/errors.ts";
import { loadingError } from "./lib/loading.ts";
import { runChild } from "./lib/runner/child.ts";
import type { RunRecord } from "./lib/snapshotter/record.ts";
import { printAnswer as answer, tell } from "./lib/streams.ts";
import { helpText } from "./lib/verbs.ts";
import type { ChildMode, Versions, World } from "./lib/world.ts";
import metadata from "./deno.json" with { type: "json" };

const isBinary = Deno.build.standalone;

const versions: Versions = { expyrun: metadata.version, ...Deno.version };

async function main(words: readonly string[]): Promise<number> {
  const isPlain = Deno.env.get("NO_COLOR") || Deno.env.get("TERM") === "dumb";
  const style = { color: Deno.stderr.isTerminal() && !isPlain };
  try {
    if (words.length === 0) return tell(helpText()), 2;
    const command = parseCommand(words);
    return await dispatch(command, surroundings(words, command, style));
  } catch (thrown) {
    const error = loadingError(thrown) ?? thrown;
    if (!(error instanceof ExpyrunError)) throw error;
    tell(render("error", await withNamedSecrets(withWordHint(error.problem)), style));
    return exitCodeOf(error.problem);
  }
}

/** A file that is not there may have been meant as a verb, a key that is not there as an option. */
function withWordHint(problem: Problem): Problem {
  const { code, place, hint, message } = problem;
  if (code === "override" && place?.kind === "argument" && message.endsWith("no such key")) {
    return { ...problem, hint: optionHint(place.words[place.index]!) ?? hint };
  }
  if (code !== "unreadable" || hint || place?.kind !== "argument" || place.index > 0) {
    return problem;
  }
  return { ...problem, hint: verbHint(place.words[0]!) };
}

/** Of words that are refused before a configuration says what is secret, its usual names do. */
async function withNamedSecrets(problem: Problem): Promise<Problem> {
  const { place, message, hint } = problem;
  if (place?.kind !== "argument") return problem;
  const { secretNaming, writtenWords } = await running();
  const world = { words: place.words, env: Deno.env.toObject() };
  const nothing = { kind: "mapping", place, entries: new Map() } as const;
  const named = secretNaming(nothing, world);
  return {
    ...problem,
    message: named(message),
    hint: hint && named(hint),
    place: { ...place, words: writtenWords(nothing, world) },
  };
}

async function dispatch(command: Command, world: World): Promise<number> {
  switch (command.kind) {
    case "help":
      return answer(helpText(command.verb));
    case "version":
      return answer(await versionText());
    case "resolve":
      return answer(await (await others()).resolve(command, world));
    case "prepare": {
      const { path } = await (await running()).prepare(command, world);
      return answer(`${command.json ? JSON.stringify({ folder: path }) : path}\n`);
    }
    case "execute": {
      const { folder, folderPlace, force, logOnly } = command;
      const { execute, noScreens } = await import("./lib/started.ts");
      const screens = logOnly ? noScreens : undefined;
      return exitCode(await execute(folder, world, folderPlace, { force, screens }));
    }
    case "sweep": {
      const { readSweepCommand, sweep } = await others();
      return answerWith(await sweep(readSweepCommand(command), world));
    }
    case "status":
      return answer(await (await others()).status(command, world));
    case "cancel":
      return answer(await (await others()).cancel(command, world));
    case "explain":
      return answer(await (await others()).explain(command, world));
    case "verify":
      return answerWith(await (await others()).verify(command, world));
    case "rerun":
      return answerWith(await (await others()).rerun(command, world));
    case "pack":
      return answer(await (await others()).pack(command, world));
    case "run": {
      const elsewhere = isForSlurm(command);
      if (isArchive(command.config)) {
        return await (await others()).runArchive(command, elsewhere, world);
      }
      if (!elsewhere) return exitCode(await (await running()).run(command, world));
      return answer(await (await others()).runOnSlurm(command, command.options, world));
    }
  }
}

function running() {
  return import("./lib/run.ts");
}

function others() {
  return import("./lib/others.ts");
}

function answerWith({ text, exitCode }: { text: string; exitCode: number }): number {
  return answer(text) || exitCode;
}

/** Where to run is read with the rest of what SLURM needs, which a run here does not load. */
function isForSlurm({ options }: Command & { kind: "run" }): boolean {
  return options.has("sbatch") ||
    (options.get("on")?.at(-1)?.value ?? "local") !== "local";
}

function surroundings(words: readonly string[], command: Command, style: Style): World {
  const strict = "strict" in command && command.strict;
  const quiet = "quiet" in command && command.quiet;
  const asked = "runtime" in command ? command.runtime : undefined;
  let isOpen = false;
  const tellAfresh = (text: string) => {
    tell(isOpen ? `\n${text}` : text);
    isOpen = false;
  };
  return {
    cwd: workingDirectory(),
    env: Deno.env.toObject(),
    strict,
    words,
    program: ownProgram(),
    child: childMode(),
    versions,
    deno: isBinary ? "deno" : Deno.execPath(),
    runtime: {
      name: asked ?? (isBinary ? "embedded" : "deno"),
      isAsked: asked !== undefined,
    },
    warn(problem: Problem): void {
      if (strict) throw new ExpyrunError(problem);
      tellAfresh(render("warning", problem, style));
    },
    fail: (problem) => tellAfresh(render("error", problem, style)),
    hint: (text) => tellAfresh(`hint: ${text}\n`),
    say: (line) => quiet ? undefined : tellAfresh(`${visible(line)}\n`),
    tell: (line) => tellAfresh(`${visible(line)}\n`),
    leftOpen: () => isOpen = true,
  };
}

/** It may have been removed, or have a name that is no text. */
function workingDirectory(): string {
  try {
    return Deno.cwd();
  } catch (error) {
    throw new ExpyrunError({
      code: "unreadable",
      message: `Cannot tell the working directory: ${(error as Error).message}`,
      hint: "Change into another folder",
    });
  }
}

/** The experiment's own. */
function exitCode({ exitCode }: RunRecord): number {
  return exitCode ?? 125;
}

/** How another machine of the cluster, or a later process, starts this very program. */
function ownProgram(flags: readonly string[] = []): string[] {
  if (isBinary) return [Deno.execPath()];
  return [Deno.execPath(), "run", "-A", ...flags, import.meta.filename ?? import.meta.url];
}

/**
 * The package is a bundle: under `deno run` it can be started with the configuration that the
 * imports of the experiment are resolved by. The sources need their own.
 */
function childMode(): ChildMode {
  // The experiment's imports must not get into the lock of expyrun's own sources.
  const program = ownProgram([...scopedWorkers, "--no-lock"]);
  const isBundle = !isBinary && !import.meta.url.endsWith(".ts");
  return {
    words: [...program, childWord],
    ...(isBundle ? { flagsAt: program.length - 1 } : {}),
  };
}

/** What the binary is compiled with: a Worker with a permission set, and nobody asked to lift it. */
const scopedWorkers = ["--no-prompt", "--unstable-worker-options"];

/** The first word of the hidden child mode, in which this program runs an experiment in a Worker. */
const childWord = "--expyrun-child";

async function child(order: string): Promise<number> {
  // Beside this module: a .ts among the sources, a .js in the bundle.
  const worker = `./lib/runner/worker${import.meta.url.slice(-3)}`;
  const setVariable = (name: string, value: string | null) =>
    value === null ? Deno.env.delete(name) : Deno.env.set(name, value);
  return await runChild(order, new URL(worker, import.meta.url), setVariable);
}

async function versionText(): Promise<string> {
  const { expyrun, deno, v8, typescript } = versions;
  const lines = `expyrun ${expyrun}\ndeno ${deno}\nv8 ${v8}\ntypescript ${typescript}\n`;
  if (!isBinary) return `${lines}runtime deno\n`;
  // tasks/compile.ts puts it beside this module.
  const stamp = JSON.parse(await Deno.readTextFile(new URL("./stamp.json", import.meta.url)));
  return `${lines}runtime embedded\ncommit ${stamp.commit}\n`;
}

if (import.meta.main) {
  const [word, order] = Deno.args;
  const isChild = word === childWord && order !== undefined;
  const code = await (isChild ? child(order) : main(Deno.args)).catch((error) => {
    // Whatever is thrown and is no ExpyrunError is a defect of expyrun: here a stack helps.
    tell(`error: expyrun itself is wrong, please report this:\n${error?.stack}\n`);
    return 125;
  });
  Deno.exit(code);
}
