/** The values of config.yml, without `__run__`. */
interface Config {
  who: string;
  times: number;
}

/** Greets on the screen, and in a file: the working directory is the experiment folder. */
export function main(name: string, { who, times }: Config): void {
  console.log(`This is ${name}`);
  const greeting = `Hello, ${who}!\n`.repeat(times);
  Deno.writeTextFileSync("greeting.txt", greeting);
  console.log(greeting.trimEnd());
}
