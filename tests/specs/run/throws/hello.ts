export function main(): void {
  throw new Error("no luck");
}
