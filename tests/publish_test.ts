/** What goes to the registry: the program, and what a reader of the package needs. */
import { assert, assertEquals } from "@std/assert";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { root, run } from "./temp.ts";

/** The import of the experiment's own module: it cannot be known before the run. */
function isEntryPoint(warning: string): boolean {
  return warning.includes("unanalyzable-dynamic-import") && warning.includes("bootstrap.js");
}

Deno.test("publish: the package is clean and holds the program alone", async () => {
  const { exitCode, stderr } = await run(
    Deno.execPath(),
    ["publish", "--dry-run", "--allow-dirty"],
    { cwd: root },
  );
  assertEquals(exitCode, 0, stderr);
  const warnings = [...stderr.matchAll(/^warning\[.*\n.*$/gm)].map(([text]) => text);
  const others = warnings.filter((text) => !isEntryPoint(text));
  assertEquals(others, [], stderr);
  const files = [...stderr.matchAll(/^\s+(file:\S+)/gm)]
    .map(([, url]) => relative(root, fileURLToPath(url!))).sort();
  const outside = files.filter((path) => !path.startsWith("lib/"));
  assertEquals(outside, ["CHANGELOG.md", "LICENSE", "README.md", "deno.json", "main.ts"]);
  assert(files.includes("lib/errors.ts"));
});
