/**
 * The gate: everything that must hold before a change is handed in. Each part prints one line;
 * one that fails prints what it said. `--no-tests` leaves the tests out.
 *
 * @module
 */

interface Part {
  readonly name: string;
  readonly args: readonly string[];
}

// Unchecked: Deno imports every export of the documented module into each example, which
// `noUnusedLocals` takes for a mistake.
const exampleFlags = ["--doc", "--no-check"];

const parts: readonly Part[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "types", args: ["check"] },
  { name: "documentation", args: ["doc", "--lint", "main.ts"] },
  { name: "examples in documentation", args: ["test", "-A", ...exampleFlags, "main.ts", "lib"] },
  { name: "package", args: ["publish", "--dry-run", "--allow-dirty", "-q"] },
  { name: "tests", args: ["task", "-q", "test"] },
];

async function holds({ name, args }: Part): Promise<boolean> {
  const start = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
  }).output();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${success ? "ok    " : "FAILED"} ${seconds.padStart(6)} s  ${name}`);
  if (!success) console.log(`deno ${args.join(" ")}`);
  if (!success) { for (const text of [stdout, stderr]) await Deno.stdout.write(text); }
  return success;
}

const chosen = parts.filter(({ name }) => name !== "tests" || !Deno.args.includes("--no-tests"));
let failed = 0;
for (const part of chosen) if (!await holds(part)) failed++;
Deno.exit(failed === 0 ? 0 : 1);
