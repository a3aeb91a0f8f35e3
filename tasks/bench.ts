/**
 * What expyrun costs, as ratios to bare tools that do the same work, measured side by side: they
 * hold on any machine, milliseconds do not. It is measured as it is published, bundled. Words choose the groups (launch, snapshot, lines,
 * resolve, memory, provenance, sweep); all by default. With EXPYRUN_TEST_PYTHON, launching is also
 * compared with the Python tool.
 *
 * @module
 */
import { load } from "js-yaml";
import { join } from "node:path";
import { loadConfig } from "../lib/resolver/inherit.ts";
import { resolveConfig } from "../lib/resolver/resolve.ts";
import { withTempDir, writeFiles } from "../tests/temp.ts";
import { tellingWorld } from "../tests/world.ts";
import { makePackage } from "./bundle.ts";
import { alternate, finish, median, once, peakMemory, type Words } from "./measure.ts";

/** One line of the table. */
interface Row {
  readonly name: string;
  readonly ratio: number;
  /** The ratio that must not be passed. */
  readonly goal: number;
  /** What the two sides took. */
  readonly detail: string;
}

const deno = Deno.execPath();

const published = await Deno.makeTempDir({ prefix: "expyrun-bench-" });
await makePackage(published);
const program: Words = [deno, "run", "-A", join(published, "main.js")];

const config = (main: string) =>
  `__run__:
  __main__: ${main}:main
  __output_dir__: out
  __name__: bench
seed: 1
`;

function row(name: string, [ours, theirs]: readonly number[], goal: number, unit = "ms"): Row {
  const detail = `${ours!.toFixed(1)} ${unit} to ${theirs!.toFixed(1)} ${unit}`;
  return { name, ratio: ours! / theirs!, goal, detail };
}

/** A whole run of a trivial experiment, against `deno run` of the same function. */
async function launch(cwd: string): Promise<Row[]> {
  await writeFiles(cwd, {
    "config.yml": config("trivial"),
    "trivial.ts": "export function main() { console.log('done'); }\n" +
      "if (import.meta.main) main();\n",
    "python/config.yml": config("trivial.entry"),
    "python/trivial/__init__.py": "",
    "python/trivial/entry.py": "def main(name, config):\n    print('done')\n",
  });
  const whole = { run: () => finish([...program, "--quiet", "config.yml"], cwd) };
  const bare = { run: () => finish([deno, "run", "-A", "trivial.ts"], cwd) };
  const rows = [row("launch, to deno run", await alternate(25, whole, bare), 3)];
  const python = Deno.env.get("EXPYRUN_TEST_PYTHON");
  if (!python) return rows;
  const tool: Words = [join(python, "..", "expyrun"), "config.yml"];
  const original = { run: () => finish(tool, join(cwd, "python")) };
  return [...rows, row("launch, to the Python tool", await alternate(5, whole, original), 0.3)];
}

/** Copying the code, without what starting expyrun takes, against `cp -r`. */
async function snapshot(cwd: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [1_000, 5_000, 10_000]) {
    const folder = join(cwd, String(count));
    await writeFiles(folder, { ...packageOf(count), ...emptyPackage });
    const prepare = (name: string) => ({
      run: () => finish([...program, "prepare", name, ...freshOutput()], folder),
    });
    const copies = join(folder, "copies");
    await Deno.mkdir(copies);
    const copy = {
      run: () => finish(["cp", "-r", "code", join(copies, crypto.randomUUID())], folder),
    };
    const [all, none, cp] = await alternate(3, prepare("config.yml"), prepare("empty.yml"), copy);
    rows.push(row(`snapshot of ${count} files, to cp -r`, [all! - none!, cp!], 2));
  }
  return rows;
}

/**
 * Each round has an output directory of its own, and nothing is removed before the end of all: a
 * file system without a journal takes its time to use again what was just removed.
 */
function freshOutput(): string[] {
  return ["--__run__.__output_dir__", `out/${crypto.randomUUID()}`];
}

const emptyPackage = { "empty.yml": config("empty"), "empty.ts": "export function main() {}\n" };

/** A package of files of about 2 kB, a hundred in a folder. */
function packageOf(count: number): Record<string, string> {
  const files: Record<string, string> = {
    "config.yml": config("code.entry"),
    "code/entry.ts": "export function main() {}\n",
  };
  const line = "export const value = 'some code of an ordinary length'; // and a comment\n";
  for (let i = 1; i < count; i++) {
    files[`code/part${Math.floor(i / 100)}/file${i}.ts`] = `// ${i}\n${line.repeat(27)}`;
  }
  return files;
}

