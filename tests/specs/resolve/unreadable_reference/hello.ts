export function main(_name: string, { text }: { text: string }) {
  console.log(text);
}
