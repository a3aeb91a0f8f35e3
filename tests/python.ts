/**
 * Python as an independent reader: PyYAML, and the original of expyrun, if this machine has them.
 *
 * @module
 */
import { run } from "./temp.ts";

const candidates = [Deno.env.get("EXPYRUN_TEST_PYTHON"), "python3"];

/** The Python that the tests may use: `EXPYRUN_TEST_PYTHON`, or a `python3` that has the module. */
export async function findPython(module: string): Promise<string | undefined> {
  for (const python of candidates) {
    if (!python) continue;
    try {
      const { exitCode } = await run(python, ["-c", `import ${module}`]);
      if (exitCode === 0) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  console.error(`left out: tests that need a Python with ${module} (set EXPYRUN_TEST_PYTHON)`);
  return undefined;
}

/**
 * Runs a script once over many cases; starting Python takes longer than most of them.
 *
 * @param script reads `cases` (a list), leaves as many `answers` behind
 * @returns the answers; what JSON cannot say must be spelled out by the script
 */
export async function ask(
  python: string,
  script: string,
  cases: readonly unknown[],
): Promise<unknown[]> {
  const whole = `import json, sys\ncases = json.load(sys.stdin)\nanswers = []\n${script}\n` +
    "json.dump(answers, sys.stdout)\n";
  const { exitCode, stdout, stderr } = await run(python, ["-c", whole], {
    stdin: JSON.stringify(cases),
    env: { PYTHONIOENCODING: "utf-8", PYTHONUTF8: "1" },
  });
  if (exitCode !== 0) throw new Error(`Python failed: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Python: `told(value)` spells a value of a configuration out with its kind, as the tests'
 * `told` does.
 */
export const tellPython = `
def told(value):
    if isinstance(value, dict):
        return ["mapping", [[k if isinstance(k, str) else ["KEY", repr(k)], told(v)] for k, v in value.items()]]
    if isinstance(value, list):
        return ["list", [told(v) for v in value]]
    if value is None: return ["null"]
    if isinstance(value, bool): return ["bool", value]
    if isinstance(value, int): return ["int", str(value)]
    if isinstance(value, float): return ["float", repr(value)]
    if isinstance(value, str): return ["string", [ord(c) for c in value]]
    return ["OTHER", repr(value)]
`;
