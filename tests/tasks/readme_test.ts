import { assertEquals } from "@std/assert";
import { regenerate } from "../../tasks/readme.ts";
import metadata from "../../deno.json" with { type: "json" };

const readme = (body: string) =>
  `# x\n\n<!-- expyrun --version -->\n\n\`\`\`text\n${body}\`\`\`\n\n\`\`\`text\nkept\n\`\`\`\n`;

Deno.test("readme: a stale block is replaced, and nothing else", async () => {
  const after = await regenerate(readme("old\n"));
  const body = after.match(/```text\n([^]*?)```/)![1]!;
  assertEquals(body.split("\n")[0], `expyrun ${metadata.version}`);
  assertEquals(after, readme(body));
  assertEquals(await regenerate(after), after);
});
