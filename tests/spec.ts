/**
 * Specs: tests of the whole program as folders, `tests/specs/<area>/<case>/`.
 *
 *     spec.jsonc            the steps, see {@linkcode Spec}; comments are welcome
 *     stdout.txt            what the step prints, a pattern (see pattern.ts); no file: nothing
 *     stderr.txt
 *     2.stdout.txt ...      the same of the second step, where there are several (1.stdout.txt ...)
 *     expected/             patterns of files that the steps leave behind, by their path
 *     anything else         copied into a fresh temporary folder, in which the steps run
 *
 * `deno task update` writes the .txt files and those in expected/ that no longer match: read the
 * difference before committing it. After `--` come the cases to run: `deno task specs resolver/`.
 *
 * @module
 */
import { parse } from "@std/jsonc";
import { type Files, readFiles } from "./temp.ts";

/** The contents of spec.jsonc. */
export interface Spec {
  /** Only for the program run from its sources, or only for the compiled binary. */
  readonly runtime?: "source" | "binary";
  readonly steps: readonly Step[];
  /** Paths after the last step: there (true), not there (false), or a pattern of the contents. */
  readonly files?: Readonly<Record<string, boolean | string>>;
}

/** One command; either `args` or `shell`. */
export interface Step {
  /** The words after `expyrun`: a list, or text that is split at white space. */
  readonly args?: string | readonly string[];
  /** A command for /bin/sh, in which `expyrun` is the program under test. */
  readonly shell?: string;
  /** Variables to add; null removes one. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Relative to the temporary folder, which is the default. */
  readonly cwd?: string;
  readonly stdin?: string;
  /** 0 by default. */
  readonly exitCode?: number;
  /** Short expectations, in place of the .txt files. */
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A spec with the files beside it. */
export interface Case {
  /** `<area>/<case>`. */
  readonly name: string;
  readonly folder: string;
  readonly spec: Spec;
  /** The .txt files, by name. */
  readonly output: Files;
  /** The files in expected/, by their path below it. */
  readonly expected: Files;
}

const fields = {
  spec: ["runtime", "steps", "files"],
  step: ["args", "shell", "env", "cwd", "stdin", "exitCode", "stdout", "stderr"],
};

/** Whether a file of the case's folder (a path relative to it) belongs to the spec itself. */
export function isSpecFile(path: string): boolean {
  return path === "spec.jsonc" || path.startsWith("expected/") || isOutput(path);
}

function isOutput(path: string): boolean {
  return /^(\d+\.)?(stdout|stderr)\.txt$/.test(path);
}

/** The name of the file that holds what a step prints. */
export function outputName(spec: Spec, index: number, stream: "stdout" | "stderr"): string {
  return spec.steps.length === 1 ? `${stream}.txt` : `${index + 1}.${stream}.txt`;
}

/**
 * Reads one case.
 *
 * @throws {Error} when it cannot be read, or says less or more than can be checked
 */
export async function readCase(name: string, folder: string, update: boolean): Promise<Case> {
  const files = Object.entries(await readFiles(folder));
  const text = files.find(([path]) => path === "spec.jsonc")?.[1];
  if (text === undefined) throw new Error(`Cannot read spec "${name}": it has no spec.jsonc`);
  const output = Object.fromEntries(files.filter(([path]) => isOutput(path)));
  const expected = Object.fromEntries(
    files.filter(([path]) => path.startsWith("expected/"))
      .map(([path, text]) => [path.slice("expected/".length), text]),
  );
  const spec = parseSpec(name, text);
  checkExpectations(name, spec, output, update);
  return { name, folder, spec, output, expected };
}

/** Reads the text of a spec.jsonc. @throws {Error} with the spec's name */
export function parseSpec(name: string, text: string): Spec {
  const refuse = (why: string) => new Error(`Cannot read spec "${name}": ${why}`);
  let spec: Spec;
  try {
    spec = parse(text) as Spec;
  } catch (error) {
    throw refuse((error as Error).message);
  }
  if (typeof spec !== "object" || spec === null) throw refuse("it is no object");
  const unknown = Object.keys(spec).find((key) => !fields.spec.includes(key));
  if (unknown !== undefined) throw refuse(`unknown field "${unknown}"`);
  if (!["source", "binary", undefined].includes(spec.runtime)) throw refuse("unknown runtime");
  if (!Array.isArray(spec.steps) || spec.steps.length === 0) throw refuse("it has no steps");
  for (const [index, step] of spec.steps.entries()) {
    const unknown = Object.keys(step).find((key) => !fields.step.includes(key));
    if (unknown !== undefined) throw refuse(`step ${index + 1} has an unknown field "${unknown}"`);
    if ((step.args === undefined) === (step.shell === undefined)) {
      throw refuse(`step ${index + 1} needs either "args" or "shell"`);
    }
  }
  return spec;
}

/** Every step must expect something, and every expectation must belong to a step. */
export function checkExpectations(name: string, spec: Spec, output: Files, update: boolean): void {
  const used = new Set<string>();
  for (const [index, step] of spec.steps.entries()) {
    let expects = step.exitCode !== undefined;
    for (const stream of ["stdout", "stderr"] as const) {
      const file = outputName(spec, index, stream);
      const inline = step[stream] !== undefined;
      if (inline && file in output) throw new Error(`Spec "${name}" has ${file} twice`);
      if (!inline) used.add(file);
      expects ||= inline || file in output;
    }
    if (!expects && !update) throw new Error(`Spec "${name}" expects nothing of step ${index + 1}`);
  }
  const idle = Object.keys(output).find((file) => !used.has(file));
  if (idle !== undefined) throw new Error(`Spec "${name}": ${idle} belongs to no step`);
}
