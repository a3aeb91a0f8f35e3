export function main() {
  Deno.readTextFileSync("config.yml");
  Deno.writeTextFileSync("/elsewhere", "");
}
