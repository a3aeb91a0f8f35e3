/** The whole program on a disk that is full: of bytes, or of files. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { type Ended, expyrun, program, readFiles, run, withTempDir, writeFiles } from "./temp.ts";
import { type Tmpfs, withTmpfs } from "./tmpfs.ts";

const noSpace = /^error: Cannot [^]*no space left on (the )?device[^]*hint: Free some space/im;

const configuration = `__run__:
  __main__: src.main:main
  __output_dir__: $DISK
  __name__: a/b
how: none
`;

const code = `import ms from "npm:ms@2.1.3";

export function main(name: string, { how }: { how: string }): void {
  const line = "x".repeat(1023);
  const until = (write: () => void) => {
    for (;;) write();
  };
  if (how === "log") for (let i = 0; i < 2000; i++) console.log(line);
  if (how === "data") until(() => Deno.writeTextFileSync("data", line, { append: true }));
  if (how === "temporary") {
    const file = Deno.makeTempFileSync();
    try {
      until(() => Deno.writeTextFileSync(file, line, { append: true }));
    } catch {
      console.log("full");
    }
  }
  console.log(name, ms("1 s"));
}
`;

/** A project beside a disk that is small. */
async function withDisk(use: (disk: Disk) => Promise<void>): Promise<void> {
  await withTmpfs("size=1m", (tmpfs) =>
    withTempDir(async (cwd) => {
      await writeFiles(cwd, { "config.yml": configuration, "src/main.ts": code });
      const env = { DISK: tmpfs.dir };
      await use({ ...tmpfs, expyrun: (...words) => expyrun(words, { cwd, env }) });
    }));
}

interface Disk extends Tmpfs {
  expyrun(...words: string[]): Promise<Ended>;
}

// A page is the least that a file takes; the disk itself has an inode.
const rooms: [string, (n: number) => string][] = [
  ["bytes", (n) => `size=${4 * n}k`],
  ["files", (n) => `nr_inodes=${n + 1}`],
];

for (const [what, options] of rooms) {
  Deno.test(`a disk that is out of ${what} while a run is prepared: nothing is left behind`, () =>
    withDisk(async ({ dir, remount, expyrun }) => {
      const codes: number[] = [];
      for (let n = 1; codes.at(-1) !== 0; n++) {
        await remount(options(n));
        const { exitCode, stderr } = await expyrun("prepare", "config.yml");
        codes.push(exitCode);
        if (exitCode === 0) continue;
        assertEquals(exitCode, 125, stderr);
        assertMatch(stderr, noSpace);
        assertEquals([...Deno.readDirSync(dir)], [], options(n));
      }
      assertEquals(codes[0], 125);
    }));
}

Deno.test("a disk that is full when a run starts: the folder can be run when there is room", () =>
  withDisk(async ({ dir, expyrun }) => {
    const folder = (await expyrun("prepare", "config.yml")).stdout.trimEnd();
    const seen: string[] = [];
    for (let pages = 0; seen.at(-1) !== "0 succeeded"; pages++) {
      const room = await leaveRoom(dir, pages);
      const { exitCode, stderr } = await expyrun("execute", folder);
      await room.free();
      seen.push(`${exitCode} ${await statusOf(folder)}`);
      if (exitCode === 0) continue;
      assertMatch(stderr, noSpace);
      assertEquals(await unfinished(folder), []);
      assertEquals(seen.at(-1), "125 prepared");
    }
    assertEquals(seen[0], "125 prepared");
  }));

const fillings: [string, number, string][] = [
  ["log", 0, "succeeded"],
  ["data", 1, "failed"],
  ["temporary", 0, "succeeded"],
];

for (const [how, exitCode, status] of fillings) {
  Deno.test(`a disk that is filled while a run goes on, by: ${how}`, () =>
    withDisk(async ({ dir, expyrun }) => {
      const ended = await expyrun("config.yml", "--how", how);
      const folder = join(dir, "a/b/exp.0");
      assertMatch(ended.stderr, /^warning: Cannot write ".*outputs.log": No space left/m);
      assertEquals(ended.exitCode, exitCode, ended.stderr);
      assertEquals(await statusOf(folder), status);
      assertEquals((await recordOf(folder)).logIncomplete, true);
      assertEquals(await unfinished(folder), []);
      // What is shown does not depend on the disk, nor on what becomes of the record.
      const lines = ended.stdout.split("\n");
      assertEquals(lines.length, { log: 2002, data: 1, temporary: 3 }[how]);
      assertMatch(ended.stderr, /^expyrun: (succeeded|failed \(exit code 1\)) in/m);
    }));
}

