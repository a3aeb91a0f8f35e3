export function main(): void {
  Deno.writeTextFileSync("result.txt", "1");
  console.log("ran");
}
