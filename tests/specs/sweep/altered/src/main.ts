export function main(_: string, { seed }: { seed: number }) {
  console.log(`run ${seed}`);
  if (seed > 0) return;
  const path = `${Deno.env.get("EXPYRUN_CWD")}/link/1/exp.0/src/main.ts`;
  Deno.chmodSync(path, 0o644);
  Deno.writeTextFileSync(path, "export function main() { console.log('altered'); }\n");
}
