export function main(): void {
  const { stdout } = new Deno.Command("echo", { args: ["hi"] }).outputSync();
  Deno.stdout.writeSync(stdout);
}
