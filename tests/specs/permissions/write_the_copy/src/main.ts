export function main(): void {
  Deno.writeTextFileSync("src/main.ts", "x");
}
