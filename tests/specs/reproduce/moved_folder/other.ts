export function main(name: string): void {
  console.log(name, "of other code");
}
