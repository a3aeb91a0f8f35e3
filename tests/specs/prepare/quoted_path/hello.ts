export function main(name: string): void {
  Deno.writeTextFileSync("result", "1");
  console.log(name);
}
