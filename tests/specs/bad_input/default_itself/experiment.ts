export function main(name: string, config: unknown): void {
  console.log(name, config);
}
