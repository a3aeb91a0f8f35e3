export function main(): void {
  const names = ["EXPYRUN_CWD", "GLIBC_TUNABLES", "MINE"];
  console.log(...names.map((name) => Deno.env.get(name)));
}
