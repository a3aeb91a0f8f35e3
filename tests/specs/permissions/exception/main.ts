export function main(): void {
  Deno.readTextFileSync("/dev/stdin");
}
