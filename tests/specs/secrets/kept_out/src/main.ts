interface Config {
  token: string;
  header: string;
  list: string[];
  port: number;
  fail: boolean;
}
export function main(_name: string, config: Config) {
  console.log(config.token.length, config.header.length, config.list[0]!.length, config.port + 1);
  console.log(Deno.env.get("EXPYRUN_CALL_KEY"));
  if (config.fail) throw new Error(`refused: ${config.token}`);
}
