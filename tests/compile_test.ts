import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { jobsOf, targets } from "../tasks/compile.ts";
import { binary, expyrun } from "./temp.ts";
import metadata from "../deno.json" with { type: "json" };

const extension = Deno.build.os === "windows" ? ".exe" : "";

Deno.test("compile: this machine by default", () => {
  assertEquals(jobsOf([]), [{ file: `expyrun${extension}` }]);
});

Deno.test("compile: a target by its name", () => {
  const target = "x86_64-pc-windows-msvc";
  assertEquals(jobsOf([target]), [{ target, file: `expyrun-${target}.exe` }]);
});

Deno.test("compile: all of them, each in a file of its own", () => {
  const jobs = jobsOf(["--all"]);
  assertEquals(jobs.map(({ target }) => target), [...targets]);
  assertEquals(new Set(jobs.map(({ file }) => file)).size, 5);
});

Deno.test("compile: an unknown target is an error that names the known ones", () => {
  const { message } = assertThrows(() => jobsOf(["amiga"]), Error);
  assertMatch(message, /^Unknown target "amiga"; known: --all, x86_64-unknown-linux-gnu, /);
});

Deno.test({
  name: "compile: the binary says its version, its runtime and its commit",
  ignore: binary === undefined,
  fn: async () => {
    const { stdout } = await expyrun(["--version"]);
    assertMatch(
      stdout,
      new RegExp(
        `^expyrun ${metadata.version}\ndeno \\S+\nv8 \\S+\ntypescript \\S+\n` +
          "runtime embedded\ncommit ([0-9a-f]{40}|unknown)\n$",
      ),
    );
  },
});
