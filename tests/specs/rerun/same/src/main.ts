export function main(_name: string, config: { seed: number }) {
  Deno.writeTextFileSync("m.json", JSON.stringify({ loss: 0.5, seed: config.seed }));
  Deno.mkdirSync("sub");
  Deno.writeTextFileSync("sub/a.csv", `x,y\n1,${config.seed}\n`);
  console.log("hello");
}
