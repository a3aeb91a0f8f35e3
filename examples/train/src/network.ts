import type { Point } from "./data.ts";
import type { Random } from "./random.ts";

/** One layer: `weights[output][input]`, the last input being the constant 1. */
export type Layer = number[][];

/** A network of tanh layers that ends in one logistic unit; plain numbers, so JSON holds it. */
export type Network = Layer[];

/** Draws a network from two coordinates, over the hidden layers, to one probability. */
export function createNetwork(hidden: readonly number[], random: Random): Network {
  const sizes = [2, ...hidden, 1];
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i]!;
    const scale = 1 / Math.sqrt(inputs);
    return Array.from(
      { length: outputs },
      () => [...Array.from({ length: inputs }, () => scale * random.normal()), 0],
    );
  });
}

/** The probability that a point lies on moon 1. */
export function predict(network: Network, x: readonly number[]): number {
  return activations(network, x).at(-1)![0]!;
}

/** What each layer hands on, the point itself first. */
function activations(network: Network, x: readonly number[]): (readonly number[])[] {
  const all = [x];
  for (const [i, layer] of network.entries()) {
    const last = i === network.length - 1;
    all.push(layer.map((row) => last ? logistic(dot(row, all[i]!)) : Math.tanh(dot(row, all[i]!))));
  }
  return all;
}

const logistic = (z: number) => 1 / (1 + Math.exp(-z));

function dot(row: readonly number[], inputs: readonly number[]): number {
  let sum = row[inputs.length]!;
  for (let i = 0; i < inputs.length; i++) sum += row[i]! * inputs[i]!;
  return sum;
}

/** The gradient of the mean cross-entropy over the points, in the network's own shape. */
export function gradient(network: Network, points: readonly Point[]): Network {
  const sum = zeros(network);
  for (const { x, label } of points) {
    const outputs = activations(network, x);
    let delta = [outputs.at(-1)![0]! - label];
    for (let i = network.length - 1; i >= 0; i--) {
      const inputs = outputs[i]!;
      for (const [o, row] of sum[i]!.entries()) {
        for (let j = 0; j < inputs.length; j++) row[j]! += delta[o]! * inputs[j]! / points.length;
        row[inputs.length]! += delta[o]! / points.length;
      }
      delta = inputs.map((a, j) =>
        (1 - a * a) * delta.reduce((sum, d, o) => sum + d * network[i]![o]![j]!, 0)
      );
    }
  }
  return sum;
}

/** A network of the same shape, all zero. */
export function zeros(network: Network): Network {
  return network.map((layer) => layer.map((row) => row.map(() => 0)));
}

/** How well a network does on points. */
export interface Score {
  /** Mean cross-entropy, in nats. */
  loss: number;
  /** The share of points on the right side, from 0 to 1. */
  accuracy: number;
}

/** Measures a network. */
export function score(network: Network, points: readonly Point[]): Score {
  let [loss, right] = [0, 0];
  for (const { x, label } of points) {
    const p = predict(network, x);
    loss -= Math.log(Math.max(label === 1 ? p : 1 - p, 1e-12));
    if ((p > 0.5) === (label === 1)) right++;
  }
  return { loss: loss / points.length, accuracy: right / points.length };
}
