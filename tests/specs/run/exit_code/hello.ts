export function main(): void {
  console.error("giving up");
  Deno.exit(3);
}
