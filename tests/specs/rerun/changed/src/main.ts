export function main(_name: string, { which }: { which: string }) {
  Deno.writeTextFileSync(`../../../scratch/${which}/out.txt`, which);
}
