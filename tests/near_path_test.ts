import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { nearPath } from "../lib/near_path.ts";
import { expyrun, withTempDir, writeFiles } from "./temp.ts";

const files = {
  "configs/exp.yml": "__run__: {__main__: m:f, __output_dir__: out, __name__: n}\nseed: 1\n",
  "configs/m.ts": "export const f = () => {};\n",
  "out/SWEEPS/exp.0/sweep.json": "",
  "out/n/exp.0/record.json": "{}",
  "points.csv": "seed\n1\n",
};

const meant: readonly (readonly [words: string, meant: string])[] = [
  ["config/exp.yml", "configs/exp.yml"],
  ["resolve configs/epx.yml", "configs/exp.yml"],
  ["verify out/n/exp.1", "out/n/exp.0"],
  ["execute oot/n/exp.0", "out/n/exp.0"],
  ["status out/SWEEP/exp.0", "out/SWEEPS/exp.0"],
  ["sweep --points pints.csv configs/exp.yml", "points.csv"],
];

Deno.test("what was most likely meant is offered", async () => {
  await withTempDir(async (cwd) => {
    await writeFiles(cwd, files);
    for (const [words, path] of meant) {
      const { exitCode, stderr } = await expyrun(words.split(" "), { cwd });
      assertEquals(exitCode, 125, words);
      const hint = /hint: Did you mean "(.*)"\?\n$/.exec(stderr)?.[1];
      assertEquals(hint?.endsWith(path), true, stderr);
    }
  });
});

Deno.test("a path is put right part by part", async () => {
  await withTempDir(async (folder) => {
    await writeFiles(folder, { "configs/data/small.yml": "", "configs/model.yml": "", "b/c": "" });
    const near = (path: string) => nearPath(join(folder, path))?.slice(folder.length + 1);
    assertEquals(
      ["configs/data/small.yml", "config/data/smal.yml", "configs/modle.yml", "configs/model.yml"]
        .map(near),
      [
        "configs/data/small.yml",
        "configs/data/small.yml",
        "configs/model.yml",
        "configs/model.yml",
      ],
    );
    assertEquals(["other/small.yml", "configs/base.yml", "b/c/d"].map(near), [
      undefined,
      undefined,
      undefined,
    ]);
  });
});
