export async function main() {
  const name = "../../" + "absent.ts";
  await import(name).catch(() => console.log("not there"));
}
