import { type DataConfig, moons, type Point } from "../data.ts";
import { createNetwork, gradient, type Network, score, zeros } from "../network.ts";
import { curve, map } from "../plot.ts";
import { type Random, seeded, shuffled } from "../random.ts";

interface Config {
  seed: number;
  method: string;
  methods: Record<string, { hidden: number[] }>;
  data: DataConfig;
  training: TrainingConfig;
}

interface TrainingConfig {
  epochs: number;
  batch_size: number;
  lr: number;
  momentum: number;
}

/** Trains a network; leaves `weights.json` and `history.csv` in the experiment folder. */
export function main(name: string, { seed, method, methods, data, training }: Config): void {
  const chosen = methods[method];
  if (!chosen) throw new Error(`Unknown method "${method}": one of ${Object.keys(methods)}`);
  const points = moons(data, "train");
  const random = seeded(seed);
  const network = createNetwork(chosen.hidden, random);
  console.log(`${name}: ${points.length} points, hidden layers [${chosen.hidden.join(", ")}]\n`);
  const losses = train(network, points, training, random);
  console.log(`\nloss  ${curve(losses, 60)}\n\n${map(network, points)}`);
  Deno.writeTextFileSync("weights.json", JSON.stringify(network));
  Deno.writeTextFileSync(
    "history.csv",
    ["epoch,loss", ...losses.map((l, i) => `${i},${l}`), ""].join("\n"),
  );
}

/** Stochastic gradient descent with momentum, in place. Returns the loss after each epoch. */
function train(
  network: Network,
  points: Point[],
  config: TrainingConfig,
  random: Random,
): number[] {
  const velocity = zeros(network);
  const losses: number[] = [];
  console.log("epoch    loss  accuracy");
  for (let epoch = 0; epoch <= config.epochs; epoch++) {
    if (epoch > 0) runEpoch(network, velocity, shuffled(points, random), config);
    const { loss, accuracy } = score(network, points);
    losses.push(loss);
    if (epoch % Math.ceil(config.epochs / 8) === 0) {
      const columns = [String(epoch).padStart(5), loss.toFixed(4).padStart(7)];
      console.log(`${columns.join(" ")}  ${(100 * accuracy).toFixed(1).padStart(7)}%`);
    }
  }
  return losses;
}

function runEpoch(
  network: Network,
  velocity: Network,
  points: Point[],
  { batch_size, lr, momentum }: TrainingConfig,
): void {
  for (let start = 0; start < points.length; start += batch_size) {
    const slope = gradient(network, points.slice(start, start + batch_size));
    for (const [l, layer] of network.entries()) {
      for (const [o, row] of layer.entries()) {
        for (let i = 0; i < row.length; i++) {
          const speed = momentum * velocity[l]![o]![i]! - lr * slope[l]![o]![i]!;
          velocity[l]![o]![i] = speed;
          row[i]! += speed;
        }
      }
    }
  }
}
