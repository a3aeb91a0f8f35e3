function read(name: string) {
  try {
    return Deno.env.get(name) ?? "not there";
  } catch (error) {
    return (error as Error).name;
  }
}
export function main(_name: string, config: { token: string }) {
  console.log(config.token.length, read("EXPYRUN_CALL_KEY"), read("MY_TOKEN"), read("PLACE"));
}
