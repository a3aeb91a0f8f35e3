import "npm:no-such-package-of-anyone@1";

export function main(name: string, config: unknown): void {
  console.log(name, config);
}
