import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { scanImports } from "../../lib/snapshotter/scan.ts";
import { withTempDir } from "../temp.ts";

/** Each holds the import of one package, after what once took minutes, or the whole stack. */
const texts: readonly [name: string, text: string][] = [
  ["comments that never end", `/${"import/*".repeat(20_000)}\n;import "npm:ms";`],
  ["megabytes of blanks", `import ${" ".repeat(9_000_000)}"npm:other"; import "npm:ms";`],
  ["a comment of megabytes", `import /*${"*".repeat(9_000_000)}*/ x; import "npm:ms";`],
];

for (const [name, text] of texts) {
  Deno.test(`scanImports: ${name}`, () =>
    withTempDir(async (root) => {
      await Deno.writeTextFile(join(root, "main.js"), text);
      const request = { root, module: "main.js", files: () => Promise.resolve([]) };
      const { specifiers } = await scanImports({ ...request, jsxImports: false });
      assertEquals(specifiers, ["npm:ms"]);
    }));
}
