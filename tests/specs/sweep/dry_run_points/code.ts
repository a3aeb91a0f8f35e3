export function main(name: string, config: { seed: number }): void {
  console.log(`this is ${name}`);
  if (config.seed === 13) throw new Error("unlucky");
}
