export async function main(): Promise<void> {
  new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
