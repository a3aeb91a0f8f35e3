export function main(_: string, { file }: { file: string }) {
  console.log(Deno.readTextFileSync(file).trim());
}
