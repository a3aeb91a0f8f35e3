/**
 * Keeps the generated parts of README.md: a comment `<!-- expyrun --help -->` is followed by a
 * fenced block that holds what that command prints. Without words it checks; `--write` writes.
 *
 * @module
 */
import { join } from "node:path";
import { expyrun, root } from "../tests/temp.ts";

const generated = /(<!-- expyrun (.*?) -->\n+```\w*\n)[^]*?(```\n)/g;

/** The text with every generated block replaced by what its command prints now. */
export async function regenerate(readme: string): Promise<string> {
  const commands = [...readme.matchAll(generated)].map(([, , words]) => words!);
  const outputs = await Promise.all(commands.map(async (words) => {
    const { stdout } = await expyrun(words.split(" "));
    return [words, stdout] as const;
  }));
  const printed = new Map(outputs);
  return readme.replace(generated, (_, head, words, tail) => head + printed.get(words) + tail);
}

if (import.meta.main) {
  const path = join(root, "README.md");
  const before = await Deno.readTextFile(path);
  const after = await regenerate(before);
  if (Deno.args.includes("--write")) await Deno.writeTextFile(path, after);
  else if (before !== after) {
    console.error("README.md is out of date: run `deno task readme --write`");
    Deno.exit(1);
  }
}
