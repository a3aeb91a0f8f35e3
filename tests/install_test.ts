/** The installer against releases on the loopback, with small scripts for binaries. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delimiter, join } from "node:path";
import { jobsOf } from "../tasks/compile.ts";
import { type Ended, readFiles, root, run, withTempDir, writeFiles } from "./temp.ts";

const ignore = Deno.build.os === "windows";
const script = join(root, "install.sh");
const files = jobsOf(["--all"]).map(({ file }) => file);

/** What stands for a binary: says its name, as a version. */
const binaryOf = (file: string, version = "1.0.0") =>
  `#!/bin/sh\necho "expyrun ${version} ${file}"\n`;

async function sumOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

/** What is released, by path: every binary of the latest version, and what a test changes. */
async function released(changes: Readonly<Record<string, string | null>> = {}) {
  const all: Record<string, string> = {};
  for (const [folder, version] of [["latest/download", "1.0.0"], ["download/v0.9.0", "0.9.0"]]) {
    const sums = files.map(async (file) => `${await sumOf(binaryOf(file, version))}  ${file}\n`);
    for (const file of files) all[`${folder}/${file}`] = binaryOf(file, version);
    all[`${folder}/SHA256SUMS`] = (await Promise.all(sums)).join("");
  }
  const changed = Object.entries({ ...all, ...changes });
  return new Map(changed.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** Where an installer runs. */
interface Surroundings {
  readonly args?: readonly string[];
  /** What is released otherwise, by path; `null`: what is not. */
  readonly changes?: Readonly<Record<string, string | null>>;
  /** What `uname -s` and `uname -m` say. */
  readonly uname?: readonly [system: string, machine: string];
  readonly env?: Readonly<Record<string, string | null>>;
  /** The programs that are on the PATH; default: all of this machine. */
  readonly programs?: readonly string[];
}

/** Runs the installer in a folder, with HOME and temporary files in it. */
async function install(tmp: string, at: Surroundings = {}): Promise<Ended> {
  const [system, machine] = at.uname ?? ["Linux", "x86_64"];
  const bin = join(tmp, "fake bin");
  const uname = `#!/bin/sh\nif [ "$1" = -m ]; then echo "${machine}"; else echo "${system}"; fi\n`;
  await writeFiles(tmp, { "fake bin/uname": uname, "tmp/kept": "", "home/kept": "" });
  await Deno.chmod(join(bin, "uname"), 0o755);
  for (const name of at.programs ?? []) await link(name, bin);
  const rest = at.programs ? [] : [Deno.env.get("PATH")!];
  return await serving(
    await released(at.changes),
    (url) =>
      run("/bin/sh", [script, ...at.args ?? []], {
        cwd: tmp,
        env: {
          PATH: [bin, ...rest].join(delimiter),
          HOME: join(tmp, "home"),
          TMPDIR: join(tmp, "tmp"),
          EXPYRUN_RELEASES: url,
          EXPYRUN_INSTALL: null,
          no_proxy: "127.0.0.1",
          ...at.env,
        },
      }),
  );
}

async function serving<T>(
  texts: ReadonlyMap<string, string>,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const text = texts.get(new URL(request.url).pathname.slice(1));
    return new Response(text ?? "none", { status: text === undefined ? 404 : 200 });
  });
  try {
    return await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** Puts a program of this machine into a folder. */
async function link(name: string, folder: string): Promise<void> {
  const path = await whereIs(name);
  assert(path, `${name} is on the PATH`);
  await Deno.symlink(path, join(folder, name));
}

async function whereIs(name: string): Promise<string | undefined> {
  const { stdout, exitCode } = await run("/bin/sh", ["-c", `command -v "$0"`, name]);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** What the installer needs besides something that downloads. */
const needed = "sh awk cp cut mkdir mktemp mv chmod rm sed sha256sum".split(" ");

async function assertNothingLeft(tmp: string): Promise<void> {
  const left = Object.keys(await readFiles(tmp)).filter((path) => !path.startsWith("fake bin/"));
  assertEquals(left, ["home/kept", "tmp/kept"]);
}

async function assertInstalled(ended: Ended, path: string, words: string): Promise<void> {
  assertEquals(ended.exitCode, 0, ended.stderr);
  assertStringIncludes(ended.stdout, `Installed expyrun ${words}: ${path}\n`);
  assertEquals((await run(path, [])).stdout, `expyrun ${words}\n`);
}

const linux = "expyrun-x86_64-unknown-linux-gnu";

Deno.test({ name: "install: into ~/.local/bin, and the PATH is told of", ignore }, async () => {
  await withTempDir(async (tmp) => {
    const ended = await install(tmp);
    const folder = join(tmp, "home/.local/bin");
    await assertInstalled(ended, join(folder, "expyrun"), `1.0.0 ${linux}`);
    assertStringIncludes(ended.stdout, `not on your PATH yet: export PATH="${folder}:$PATH"`);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["expyrun"]);
    assertEquals([...Deno.readDirSync(join(tmp, "tmp"))].map(({ name }) => name), ["kept"]);
  });
});

const machines: [system: string, machine: string, file: string][] = [
  ["Linux", "x86_64", "expyrun-x86_64-unknown-linux-gnu"],
  ["Linux", "aarch64", "expyrun-aarch64-unknown-linux-gnu"],
  ["Darwin", "x86_64", "expyrun-x86_64-apple-darwin"],
  ["Darwin", "arm64", "expyrun-aarch64-apple-darwin"],
  ["MINGW64_NT-10.0-20348", "x86_64", "expyrun-x86_64-pc-windows-msvc.exe"],
];

Deno.test(
  { name: "install: each machine gets its binary, and none is left out", ignore },
  async () => {
    assertEquals(machines.map(([, , file]) => file).sort(), [...files].sort());
    for (const [system, machine, file] of machines) {
      await withTempDir(async (tmp) => {
        const ended = await install(tmp, { uname: [system, machine], args: ["--to", "to"] });
        const name = file.endsWith(".exe") ? "expyrun.exe" : "expyrun";
        await assertInstalled(ended, join(tmp, "to", name), `1.0.0 ${file}`);
      });
    }
  },
);

Deno.test({ name: "install: a folder and a version of choice", ignore }, async () => {
  await withTempDir(async (tmp) => {
    const folder = join(tmp, "a folder, with späces");
    const env = { EXPYRUN_INSTALL: folder };
    await assertInstalled(await install(tmp, { env }), join(folder, "expyrun"), `1.0.0 ${linux}`);
    // Over the newer one; the word wins over the variable.
    const args = ["--version", "v0.9.0", "--to", folder];
    const ended = await install(tmp, { args, env: { EXPYRUN_INSTALL: "/nowhere" } });
    await assertInstalled(ended, join(folder, "expyrun"), `0.9.0 ${linux}`);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  });
});

Deno.test({ name: "install: a folder on the PATH is not spoken of", ignore }, async () => {
  await withTempDir(async (tmp) => {
    const ended = await install(tmp, { args: ["--to", join(tmp, "fake bin")] });
    await assertInstalled(ended, join(tmp, "fake bin/expyrun"), `1.0.0 ${linux}`);
    assert(!ended.stdout.includes("PATH"), ended.stdout);
  });
});

for (const program of ["curl", "wget"]) {
  const isMissing = ignore || await whereIs(program) === undefined ||
    await whereIs("sha256sum") === undefined;
  Deno.test({ name: `install: with ${program} alone`, ignore: isMissing }, async () => {
    await withTempDir(async (tmp) => {
      const ended = await install(tmp, { programs: [...needed, program] });
      await assertInstalled(ended, join(tmp, "home/.local/bin/expyrun"), `1.0.0 ${linux}`);
    });
    await withTempDir(async (tmp) => {
      const changes = { [`latest/download/${linux}`]: null };
      const ended = await install(tmp, { programs: [...needed, program], changes });
      assertMatch(ended.stderr, /^error: Cannot download http.*gnu$/m);
      await assertNothingLeft(tmp);
    });
  });
}

const failures: [name: string, at: Surroundings, stderr: RegExp][] = [
  [
    "a wrong sum",
    { changes: { [`latest/download/${linux}`]: binaryOf("broken") } },
    /^error: Cannot install expyrun-x86_64-unknown-linux-gnu: its SHA-256 is \w{64}, SHA256SUMS says \w{64}\n {2}= hint: /m,
  ],
  [
    "a binary that the sums do not name",
    { changes: { "latest/download/SHA256SUMS": `${"0".repeat(64)}  other\n` } },
    /^error: Cannot check .*: SHA256SUMS does not name it$/m,
  ],
  [
    "no sums",
    { changes: { "latest/download/SHA256SUMS": null } },
    /^error: Cannot download .*\/SHA256SUMS$/m,
  ],
  ["no such version", { args: ["--version", "7.0.0"] }, /^error: Cannot download .*\/v7\.0\.0\//m],
  [
    "an unknown system",
    { uname: ["SunOS", "sun4v"] },
    /^error: Cannot install expyrun: there is no binary for SunOS on sun4v\n {2}= hint: .*deno install/m,
  ],
  ["an unknown machine", { uname: ["Linux", "riscv64"] }, /no binary for Linux on riscv64/],
  [
    "nothing that downloads",
    { programs: needed },
    /^error: Cannot download: neither curl nor wget is on the PATH$/m,
  ],
  [
    "a file in the way of the folder",
    { args: ["--to", "home/kept/bin"] },
    /^error: Cannot make the folder "home\/kept\/bin"\n {2}= hint: .*--to DIR$/m,
  ],
  ["a word that is none", { args: ["--too"] }, /^error: Cannot read "--too": no such option/m],
  ["a missing value", { args: ["--to"] }, /^error: Cannot read "--to": it needs a value/m],
  [
    "no HOME",
    { env: { HOME: null } },
    /^error: Cannot choose a folder: HOME is not set\n {2}= hint: /m,
  ],
];

for (const [name, at, stderr] of failures) {
  // Other systems lack sha256sum, which such a PATH is made with.
  const isLeftOut = ignore || at.programs !== undefined && Deno.build.os !== "linux";
  Deno.test({ name: `install: ${name} leaves nothing behind`, ignore: isLeftOut }, async () => {
    await withTempDir(async (tmp) => {
      const ended = await install(tmp, at);
      assertMatch(ended.stderr, stderr);
      assertEquals(ended.exitCode, 1);
      await assertNothingLeft(tmp);
    });
  });
}

Deno.test({ name: "install: a folder that is not writable", ignore }, async () => {
  await withTempDir(async (tmp) => {
    // Not even root can write into the first.
    const folder = Deno.build.os === "linux" ? "/proc" : join(tmp, "locked");
    if (folder !== "/proc") await Deno.mkdir(folder, { mode: 0o555 });
    const ended = await install(tmp, { args: ["--to", folder] });
    assertEquals(ended.stderr.split("\n")[0], `error: Cannot write into "${folder}"`);
    assertEquals(ended.exitCode, 1);
    await assertNothingLeft(tmp);
  });
});

Deno.test({ name: "install: a binary that cannot run does not replace one", ignore }, async () => {
  await withTempDir(async (tmp) => {
    const text = "#!/no/such/loader\n";
    const changes = {
      [`latest/download/${linux}`]: text,
      "latest/download/SHA256SUMS": `${await sumOf(text)} *${linux}\n`,
    };
    await writeFiles(tmp, { "to/expyrun": "old" });
    const ended = await install(tmp, { args: ["--to", "to"], changes });
    assertMatch(ended.stderr, /^error: Cannot run expyrun-\S+ on this machine$/m);
    assertEquals(await readFiles(join(tmp, "to")), { expyrun: "old" });
  });
});
