export function main(_: string, { seed }: { seed: number }) {
  if (seed === 0) throw new Error("stop");
  console.log(Deno.readTextFileSync(Deno.env.get("EXPYRUN_CWD") + "/a.txt"));
}
