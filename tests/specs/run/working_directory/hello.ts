export function main(): void {
  console.log(Deno.cwd(), Deno.env.get("EXPYRUN_CWD"));
  Deno.writeTextFileSync("result.txt", "42\n");
}
