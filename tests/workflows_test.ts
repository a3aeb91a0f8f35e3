/** The workflows name only what exists, and run only what is pinned. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { parse } from "@std/yaml";
import metadata from "../deno.json" with { type: "json" };
import { jobsOf } from "../tasks/compile.ts";
import { root } from "./temp.ts";

const folder = join(root, ".github/workflows");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const textOf = (name: string) => Deno.readTextFile(join(folder, name));

async function workflow(name: string): Promise<Workflow> {
  return parse(await textOf(name)) as unknown as Workflow;
}

const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps = [] }) => steps);

for (const name of ["ci.yml", "release.yml"]) {
  Deno.test(`workflows: ${name} pins every action, and says the version`, async () => {
    const text = await textOf(name);
    const { jobs } = await workflow(name);
    const used = [...Object.values(jobs), ...stepsOf(await workflow(name))]
      .flatMap(({ uses }) => uses ?? []).filter((uses) => !uses.startsWith("./"));
    assert(used.length > 0);
    for (const uses of used) {
      assertMatch(uses, /^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
      assertMatch(text, new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+$`, "m"));
    }
  });

  Deno.test(`workflows: ${name} names tasks that exist`, async () => {
    const scripts = stepsOf(await workflow(name)).map(({ run }) => run ?? "").join("\n");
    const named = [...scripts.matchAll(/deno task (?:-\S+ )*([\w-]+)/g)].map(([, task]) => task!);
    assert(named.length > 0);
    for (const task of named) assert(task in metadata.tasks, `deno task ${task}`);
  });

  Deno.test(`workflows: ${name} may only read, where no job asks for more`, async () => {
    assertEquals((await workflow(name)).permissions, { contents: "read" });
  });
}

Deno.test("workflows: the gate runs on every system, with the oldest and the newest Deno", async () => {
  const { gate } = (await workflow("ci.yml")).jobs;
  const { os, deno } = gate!.strategy!.matrix;
  assertEquals(os, ["ubuntu-latest", "macos-latest", "windows-latest"]);
  assertEquals(deno, ["2.9.0", "v2.x"]);
  assertMatch(await Deno.readTextFile(join(root, "README.md")), /\b2\.9 or\s+newer\b/);
});

Deno.test("workflows: a release holds the binaries of all targets, their sums and the installer", async () => {
  const steps = stepsOf(await workflow("release.yml"));
  const create = steps.find(({ run }) => run?.includes("gh release create"))!.run!;
  const assets = create.split("\n").slice(1).map((line) => line.trim().replace(/ \\$/, ""))
    .filter((line) => line !== "" && !line.startsWith("-"));
  const binaries = jobsOf(["--all"]).map(({ file }) => `dist/${file}`);
  assertEquals(assets, [...binaries, "dist/SHA256SUMS", "install.sh"]);
});

Deno.test("workflows: a release is published last, by an identity and not by a secret", async () => {
  const text = await textOf("release.yml");
  const { release } = (await workflow("release.yml")).jobs;
  assertEquals(release!.permissions, { contents: "write", "id-token": "write" });
  assert(!/\bsecrets\./.test(text));
  const scripts = release!.steps!.flatMap(({ run }) => run ?? []);
  const at = (words: string) => scripts.findIndex((run) => run.startsWith(words));
  const order = [
    "deno task -q release-notes",
    "deno task compile --all",
    "deno task test",
    "deno task bundle",
  ]
    .concat("gh release create", "deno publish --allow-dirty", "gh release edit").map(at);
  assertEquals(order, [...order].sort((a, b) => a - b));
  assert(!order.includes(-1), String(order));
});
