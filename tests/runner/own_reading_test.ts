import { assert, assertEquals, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
import { refuseBlindness } from "../../lib/runner/own_reading.ts";
import { defaultPermissions } from "../../lib/resolver/permission_set.ts";
import { expyrun, withTempDir, writeFiles } from "../temp.ts";

const onUnix = { ignore: Deno.build.os === "windows" };

Deno.test({
  name: "own reading: nothing runs in a folder that Deno opens to nobody",
  ...onUnix,
  fn: () => {
    const { problem } = assertThrows(
      () => refuseBlindness(defaultPermissions, ["/tmp/a", "/dev/shm/a"]),
      ExpyrunError,
    );
    assertEquals(
      problem.message,
      'Cannot run in "/dev/shm/a": Deno lets no experiment read below /dev',
    );
    refuseBlindness(defaultPermissions, ["/device/a", "/tmp/dev/a"]);
  },
});

Deno.test({
  name: "own reading: folders of the system are refused for what they are",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await withTempDir(async (cwd) => {
      await writeFiles(cwd, {
        "train.ts": "export const main = () => {};\n",
        "config.yml":
          "__run__:\n  __main__: train:main\n  __output_dir__: /proc/out\n  __name__: n\n",
      });
      for (const folder of ["/proc", "/sys"]) {
        const { exitCode, stderr } = await expyrun(
          ["config.yml", "--__run__.__output_dir__", `${folder}/out`],
          { cwd },
        );
        assertEquals(exitCode, 125);
        assert(stderr.includes(`Deno lets no experiment read below ${folder}\n`), stderr);
      }
    });
  },
});

Deno.test({
  name: "own reading: a memory disk below /dev is refused, and nothing is left there",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const out = `/dev/shm/expyrun-test-${crypto.randomUUID()}`;
    await withTempDir(async (cwd) => {
      await writeFiles(cwd, {
        "train.ts": "export const main = () => {};\n",
        "config.yml":
          `__run__:\n  __main__: train:main\n  __output_dir__: ${out}\n  __name__: memory\n`,
      });
      const { exitCode, stderr } = await expyrun(["config.yml"], { cwd });
      assertEquals(exitCode, 125);
      assert(
        stderr.includes("Deno lets no experiment read below /dev\n --> config.yml:3:"),
        stderr,
      );
    });
    assertEquals(await Deno.lstat(out).catch(() => undefined), undefined);
  },
});
