/**
 * The words of `expyrun sweep` that the command line's parser has sorted, as one command.
 *
 * @module
 */
import type { GivenOptions, SweepWords } from "../command.ts";
import { type ArgumentPlace, ExpyrunError } from "../errors.ts";
import {
  parseExecution,
  parseSettings,
  parseSpace,
  refuseJson,
  type SweepCommand,
} from "./command.ts";

/**
 * Reads the words.
 *
 * @throws {ExpyrunError} `usage` or `override`, at the word that is wrong
 */
export function readSweepCommand({ words, options, next, quiet }: SweepWords): SweepCommand {
  const execution = parseExecution(options);
  const json = options.has("json");
  const resume = options.get("resume")?.at(-1);
  if (resume) {
    refuse(options, definingOptions, "a sweep that is resumed has its runs");
    if (next < words.length) {
      throw usage(
        `Unexpected word "${words[next]}": a sweep that is resumed has its configuration`,
        at(words, next),
      );
    }
    const task = { resume: resume.value, resumePlace: resume.place, retry: options.has("retry") };
    return { task: { kind: "resume", ...task }, execution, options, json, quiet };
  }
  if (!options.has("dry-run")) refuseJson(options, execution.on ?? "local");
  refuse(options, ["retry"], "it is for --resume SWEEP");
  const { settings, debugPlace } = parseSettings(words, next + 1);
  return {
    task: {
      kind: "define",
      config: words[next]!,
      configPlace: at(words, next),
      settings,
      debug: options.has("debug") || debugPlace !== undefined,
      debugPlace,
      dryRun: options.has("dry-run"),
      needed: options.has("needed"),
      ...parseSpace(options),
    },
    execution,
    options,
    json,
    quiet,
  };
}

/** What says which runs there are. */
const definingOptions = ["debug", "dry-run", "needed", "zip", "random", "sweep-seed", "points"];

function refuse(options: GivenOptions, names: readonly string[], because: string): void {
  const name = names.find((name) => options.has(name));
  if (name === undefined) return;
  throw usage(`Cannot use --${name}: ${because}`, options.get(name)![0]!.place);
}

function at(words: readonly string[], index: number): ArgumentPlace {
  return { kind: "argument", words, index };
}

function usage(message: string, place: ArgumentPlace, hint = "expyrun sweep --help"): ExpyrunError {
  return new ExpyrunError({ code: "usage", message, place, hint });
}
