import { value } from "../shared/value.ts";

export function main(): void {
  console.log(value);
}
