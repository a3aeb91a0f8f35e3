export async function main(_name: string, { how }: { how: string }): Promise<void> {
  if (how === "change") Deno.writeTextFileSync(`${Deno.cwd()}/src/main.ts`, "");
  else await import(`${import.meta.dirname}/` + "absent.ts");
}
