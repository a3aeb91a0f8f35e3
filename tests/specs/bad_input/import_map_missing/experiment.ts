import { a } from "names";

export function main(): void {
  console.log(a);
}
