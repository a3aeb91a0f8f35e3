import { mean } from "mean";
import weights from "./data/weights.json" with { type: "json" };

interface Config {
  readonly rate: number;
  readonly scale: number;
  readonly data: string;
  readonly limits: Readonly<Record<string, unknown>>;
}

export function main(name: string, { rate, scale, data, limits }: Config): void {
  const result = mean(weights) * rate * scale;
  console.log(name, result, data, limits);
  Deno.writeTextFileSync("result.json", JSON.stringify({ name, result }) + "\n");
}
