import { assertEquals, assertThrows } from "@std/assert";
import { parseCommand } from "../lib/cli.ts";
import type { Command } from "../lib/command.ts";
import { ExpyrunError, render } from "../lib/errors.ts";

/** A command without its places: what was understood. */
function understood(command: Command): string {
  if (command.kind === "help") return `help ${command.verb ?? ""}`.trim();
  if (command.kind === "version") return "version";
  const flags = Object.entries(command)
    .filter(([, value]) => value === true).map(([name]) => ` +${name}`).join("");
  if (command.kind === "execute") return `execute${flags} ${command.folder}`;
  const pairs = "overrides" in command
    ? command.overrides.map(({ key, value }) => ` ${key}=${JSON.stringify(value)}`).join("")
    : "";
  return `${command.kind}${flags} ${"config" in command ? command.config : ""}${pairs}`;
}

Deno.test("the command line is understood", async (t) => {
  const cases: [words: string, expected: string][] = [
    ["c.yml", "run c.yml"],
    ["run c.yml", "run c.yml"],
    ["resolve c.yml", "resolve c.yml"],
    ["resolve --json c.yml", "resolve +json c.yml"],
    ["./resolve", "run ./resolve"],
    ["--quiet --strict c.yml", "run +quiet +strict c.yml"],
    ["--debug c.yml", "run +debug c.yml"],
    ["c.yml --debug", "run +debug c.yml"],
    ["c.yml --debug --seed 1", 'run +debug c.yml seed="1"'],
    ["c.yml --seed 1 --debug", 'run +debug c.yml seed="1"'],
    ["c.yml --seed --debug", 'run c.yml seed="--debug"'],
    ["c.yml --seed -1", 'run c.yml seed="-1"'],
    ["c.yml --seed=-1", 'run c.yml seed="-1"'],
    ["c.yml --a=b=c", 'run c.yml a="b=c"'],
    ["c.yml --a=", 'run c.yml a=""'],
    ["c.yml --debug=1", 'run c.yml debug="1"'],
    ["c.yml --quiet 1 --help x", 'run c.yml quiet="1" help="x"'],
    ["c.yml --a 1 --a 2", 'run c.yml a="1" a="2"'],
    ["c.yml --__run__.__output_dir__ X", 'run c.yml __run__.__output_dir__="X"'],
    ["prepare --debug c.yml --a 1", 'prepare +debug c.yml a="1"'],
    ["execute --quiet f", "execute +quiet f"],
    ["--help", "help"],
    ["-h", "help"],
    ["resolve --help", "help resolve"],
    ["execute -h", "help execute"],
    ["--version", "version"],
    ["-- c.yml --a 1", 'run c.yml a="1"'],
    ["--quiet -- sweep", "run +quiet sweep"],
    ["resolve -- -x.yml", "resolve -x.yml"],
  ];
  for (const [words, expected] of cases) {
    await t.step(words, () => assertEquals(understood(parseCommand(words.split(" "))), expected));
  }
});

