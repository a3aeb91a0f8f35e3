export function main(): void {
  console.log("ran");
  for (let i = 0; i < 9; i++) Deno.writeTextFileSync(`${i}.json`, "{}");
}
