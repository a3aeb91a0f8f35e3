import { assertEquals, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../../lib/errors.ts";
import {
  mergeOptions,
  readSbatchWord,
  readSlurmSection,
  type SlurmOption,
  submittedOptions,
} from "../../../lib/sweep/slurm/options.ts";
import { tellingWorld } from "../../world.ts";
import { config, word } from "../config.ts";

function shown(options: readonly SlurmOption[]): string {
  return options.map(({ name, value }) => value === undefined ? name : `${name}=${value}`).join(
    " ",
  );
}

const sections: readonly [section: string, options: string][] = [
  ['{partition: gpu, time: 60, gres: "gpu:1"}', "--partition=gpu --time=60 --gres=gpu:1"],
  ["{cpus_per_task: 4, mem-per-cpu: 2G}", "--cpus-per-task=4 --mem-per-cpu=2G"],
  ["{requeue: true, exclusive: false, qos: null}", "--requeue"],
  ["{requeue: false}", "--no-requeue"],
  ["{p: gpu, c: 4}", "-p=gpu -c=4"],
  ["{exclude: [node1, node2]}", "--exclude=node1,node2"],
  ["null", ""],
  ["{}", ""],
];
for (const [section, options] of sections) {
  Deno.test(`readSlurmSection: ${section}`, () => {
    assertEquals(shown(readSlurmSection(config(`__slurm__: ${section}\n`))), options);
  });
}

const badSections: readonly [section: string, message: string][] = [
  ["gpu", "is no mapping"],
  ["{array: 0-9}", 'Cannot pass "--array"'],
  ["{test_only: true}", 'Cannot pass "--test-only"'],
  ["{partition: {a: b}}", "neither a value nor a list"],
  ['{comment: "a\\nb"}', "one line"],
];
for (const [section, message] of badSections) {
  Deno.test(`readSlurmSection refuses: ${section}`, () => {
    const read = () => readSlurmSection(config(`__slurm__: ${section}\n`));
    assertEquals(assertThrows(read, ExpyrunError, message).problem.code, "section");
  });
}

const words: readonly [word: string, option: string][] = [
  ["--partition=gpu", "--partition=gpu"],
  ["--gres=gpu:a100:2", "--gres=gpu:a100:2"],
  ["--comment=a=b", "--comment=a=b"],
  ["--requeue", "--requeue"],
  ["--wait-all-nodes=1", "--wait-all-nodes=1"],
  ["-p gpu", "-p=gpu"],
  ["-pgpu", "-p=gpu"],
];
for (const [text, option] of words) {
  Deno.test(`readSbatchWord: ${text}`, () =>
    assertEquals(shown([readSbatchWord(text, word(text))]), option));
}

for (const text of ["gpu", "", "--", "--array=0-9", "--arr=0-9", "--test", "-W", "partition=gpu"]) {
  Deno.test(`readSbatchWord refuses: "${text}"`, () => {
    const read = () => readSbatchWord(text, word(text));
    assertEquals(assertThrows(read, ExpyrunError, "Cannot pass").problem.code, "usage");
  });
}

Deno.test("mergeOptions: the command line replaces, in either spelling", () => {
  const section = readSlurmSection(config("__slurm__: {partition: gpu, time: 60, mem: 1G}\n"));
  const given = ["-p cpu", "--time=5"].map((text) => readSbatchWord(text, word(text)));
  assertEquals(shown(mergeOptions(section, given)), "--mem=1G -p=cpu --time=5");
});

const secret = "hf_supersecretvalue";
const exported: readonly [value: string, isRefused: boolean][] = [
  [secret, true],
  [`ALL,HF_TOKEN=${secret}`, true],
  ["ALL,HF_TOKEN=elsewhere", false],
  ["ALL", false],
];
for (const [value, isRefused] of exported) {
  Deno.test(`submittedOptions: --export=${value}`, () => {
    const text = `--sbatch=--export=${value}`;
    const options = [readSbatchWord(`--export=${value}`, word(text))];
    const world = tellingWorld({ env: { HF_TOKEN: secret }, words: ["sweep", text] });
    const check = () => submittedOptions([], options, config("a: 1\n"), world);
    if (!isRefused) return assertEquals(check(), options);
    const { problem } = assertThrows(check, ExpyrunError, 'Cannot pass "--export" to sbatch');
    assertEquals(JSON.stringify(problem).includes(secret), false);
  });
}
