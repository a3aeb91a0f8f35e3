export function main() { Deno.writeTextFileSync("result.json", "1"); }
