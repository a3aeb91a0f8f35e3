export function main() {
  const here = Deno.cwd();
  Deno.renameSync(here, `${here}.moved`);
  Deno.chmodSync(`${here}.moved/code/main.ts`, 0o644);
  Deno.writeTextFileSync(`${here}.moved/code/main.ts`, "export function main() {}\n");
  Deno.renameSync(`${here}.moved`, here);
}
