import { inside } from "./inside.ts";
export async function main(_name: string, config: { other: string }) {
  console.log("called", inside);
  console.log((await import(config.other)).value);
}
