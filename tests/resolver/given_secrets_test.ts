import { assertEquals, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
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
  // What is taken as it stands, and needs no mark any more; where it does, files cannot hold it.
  ["!Phf_abcdefghijklmnop", "${HF_TOKEN}"],
  ["!P{a} $HOME $& ]", "${ODD_SECRET}"],
  ["!PBearer hf_abcdefghijklmnop", "Bearer ${HF_TOKEN}"],
  ["!P{a} hf_abcdefghijklmnop", "!P{a} ${HF_TOKEN}"],
  ["!P{a}", "!P{a}"],
  ["!P12345678", "!P12345678"],
  // An ordinary word, a number, a list, no secret.
  ["postgres://localhost", "postgres://localhost"],
  ["short", "short"],
  ["12345678", "12345678"],
  ["first-one,second-one", "first-one,second-one"],
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

Deno.test("a secret beside what is to stay as it stands is refused", () => {
  const world = tellingWorld({ env });
  const place = { kind: "argument" as const, words: [], index: 0 };
  const override = (value: string) => [{ key: "a", value, keyPlace: place, valuePlace: place }];
  const config = parse("a: x\n");
  assertThrows(() => namingSecrets(override(`!P{a} ${env.HF_TOKEN}`), config, world), ExpyrunError);
  assertEquals(namingSecrets(override("!P{a}"), config, world)[0]!.value, "!P{a}");
});