Deno.test("a disk that is full when an archive is written, or unpacked: it is told, and nothing is left", () =>
  withTmpfs("size=64k", (tmpfs) =>
    withTempDir(async (cwd) => {
      await writeFiles(cwd, {
        "config.yml": configuration,
        "src/main.ts": "export function main() { Deno.writeFileSync('noise', noise()); }\n" +
          "const noise = () => crypto.getRandomValues(new Uint8Array(60_000));\n",
      });
      const run = (words: string, env: Record<string, string> = {}) =>
        expyrun(words.split(" "), { cwd, env: { DISK: cwd, ...env } });
      await run("--quiet config.yml");
      await leaveRoom(tmpfs.dir, 4);
      const before = Object.keys(await readFiles(tmpfs.dir));
      const packed = await run(`pack --outputs -o ${tmpfs.dir}/a.tar.gz a/b/exp.0`);
      assertEquals(packed.exitCode, 125, packed.stdout);
      assertMatch(packed.stderr, /No space left on (the )?device/i);
      assertEquals((await run("pack --outputs -o a.tar.gz a/b/exp.0")).exitCode, 0);
      const repeated = await run("run a.tar.gz", { TMPDIR: tmpfs.dir });
      assertEquals(repeated.exitCode, 125, repeated.stdout);
      assertMatch(
        repeated.stderr,
        /^error: Cannot unpack ".*a.tar.gz": .*no space left on (the )?device/im,
      );
      assertMatch(
        repeated.stderr,
        /hint: Free some space where temporary files lie, or set TMPDIR/,
      );
      assertEquals(Object.keys(await readFiles(tmpfs.dir)), before);
    })));

async function recordOf(folder: string) {
  return JSON.parse(await Deno.readTextFile(join(folder, "record.json")));
}

async function statusOf(folder: string): Promise<unknown> {
  return (await recordOf(folder)).status;
}

/** Files that were to be renamed. */
async function unfinished(folder: string): Promise<string[]> {
  return Object.keys(await readFiles(folder)).filter((path) => path.endsWith(".tmp"));
}

/** Fills a disk but for some pages. */
async function leaveRoom(dir: string, pages: number) {
  const path = join(dir, "filler");
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  try {
    for (;;) await file.write(new Uint8Array(4096));
  } catch {
    await file.truncate((await file.stat()).size - 4096 * pages);
  }
  return { free: () => Deno.remove(path) };
}

Deno.test("a disk that becomes full while a sweep runs: how to go on is told", () =>
  withDisk(async ({ dir, expyrun }) => {
    const words = ["--jobs", "1", "config.yml", "--how", "data", "none"];
    const name = ["--__run__.__name__", "{how}"];
    const { exitCode, stderr } = await expyrun("sweep", ...words, ...name);
    assertEquals(exitCode, 125, stderr);
    assertMatch(stderr, noSpace);
    assertMatch(stderr, /^expyrun: go on with: expyrun sweep --resume \S+SWEEPS\/config\.0$/m);
    await Deno.remove(join(dir, "data/exp.0/data"));
    const sweep = join(dir, "SWEEPS/config.0");
    await expyrun("sweep", "--quiet", "--resume", sweep);
    const { counts } = JSON.parse((await expyrun("status", "--json", sweep)).stdout);
    assertEquals(counts, { succeeded: 1, failed: 1 });
  }));

Deno.test({
  name: "a log that reaches the limit of file sizes ends neither its run nor the sweep",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withTempDir(async (cwd) => {
      await writeFiles(cwd, {
        "config.yml":
          `__run__: { __main__: "a:main", __output_dir__: out, __name__: "{n}" }\nn: 1\n`,
        "a.ts": `const line = "x".repeat(1023);
          export function main(_: string, { n }: { n: number }) {
            for (let i = 0; i < n; i++) console.log(line);
          }\n`,
      });
      // Deno's own files may be beyond the limit: these are new, but for the packages.
      const { stdout } = await run(Deno.execPath(), ["info", "--json"]);
      await Deno.mkdir(join(cwd, "deno"));
      await Deno.symlink(JSON.parse(stdout).npmCache, join(cwd, "deno", "npm"));
      const env = { DENO_DIR: join(cwd, "deno") };
      // In blocks of 512 bytes, or of 1,024.
      const limited = 'ulimit -f 40000; exec "$@"';
      const words = ["sweep", "--jobs", "1", "config.yml", "--n", "1", "50000", "2"];
      const all = ["-c", limited, "sh", ...program, ...words];
      const { exitCode, stderr } = await run("/bin/sh", all, { cwd, env });
      assertEquals(exitCode, 0, stderr);
      assertMatch(
        stderr,
        /^warning: Cannot write "[^"]*50000\/exp\.0\/outputs\.log": File too large/m,
      );
      const ends = await Promise.all(
        ["1", "50000", "2"].map((n) => recordOf(join(cwd, "out", n, "exp.0"))),
      );
      assertEquals(ends.map(({ status }) => status), ["succeeded", "succeeded", "succeeded"]);
      assertEquals(ends.map(({ logIncomplete }) => logIncomplete), [undefined, true, undefined]);
    }),
});
