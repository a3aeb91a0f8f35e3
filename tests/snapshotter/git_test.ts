import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type GitFacts, gitFacts, parseStatus } from "../../lib/snapshotter/git.ts";
import { run, withTempDir, writeFiles } from "../temp.ts";

const env = {
  ...Deno.env.toObject(),
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.com",
};
/** No program is found there: as on a machine without git. */
const withoutGit = { ...env, PATH: "/nowhere" };

const hasGit = await run("git", ["--version"]).then(() => true, () => false);
if (!hasGit) console.error("left out: tests that need git");

/** A test that needs git. */
function testWithGit(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name, ignore: !hasGit, fn });
}

async function git(folder: string, ...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run("git", ["-C", folder, ...words], { env });
  assertEquals(exitCode, 0, stderr);
  return stdout.trim();
}

/** A repository with one commit of `src/a.ts` and `b ü.txt`; answers with the commit. */
async function makeRepository(folder: string): Promise<string> {
  await writeFiles(folder, { "src/a.ts": "1\n", "b ü.txt": "2\n" });
  await git(folder, "init", "-q", "-b", "main");
  await git(folder, "add", ".");
  await git(folder, "commit", "-q", "-m", "first");
  return await git(folder, "rev-parse", "HEAD");
}

function ask(code: string, changes: { outputDir?: string; git?: boolean } = {}) {
  const outputDir = changes.outputDir ?? "/elsewhere";
  return gitFacts({ code, outputDir, name: "n", env: changes.git === false ? withoutGit : env });
}

Deno.test("code outside a repository has no facts", async () => {
  await withTempDir(async (folder) => assertEquals(await ask(folder), undefined));
});

testWithGit("a clean repository", async () => {
  await withTempDir(async (root) => {
    const commit = await makeRepository(root);
    const expected = { root, commit, branch: "main", dirty: false, changed: [], untracked: [] };
    assertEquals(await ask(join(root, "src")), expected as GitFacts);
  });
});

testWithGit("changed, renamed, removed and untracked files are named", async () => {
  await withTempDir(async (root) => {
    await makeRepository(root);
    await git(root, "mv", "b ü.txt", "c d.txt");
    await writeFiles(root, { "src/a.ts": "2\n", "new.txt": "", "more/x.txt": "" });
    const facts = await ask(root);
    assertEquals(facts?.dirty, true);
    assertEquals(facts?.changed, ["c d.txt", "src/a.ts"]);
    assertEquals(facts?.untracked, ["more/", "new.txt"]);
  });
});

testWithGit("the output directory is no change of the code", async () => {
  await withTempDir(async (root) => {
    await makeRepository(root);
    await writeFiles(root, { "out [1]/exp.0/x": "", "out/x": "" });
    const facts = await ask(root, { outputDir: join(root, "out [1]") });
    assertEquals(facts?.untracked, ["out/"]);
    assertEquals((await ask(root, { outputDir: root }))?.untracked, ["out [1]/", "out/"]);
    // Where it is the root, what a run makes there is: "n" is its name.
    await writeFiles(root, { "n/exp.0/x": "", "SWEEPS/n.0/x": "", "DEBUG/n/exp.0/x": "" });
    assertEquals((await ask(root, { outputDir: root }))?.untracked, ["out [1]/", "out/"]);
    assertEquals((await ask(root))?.untracked?.length, 5);
  });
});

testWithGit("asking does not write into the repository", async () => {
  await withTempDir(async (root) => {
    await makeRepository(root);
    const index = join(root, ".git", "index");
    await Deno.utime(join(root, "src/a.ts"), 1, 1);
    const before = await Deno.readFile(index);
    await ask(root);
    assertEquals(await Deno.readFile(index), before);
  });
});

testWithGit("without git, the files of .git tell commit and branch", async (t) => {
  await withTempDir(async (folder) => {
    const root = join(folder, "origin");
    const commit = await makeRepository(root);
    await t.step("a loose reference", async () => {
      assertEquals(await ask(root, { git: false }), { root, commit, branch: "main" });
    });
    await t.step("a branch with a slash", async () => {
      await git(root, "switch", "-q", "-c", "topic/x");
      assertEquals(await ask(root, { git: false }), { root, commit, branch: "topic/x" });
    });
    await t.step("packed references", async () => {
      await git(root, "pack-refs", "--all");
      assertEquals(await ask(root, { git: false }), { root, commit, branch: "topic/x" });
    });
    await t.step("a fresh clone", async () => {
      const clone = join(folder, "clone");
      await git(folder, "clone", "-q", root, clone);
      assertEquals(await ask(clone, { git: false }), { root: clone, commit, branch: "topic/x" });
    });
    await t.step("a worktree", async () => {
      const tree = join(folder, "tree");
      await git(root, "worktree", "add", "-q", "-b", "side", tree);
      const expected = { root: tree, commit, branch: "side" };
      assertEquals(await ask(join(tree, "src"), { git: false }), expected);
    });
    await t.step("no branch", async () => {
      await git(root, "switch", "-q", "--detach");
      assertEquals(await ask(root, { git: false }), { root, commit });
      assertEquals((await ask(root))?.branch, undefined);
    });
    await t.step("no commit yet", async () => {
      const fresh = join(folder, "fresh");
      await git(folder, "init", "-q", "-b", "main", fresh);
      assertEquals(await ask(fresh, { git: false }), { root: fresh, branch: "main" });
      assertEquals((await ask(fresh))?.commit, undefined);
    });
    await t.step("nothing that can be read", async () => {
      const broken = join(folder, "broken");
      await writeFiles(broken, { ".git": "what is this\n" });
      assertEquals(await ask(broken), { root: broken });
    });
  });
});

Deno.test("the lists of names end somewhere", () => {
  const names = Array.from({ length: 700 }, (_, i) => `? f${i}\0`).join("");
  const facts = parseStatus("/r", `# branch.oid abc\0# branch.head main\0${names}`);
  assertEquals(facts.untracked?.length, 500);
  assertEquals(facts.omitted, 200);
});

testWithGit("the repository is that of the code, whatever git has told a hook", async () => {
  await withTempDir(async (folder) => {
    const [root, other] = [join(folder, "a"), join(folder, "b")];
    const commit = await makeRepository(root);
    await makeRepository(other);
    await git(other, "commit", "-q", "--allow-empty", "-m", "second");
    const told = { GIT_DIR: join(other, ".git"), GIT_WORK_TREE: other, GIT_INDEX_FILE: "index" };
    const facts = await gitFacts({
      code: root,
      outputDir: folder,
      name: "n",
      env: { ...env, ...told },
    });
    assertEquals(facts?.commit, commit);
  });
});
