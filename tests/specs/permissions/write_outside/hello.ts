export function main(): void {
  Deno.writeTextFileSync("../../../outside.txt", "x");
}
