export function main() { Deno.stdout.writeSync(new TextEncoder().encode("no line feed")); }
