export function main() { Deno.writeTextFileSync("result.txt", "1"); }