/** A million lines through expyrun, against `| tee`; with starting both, and without. */
async function lines(cwd: string): Promise<Row[]> {
  const count = 1_000_000;
  await writeFiles(cwd, {
    "blocks.ts": writer(`
  let block = "";
  for (let i = 0; i < ${count}; i++) {
    block += text(i);
    if (block.length > 65536 || i === ${count - 1}) write(block), block = "";
  }`),
    "single.ts": writer(`for (let i = 0; i < ${count}; i++) write(text(i));`),
    "none.ts": writer(""),
    "blocks.yml": config("blocks"),
    "single.yml": config("single"),
    "none.yml": config("none"),
  });
  const ours = (name: string) => ({
    run: () => finish([...program, "--quiet", `${name}.yml`], cwd),
  });
  const theirs = (name: string) => {
    const tee = `'${deno}' run -A ${name}.ts 2>&1 | tee tee.log`;
    return { run: () => finish(["/bin/sh", "-c", tee], cwd) };
  };
  const rows: Row[] = [];
  for (const [name, title] of [["blocks", "in 64 KiB blocks"], ["single", "one by one"]] as const) {
    const subjects = [ours(name), theirs(name), ours("none"), theirs("none")];
    const [run, tee, start, teeStart] = await alternate(7, ...subjects);
    rows.push(
      row(`a million lines ${title}, to | tee`, [run! - start!, tee! - teeStart!], 1.4),
      row("the same with starting", [run!, tee!], 1.4),
    );
  }
  return rows;
}

function writer(body: string): string {
  return `const encoder = new TextEncoder();
const text = (i: number) => \`step \${i}: loss 0.123456, accuracy 0.98\\n\`;
function write(text: string) {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
export function main() {
  ${body}
}
if (import.meta.main) main();
`;
}

/** Resolving, by itself and with what comes before it, against parsing the same text alone. */
async function resolve(cwd: string): Promise<Row[]> {
  const rows: Row[] = [];
  const oursMs: number[] = [];
  for (const keys of [1_000, 10_000]) {
    const text = manyKeys(keys);
    const path = join(cwd, `${keys}.yml`);
    await Deno.writeTextFile(path, text);
    const world = tellingWorld({ cwd });
    const config = await loadConfig(path, world);
    const [resolving, both, parsing] = await alternate(
      30,
      { run: () => void resolveConfig(config, world) },
      { run: async () => void resolveConfig(await loadConfig(path, world), world) },
      { run: () => void load(text) },
    );
    oursMs.push(both!);
    rows.push(
      row(`resolving ${keys} keys, to parsing`, [resolving!, parsing!], 2),
      row(`reading and resolving ${keys} keys`, [both!, parsing!], 3),
    );
  }
  const [small, big] = oursMs;
  return [...rows, row("the same for 10 times the keys", [big!, small!], 12)];
}

/** A third of the values are references, a third are text around one, the rest are numbers. */
function manyKeys(count: number): string {
  let text = "base: 1\n";
  for (let i = 0; i < count; i++) {
    if (i % 100 === 0) text += `section${i / 100}:\n`;
    text += `  key${i}: ${['"{base}"', '"run-{base}-x"', "0.5"][i % 3]}\n`;
  }
  return text;
}

/** expyrun's own memory while an experiment runs, against a bare deno process. */
async function memory(cwd: string): Promise<Row[]> {
  await writeFiles(cwd, {
    "wait.ts": "export const main = () => new Promise((resolve) => setTimeout(resolve, 300));\n" +
      "if (import.meta.main) await main();\n",
    "wait.yml": config("wait"),
  });
  const peak = async (words: Words) => {
    const bytes: number[] = [];
    for (let i = 0; i < 5; i++) bytes.push(await peakMemory(words, cwd));
    return median(bytes) / 2 ** 20;
  };
  const ours = await peak([...program, "--quiet", "wait.yml"]);
  const theirs = await peak([deno, "run", "-A", "wait.ts"]);
  return [row("peak memory, to deno run", [ours, theirs], 1.5, "MiB")];
}

/** What it costs to know where runs came from, and that they are still what they were. */
async function provenance(cwd: string): Promise<Row[]> {
  const keys = join(cwd, "keys.yml");
  await writeFiles(cwd, {
    ...under("inside", packageOf(50)),
    ...under("outside", packageOf(50)),
    ...under("many", randomPackage(1_000, 10_000)),
    "keys.yml": manyKeys(10_000),
  });
  const inside = join(cwd, "inside");
  for (const words of ["init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm x"]) {
    await finish(["git", ...words.split(" ")], inside);
  }
  const launch = (folder: string) => ({
    run: () => finish([...program, "--quiet", "config.yml", ...freshOutput()], folder),
  });
  const many = join(cwd, "many");
  await finish([...program, "prepare", "config.yml"], many);
  const copy = join(many, "out", "bench", "exp.0");
  const files = Array.from(Deno.readDirSync(join(copy, "code")), ({ name }) => `code/${name}`);
  const verify = { run: () => finish([...program, "verify", copy], cwd) };
  const sums = { run: () => finish(["sha256sum", ...files], copy) };
  const explain = { run: () => finish([...program, "explain", keys], cwd) };
  const resolve = { run: () => finish([...program, "resolve", keys], cwd) };
  const launches = await alternate(15, launch(inside), launch(join(cwd, "outside")));
  return [
    row("launching 50 files in git, to outside of it", launches, 1.15),
    row("verifying 1000 files, to sha256sum", await alternate(15, verify, sums), 1.5),
    row("explaining 10000 keys, to resolving them", await alternate(7, explain, resolve), 2),
  ];
}

