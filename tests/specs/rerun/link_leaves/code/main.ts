export function main(): void {
  console.log("ran");
}
