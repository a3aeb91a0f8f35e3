export function main(): void {
  console.log("here");
}
