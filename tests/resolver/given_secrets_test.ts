import { assertEquals } from "@std/assert";
import { namingSecrets, secretNaming, writtenWords } from "../../lib/resolver/given_secrets.ts";
import { tellingWorld } from "../world.ts";
import { parse } from "./nodes.ts";

const env = {
  HF_TOKEN: "hf_abcdefghijklmnop",
  DB_PASSWORD: "postgres",
  PIN_SECRET: "12345678",
  ODD_SECRET: "{a} $HOME $& ]",
  MANY_SECRET: "first-one,second-one",
  SHORT_TOKEN: "short",
  LICENSE: "license-of-mine",
  HOME: "/home/somebody",
};

const cases: [text: string, named: string, secrets?: string][] = [
  ["hf_abcdefghijklmnop", "${HF_TOKEN}"],
  ["Bearer hf_abcdefghijklmnop, or hf_abcdefghijklmnop", "Bearer ${HF_TOKEN}, or ${HF_TOKEN}"],
  ["postgres", "${DB_PASSWORD}"],
  ["{a} $HOME $& ]", "${ODD_SECRET}"],
  ["license-of-mine", "${LICENSE}", "[LICENSE]"],
  // An ordinary word, a number, a list, text that is taken as it stands, no secret.
  ["postgres://localhost", "postgres://localhost"],
  ["short", "short"],
  ["12345678", "12345678"],
  ["first-one,second-one", "first-one,second-one"],
  ["!Phf_abcdefghijklmnop", "!Phf_abcdefghijklmnop"],
  ["license-of-mine", "license-of-mine"],
  ["/home/somebody", "/home/somebody"],
  ["hf_abcdefghijklmnop", "hf_abcdefghijklmnop", "none"],
];

Deno.test("text from the shell names the secret whose value it holds", () => {
  for (const [text, named, secrets = "[]"] of cases) {
    const config = parse(`__run__: {__secrets__: ${secrets}}\n`);
    assertEquals(secretNaming(config, { env })(text), named, text);
  }
});

Deno.test("words and places are shown with secrets by their names", () => {
  const words = ["run", "c.yml", "--a", env.HF_TOKEN, `--b=${env.HF_TOKEN}`, "--c=postgres"];
  const world = { ...tellingWorld({ env }), words };
  const config = parse("a: x\n");
  const written = ["run", "c.yml", "--a", "${HF_TOKEN}", "--b=${HF_TOKEN}", "--c=${DB_PASSWORD}"];
  assertEquals(writtenWords(config, world), written);
  const at = (index: number) => ({ kind: "argument" as const, words, index });
  const given = [{ key: "a", value: env.HF_TOKEN, keyPlace: at(2), valuePlace: at(3) }];
  const shown = (index: number) => ({ kind: "argument" as const, words: written, index });
  const named = [{ key: "a", value: "${HF_TOKEN}", keyPlace: shown(2), valuePlace: shown(3) }];
  assertEquals(namingSecrets(given, config, world), named);
});
