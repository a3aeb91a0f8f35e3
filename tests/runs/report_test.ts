import { assertEquals } from "@std/assert";
import { differingLines, type Report, reportText } from "../../lib/runs/report.ts";

const same: Report = {
  folder: "/out/x/exp.0",
  versions: [],
  os: [],
  cwd: [],
  dependencies: [],
  environment: [],
  inputs: [],
  files: { changed: [], missing: [], added: [] },
};

Deno.test("a report has a line for each kind of thing", () => {
  assertEquals(
    reportText({
      ...same,
      versions: [
        { name: "deno", before: "2.9.5", now: "2.9.6" },
        { name: "runtime", before: "embedded", now: "deno" },
      ],
      cwd: [{ name: "directory", before: "/a", now: "/b" }],
      dependencies: [
        { name: "npm:ms@2.1.2", before: "npm:ms@2.1.2" },
        { name: "npm:ms@2.1.3", now: "npm:ms@2.1.3" },
      ],
      environment: [
        { name: "$A", state: "same" },
        { name: "$B", state: "changed" },
        { name: "$C", state: "missing" },
        { name: "$D_TOKEN", state: "set" },
      ],
      inputs: [{ name: "/data", state: "changed" }],
      files: { changed: ["a"], missing: ["b"], added: ["c"] },
    }),
    `versions: deno 2.9.5 -> 2.9.6, runtime embedded -> deno
operating system: same
working directory: /a -> /b
dependencies: npm:ms@2.1.2 is gone, npm:ms@2.1.3 is new
environment: $A same, $B changed, $C missing, $D_TOKEN set (a secret: not compared)
inputs: /data changed
files: a changed, b missing, c added
`,
  );
});

Deno.test("only what differs is told before a repetition", async (t) => {
  const cases: [title: string, changes: Partial<Report>, expected: string[]][] = [
    ["nothing", {}, []],
    ["a secret that is set", { environment: [{ name: "$A", state: "set" }] }, []],
    ["a variable", { environment: [{ name: "$A", state: "changed" }] }, [
      "environment: $A changed",
    ]],
    ["a version", { versions: [{ name: "v8", before: "1", now: "2" }] }, ["versions: v8 1 -> 2"]],
    ["what was not recorded", { os: undefined }, ["operating system: not recorded"]],
  ];
  for (const [title, changes, expected] of cases) {
    await t.step(title, () => assertEquals(differingLines({ ...same, ...changes }), expected));
  }
});