function under(folder: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]),
  );
}

/** A package of files of so many bytes that nothing can shrink. */
function randomPackage(count: number, bytes: number): Record<string, string> {
  const files: Record<string, string> = {
    "config.yml": config("code.entry"),
    "code/entry.ts": "export function main() {}\n",
  };
  const noise = crypto.getRandomValues(new Uint8Array(bytes / 2)).toHex();
  for (let i = 1; i < count; i++) files[`code/${i}.txt`] = `${i} ${noise}`.slice(0, bytes);
  return files;
}

/** Sweeps: what many runs cost beside the runs themselves. */
async function sweep(cwd: string): Promise<Row[]> {
  const trivial = join(cwd, "trivial");
  const many = join(cwd, "many");
  await writeFiles(cwd, {
    "trivial/config.yml": config("trivial").replace("__name__: bench", '__name__: "{seed}"'),
    "trivial/trivial.ts": "export function main() { console.log('done'); }\n" +
      "if (import.meta.main) main();\n",
    ...under("many", packageOf(200)),
    "many/config.yml": config("code.entry").replace("__name__: bench", '__name__: "{seed}"'),
    // Submitting stops at a stand-in: preparing is what is measured.
    "bin/sbatch": "#!/bin/sh\necho 1\n",
    "bin/scontrol": "#!/bin/sh\necho MaxArraySize = 10001\n",
  });
  for (const name of ["sbatch", "scontrol"]) await Deno.chmod(join(cwd, "bin", name), 0o755);
  const words: Words = [...program, "sweep", "--quiet"];
  const seeds = ["--jobs", "2", "config.yml", "--seed", "1..200"];
  const pool = { run: () => finish([...words, ...seeds, ...freshOutput()], trivial) };
  const each = `seq 200 | xargs -P2 -I{} '${deno}' run -A trivial.ts`;
  const bare = { run: () => finish(["/bin/sh", "-c", each], trivial) };
  const submit = `PATH='${join(cwd, "bin")}':"$PATH" exec "$@"`;
  const submitted: Words = ["/bin/sh", "-c", submit, "sh", ...words, "--on", "slurm", "config.yml"];
  const prepare = { run: () => finish([...submitted, "--seed", "1..1000"], many) };
  const table: Words = [...words, "--dry-run", "config.yml", "--seed", "0..9999"];
  const rows = [row("200 runs, two at a time, to xargs -P2", await alternate(5, pool, bare), 1.5)];
  const prepareMs = await once(prepare);
  rows.push(row("preparing 1000 runs of 200 files, to 10 s", [prepareMs / 1000, 10], 1, "s"));
  const disk = sharedBytes(join(many, "out"), "code") / sharedBytes(join(many, "code"), "");
  rows.push({ name: "their code on disk, to one copy", ratio: disk, goal: 1.2, detail: "" });
  const [tableMs] = await alternate(3, { run: () => finish(table, many) });
  rows.push(row("dry run of 10000 runs, to 2 s", [tableMs! / 1000, 2], 1, "s"));
  rows.push(row("memory for each run more, to 1 kB", [await memoryPerRun(many), 1], 1, "kB"));
  return rows;
}

/** Beyond the first ten thousand, whose garbage makes V8 take what it keeps from then on; in kB. */
async function memoryPerRun(cwd: string): Promise<number> {
  const peak = async (count: number) => {
    const words: Words = [...program, "sweep", "--quiet", "--dry-run", "config.yml"];
    const bytes: number[] = [];
    for (let i = 0; i < 5; i++) {
      bytes.push(await peakMemory([...words, "--seed", `1..${count}`], cwd));
    }
    return median(bytes);
  };
  return (await peak(50_000) - await peak(10_000)) / 40_000 / 1024;
}

/** What the files below a folder take, each counted once however many names it has. */
function sharedBytes(folder: string, only: string): number {
  const seen = new Map<number, number>();
  const walk = (path: string, inside: boolean) => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const child = join(path, name);
      if (isDirectory) walk(child, inside || name === only);
      else if (inside) {
        const { ino, blocks } = Deno.lstatSync(child);
        seen.set(ino!, blocks! * 512);
      }
    }
  };
  walk(folder, only === "");
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function print({ name, ratio, goal, detail }: Row): void {
  const mark = ratio <= goal ? "" : "  over the goal";
  const figures = `${ratio.toFixed(2).padStart(5)} x  ${String(goal).padStart(3)} x`;
  console.log(`${name.padEnd(44)}  ${figures}  ${detail}${mark}`);
}

const groups = { launch, snapshot, lines, resolve, memory, provenance, sweep };
const chosen = Object.entries(groups)
  .filter(([name]) => Deno.args.length === 0 || Deno.args.includes(name));

try {
  console.log(`${"".padEnd(44)}  ratio   goal`);
  await withTempDir(async (cwd) => {
    for (const [word, group] of chosen) {
      const folder = join(cwd, word);
      await Deno.mkdir(folder);
      for (const row of await group(folder)) print(row);
    }
  });
} finally {
  await Deno.remove(published, { recursive: true });
}