Deno.test("a word that cannot be understood ends with its place and a way out", async (t) => {
  const cases: [words: string, expected: string][] = [
    [
      "--quite c.yml",
      `error: Unknown option "--quite"
 --> argument 1
  |
  | expyrun --quite c.yml
  |         ^^^^^^^
  = hint: Did you mean "--quiet"?
`,
    ],
    [
      "--debug=yes c.yml",
      `error: Option "--debug" takes no value
 --> argument 1
  |
  | expyrun --debug=yes c.yml
  |         ^^^^^^^^^^^
  = hint: Write: --debug
`,
    ],
    [
      "resolve",
      `error: Missing CONFIG
 --> argument 2
  |
  | expyrun resolve 
  |                 ^
  = hint: Usage: expyrun resolve [OPTIONS] CONFIG [--KEY VALUE]...
`,
    ],
    [
      "resolve --version",
      `error: Unknown option "--version"
 --> argument 2
  |
  | expyrun resolve --version
  |                 ^^^^^^^^^
  = hint: Known: --json, --quiet, --strict, --help
`,
    ],
    [
      "c.yml --seed",
      `error: Key "--seed" has no value
 --> argument 2
  |
  | expyrun c.yml --seed
  |               ^^^^^^
  = hint: Write: --seed VALUE
`,
    ],
    [
      "c.yml --quiet",
      `error: Key "--quiet" has no value
 --> argument 2
  |
  | expyrun c.yml --quiet
  |               ^^^^^^^
  = hint: The option --quiet stands before CONFIG
`,
    ],
    [
      "c.yml --quiet --seed 3",
      `error: Unexpected word "3": a key that begins with "--" is expected
 --> argument 4
  |
  | expyrun c.yml --quiet --seed 3
  |                              ^
  = hint: The option --quiet stands before CONFIG
`,
    ],
    [
      "resolve c.yml --json",
      `error: Key "--json" has no value
 --> argument 3
  |
  | expyrun resolve c.yml --json
  |                       ^^^^^^
  = hint: The option --json stands before CONFIG
`,
    ],
    [
      "c.yml seed 1",
      `error: Unexpected word "seed": a key that begins with "--" is expected
 --> argument 2
  |
  | expyrun c.yml seed 1
  |               ^^^^
  = hint: After CONFIG come pairs: --KEY VALUE
`,
    ],
    [
      "--quiet --runtime deno execute out",
      `error: Unexpected word "execute": a verb stands before its options
 --> argument 4
  |
  | expyrun --quiet --runtime deno execute out
  |                                ^^^^^^^
  = hint: Write the verb first: expyrun execute --quiet out
`,
    ],
    [
      "runn c.yml",
      `error: Unknown verb "runn"
 --> argument 1
  |
  | expyrun runn c.yml
  |         ^^^^
  = hint: Did you mean "run"?
`,
    ],
    [
      "help sweep",
      `error: Unknown verb "help"
 --> argument 1
  |
  | expyrun help sweep
  |         ^^^^
  = hint: Write: expyrun sweep --help
`,
    ],
    [
      "--runtime c.yml",
      `error: Missing CONFIG
 --> argument 3
  |
  | expyrun --runtime c.yml${" "}
  |                         ^
  = note: --runtime took "c.yml" as its value
  = hint: Usage: expyrun [OPTIONS] CONFIG [--KEY VALUE]...
`,
    ],
    [
      "--jobs 2 c.yml",
      `error: Unknown option "--jobs"
 --> argument 1
  |
  | expyrun --jobs 2 c.yml
  |         ^^^^^^
  = hint: --jobs is an option of: expyrun sweep
`,
    ],
    [
      "c.yml --debug true",
      `error: Unexpected word "true": a key that begins with "--" is expected
 --> argument 3
  |
  | expyrun c.yml --debug true
  |                       ^^^^
  = hint: --debug is the option; for a key "debug" write: --debug=true
`,
    ],
    [
      "--on slurm sweep c.yml --seed 1 2",
      `error: Unexpected word "sweep": a verb stands before its options
 --> argument 3
  |
  | expyrun --on slurm sweep c.yml --seed 1 2
  |                    ^^^^^
  = hint: Write the verb first: expyrun sweep --on slurm c.yml --seed 1 2
`,
    ],
    [
      "--sbatch --mem=1G sweep c.yml --seed 1 2",
      `error: Unexpected word "sweep": a verb stands before its options
 --> argument 3
  |
  | expyrun --sbatch --mem=1G sweep c.yml --seed 1 2
  |                           ^^^^^
  = hint: Write the verb first: expyrun sweep --sbatch --mem=1G c.yml --seed 1 2
`,
    ],
    [
      "sweep --jobs c.yml --times 1..3",
      `error: Unknown option "--times"
 --> argument 4
  |
  | expyrun sweep --jobs c.yml --times 1..3
  |                            ^^^^^^^
  = note: --jobs took "c.yml" as its value
  = hint: Write: --jobs N c.yml
`,
    ],
    [
      "rerun --tolerance 1e-6 out",
      `error: Cannot use --tolerance without --check
 --> argument 3
  |
  | expyrun rerun --tolerance 1e-6 out
  |                           ^^^^
  = hint: Add --check GLOB: the outputs to compare
`,
    ],
    [
      "rerun --check a --report out",
      `error: Cannot check outputs with --report: it runs nothing
 --> argument 4
  |
  | expyrun rerun --check a --report out
  |                         ^^^^^^^^
  = hint: Leave --report out
`,
    ],
    [
      "--runtime --quiet c.yml",
      `error: Option "--runtime" has no value: "--quiet" is an option
 --> argument 2
  |
  | expyrun --runtime --quiet c.yml
  |                   ^^^^^^^
  = hint: Write: --runtime NAME
`,
    ],
    [
      "execute a b",
      `error: Unexpected word "b"
 --> argument 3
  |
  | expyrun execute a b
  |                   ^
  = hint: Usage: expyrun execute [OPTIONS] FOLDER
`,
    ],
    [
      "execute a --quiet",
      `error: Unexpected word "--quiet"
 --> argument 3
  |
  | expyrun execute a --quiet
  |                   ^^^^^^^
  = hint: Options stand before FOLDER: expyrun execute [OPTIONS] FOLDER
`,
    ],
  ];
  for (const [words, expected] of cases) {
    await t.step(words, () => {
      const error = assertThrows(() => parseCommand(words.split(" ")), ExpyrunError);
      assertEquals(render("error", error.problem, { color: false }), expected);
    });
  }
});
