import { mean } from "statistics";

export function main(): void {
  console.log(mean([1, 2]));
}
