import { a } from "./deep/a.ts"; export function main(_name: string, config: { seed: number }) { Deno.writeTextFileSync("r.txt", `${a} ${config.seed}\n`); console.log("seed", config.seed); }
