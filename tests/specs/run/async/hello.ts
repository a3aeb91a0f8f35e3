export async function main(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  console.log("later");
}
