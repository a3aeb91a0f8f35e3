import { mean } from "@/lib/mean.ts";

export function main(): void {
  console.log(mean([1, 2]));
}
