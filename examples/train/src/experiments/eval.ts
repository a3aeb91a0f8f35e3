import { type DataConfig, moons } from "../data.ts";
import { type Network, predict, score } from "../network.ts";
import { map } from "../plot.ts";

interface Config {
  method: string;
  data: DataConfig;
  weights: string;
}

/** Measures trained weights on fresh points; leaves `evaluation.json` in the experiment folder. */
export function main(name: string, { method, data, weights }: Config): void {
  const network: Network = JSON.parse(Deno.readTextFileSync(weights));
  const points = moons(data, "test");
  const { loss, accuracy } = score(network, points);
  const count = (label: number, guess: boolean) =>
    points.filter((p) => p.label === label && (predict(network, p.x) > 0.5) === guess).length;
  console.log(`${name}: ${points.length} fresh points\n`);
  console.log("          predicted o  predicted x");
  for (const [label, mark] of ["o", "x"].entries()) {
    const columns = [count(label, false), count(label, true)].map((n) => String(n).padStart(11));
    console.log(`really ${mark}  ${columns.join("  ")}`);
  }
  console.log(`\naccuracy  ${(100 * accuracy).toFixed(1)}%\nloss      ${loss.toFixed(4)}\n`);
  console.log(map(network, points));
  Deno.writeTextFileSync("evaluation.json", JSON.stringify({ method, accuracy, loss }));
}
