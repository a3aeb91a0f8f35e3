/** Runs every example as its own comments say, each in a copy, and looks at what it leaves. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { join } from "node:path";
import { expyrun, readFiles, root, withTempDir, writeFiles } from "./temp.ts";

const examples = join(root, "examples");

/** Calls `use` in a fresh copy of an example, beside copies of those that it builds on. */
async function inExample(
  name: string,
  use: (cwd: string) => Promise<void>,
  beside: readonly string[] = [],
): Promise<void> {
  await withTempDir(async (parent) => {
    for (const one of [name, ...beside]) {
      const files = Object.entries(await readFiles(join(examples, one)));
      const sources = files.filter(([path]) => !path.startsWith("out/"));
      await writeFiles(join(parent, one), Object.fromEntries(sources));
    }
    await use(join(parent, name));
  });
}

/** Runs to success without a warning, and returns what the experiment printed. */
async function succeed(cwd: string, words: string): Promise<string> {
  const [first = "", ...rest] = words.split(" ");
  const quiet = ["sweep", "status"].includes(first) ? [first, "--quiet"] : ["--quiet", first];
  const { exitCode, stdout, stderr } = await expyrun([...quiet, ...rest], { cwd });
  assertEquals({ exitCode, stderr }, { exitCode: 0, stderr: "" }, words);
  return stdout;
}

Deno.test("examples: hello", async () => {
  await inExample("hello", async (cwd) => {
    const stdout = await succeed(cwd, "config.yml --who you --times 2");
    assertEquals(stdout, "This is hello\nHello, you!\nHello, you!\n");
    const files = await readFiles(join(cwd, "out/hello/exp.0"));
    assertEquals(files["greeting.txt"], "Hello, you!\nHello, you!\n");
    assertEquals(files["outputs.log"], stdout);
    assertEquals(files["hello.ts"], await Deno.readTextFile(join(examples, "hello/hello.ts")));
  });
});

Deno.test("examples: train, evaluate, and train again from the folder", async () => {
  await inExample("train", async (cwd) => {
    const stdout = await succeed(cwd, "configs/experiments/train.yml --training.epochs 40");
    assertStringIncludes(stdout, "train/mlp-1: 400 points, hidden layers [16, 8]");
    const first = await readFiles(join(cwd, "out/train/mlp-1/exp.0"));
    assertEquals(first["history.csv"]!.trimEnd().split("\n").length, 1 + 41);
    assertEquals((parse(first["config.yml"]!) as { data: unknown }).data, {
      points: 400,
      noise: 0.2,
      seed: 1,
    });

    await succeed(cwd, "configs/experiments/eval.yml");
    const evaluated = await readFiles(join(cwd, "out/eval/mlp-1/exp.0"));
    const { accuracy, method } = JSON.parse(evaluated["evaluation.json"]!);
    assertEquals([method, accuracy > 0.9], ["mlp", true], `accuracy ${accuracy}`);
    assertMatch(evaluated["outputs.log"]!, /^accuracy {2}9\d\.\d%$/m);

    await succeed(cwd, "out/train/mlp-1/exp.0/config.yml");
    const again = await readFiles(join(cwd, "out/train/mlp-1/exp.1"));
    assertEquals(again["weights.json"], first["weights.json"]);
  });
});

Deno.test("examples: another method is one override", async () => {
  await inExample("train", async (cwd) => {
    const train = "configs/experiments/train.yml --method logistic --training.epochs 5";
    assertStringIncludes(await succeed(cwd, train), "hidden layers []");
    const files = await readFiles(join(cwd, "out/train/logistic-1/exp.0"));
    assertEquals(JSON.parse(files["weights.json"]!).length, 1);
  });
});

Deno.test("examples: a sweep of the training, drawn", async () => {
  await inExample("sweep", async (cwd) => {
    const table = await succeed(cwd, "sweep --dry-run grid.yml");
    assertEquals(table.trim().split("\n").length, 1 + 5 * 4);

    await succeed(cwd, "sweep grid.yml --training.lr 0.03 0.1 --seed 1..2 --training.epochs 3");
    const status = await succeed(cwd, "status --json out/SWEEPS/grid.0");
    await Deno.writeTextFile(join(cwd, "out/status.json"), status);
    const drawn = await succeed(cwd, "draw.yml");
    assertMatch(drawn, /^seed +lr 0\.03 +lr 0\.1\n1 +0\.\d{4} +0\.\d{4}\n2 +0\.\d{4} +0\.\d{4}$/m);
    const svg = await Deno.readTextFile(join(cwd, "out/drawing/exp.0/grid.svg"));
    assertEquals(svg.match(/<rect /g)?.length, 4);
  }, ["train"]);
});

Deno.test("examples: each one is run here", async () => {
  const names = [];
  for await (const { name } of Deno.readDir(examples)) names.push(name);
  assertEquals(names.sort(), ["hello", "sweep", "train"]);
});
