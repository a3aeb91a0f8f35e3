export function main(): void {
  Deno.writeTextFileSync("spoil.ts", "");
}
