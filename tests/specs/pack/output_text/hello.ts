export function main(_: string, { times }: { times: number }) {
  console.log(times);
}
