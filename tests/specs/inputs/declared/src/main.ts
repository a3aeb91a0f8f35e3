function read(path: string): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    return (error as Error).name;
  }
}
export function main(_name: string, { place }: { place: string }) {
  const base = `${place}/..`;
  const names = ["data/a.csv", "data/deep/b.csv", "place/train.csv", "allowed.txt", "other.txt"];
  for (const name of names) console.log(name, read(`${base}/${name}`));
  console.log("config.yml", read("config.yml").length > 0);
  console.log("src/main.ts", read("src/main.ts").length > 0);
}
