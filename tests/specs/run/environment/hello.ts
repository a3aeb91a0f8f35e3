export function main(): void {
  const names = ["EXPYRUN_CWD", "GLIBC_TUNABLES", "DENO_EMIT_CACHE_MODE", "XDG_DATA_HOME", "MINE"];
  console.log(...names.map((name) => Deno.env.get(name)));
}
