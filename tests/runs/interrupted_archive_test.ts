/** Signals while an archive is written, or unpacked. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { until } from "../runner/experiment.ts";
import { binary, expyrun, program, readFiles, withTempDir, writeFiles } from "../temp.ts";

/** A project whose run leaves 48 MiB that cannot be compressed. */
const project = {
  "config.yml": "__run__: { __main__: a:main, __output_dir__: out, __name__: x }\n",
  "a.ts": `export function main() {
    using file = Deno.openSync("big", { write: true, create: true });
    const bytes = new Uint8Array(65536);
    for (let i = 0; i < 768; i++) file.writeSync(crypto.getRandomValues(bytes));
  }\n`,
};

/** Starts expyrun, and sends it SIGTERM as soon as something is in a folder. */
async function interrupted(words: string[], cwd: string, isThere: () => boolean) {
  const [first, ...rest] = program;
  const process = new Deno.Command(first, {
    args: [...rest, ...words],
    cwd,
    env: { NO_COLOR: "1", TMPDIR: join(cwd, "tmp") },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  await until(isThere);
  process.kill("SIGTERM");
  const { code, stderr } = await process.output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test({
  name: "an archive that is interrupted leaves nothing, written or unpacked",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withTempDir(async (cwd) => {
      await writeFiles(cwd, { ...project, "tmp/.keep": "" });
      const names = (folder: string) =>
        Array.from(Deno.readDirSync(join(cwd, folder)), ({ name }) => name);
      assertEquals((await expyrun(["--quiet", "config.yml"], { cwd })).exitCode, 0);
      const words = ["pack", "--outputs", "-o", "a.tar.gz", "out/x/exp.0"];
      const packed = await interrupted(
        words,
        cwd,
        () => names("").some((name) => name.startsWith("a.tar.gz.")),
      );
      assertEquals(packed, {
        code: 143,
        stderr: "error: Interrupted by SIGTERM while packing the run: what was made is removed\n",
      });
      assert(!names("").some((name) => name.startsWith("a.tar.gz")), names("").join());
      assertEquals((await expyrun(words, { cwd })).exitCode, 0);
      const env = { TMPDIR: join(cwd, "nowhere") };
      // A binary without a temporary folder does not get as far as that.
      const nowhere = binary ? undefined : await expyrun(["a.tar.gz"], { cwd, env });
      if (nowhere) {
        assertEquals(nowhere.exitCode, 125);
        assertMatch(
          nowhere.stderr,
          /^error: Cannot unpack ".*a\.tar\.gz": No such file or directory/,
        );
        assertMatch(
          nowhere.stderr,
          /hint: Set TMPDIR to a folder that is there and may be written\n$/,
        );
      }
      const ran = await interrupted(["a.tar.gz"], cwd, () => names("tmp").length > 1);
      assertEquals(ran.code, 143);
      assertMatch(ran.stderr, /^error: Interrupted by SIGTERM while unpacking the archive: /);
      assertEquals(Object.keys(await readFiles(join(cwd, "tmp"))), [".keep"]);
      assertEquals(names("tmp"), [".keep"]);
    }),
});
