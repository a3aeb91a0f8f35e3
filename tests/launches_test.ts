/** Launches that meet each other. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Ended, program, readFiles, run, withTempDir, writeFiles } from "./temp.ts";

// Whole runs, two processes each, which have 27 MiB of memory for themselves. So it is 5.4 GiB when
// all of them get as far as their experiment together; on two cores 2.5 GiB were measured.
const launches = 200;

Deno.test({
  name: "two hundred launches at once get a folder each, and none fails",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withTempDir(async (folder) => {
      await writeFiles(folder, {
        "config.yml":
          "__run__: { __main__: where:main, __output_dir__: out, __name__: group/name }\n",
        "where.ts": "export function main() {\n  console.log(Deno.cwd());\n}\n",
      });
      const all = await launchAtOnce(folder, launches);
      const where = Array.from({ length: launches }, (_, i) => `out/group/name/exp.${i}`);
      const paths = all.map(({ stdout }) => stdout.trimEnd());
      assertEquals(all.filter(({ exitCode }) => exitCode !== 0), []);
      assertEquals(paths.toSorted(), where.map((path) => join(folder, path)).sort());
      for (const [i, { stderr }] of all.entries()) {
        assertEquals(
          stderr.split("\n")[0],
          `expyrun: group/name in ${paths[i]}`.replace(`${folder}/`, ""),
        );
      }
      const files = await readFiles(join(folder, "out"));
      assertEquals(Object.keys(files).filter((path) => path.includes(".tmp")), []);
      for (const path of where.map((path) => path.slice("out/".length))) {
        assertEquals(files[`${path}/outputs.log`], `${join(folder, "out", path)}\n`);
        assertEquals(JSON.parse(files[`${path}/record.json`]!).status, "succeeded");
      }
    }),
});

/** Each waits behind a gate, a named pipe that nobody writes to yet, until all are there. */
async function launchAtOnce(folder: string, count: number): Promise<Ended[]> {
  await run("mkfifo", ["gate"], { cwd: folder });
  const waiting = ["-c", ': < gate; exec "$@"', "sh", ...program, "config.yml"];
  const all = Array.from({ length: count }, () => run("/bin/sh", waiting, { cwd: folder }));
  using _gate = await Deno.open(join(folder, "gate"), { write: true });
  return await Promise.all(all);
}
