export function main(): void {
  console.log(1);
}
