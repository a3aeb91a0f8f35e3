export function main(name: string, { group }: { group: string }) {
  console.log(name, group);
}
