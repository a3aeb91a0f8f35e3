import { assertEquals, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
import { parseDocument } from "../../lib/resolver/document.ts";
import { readSecretRule, secretRule } from "../../lib/resolver/secrets.ts";

Deno.test("names that end like a secret are one", async (t) => {
  const cases: [name: string, expected: boolean][] = [
    ["HF_TOKEN", true],
    ["TOKEN", true],
    ["AWS_SECRET_ACCESS_KEY", true],
    ["OPENAI_API_KEY", true],
    ["CLIENT_SECRET", true],
    ["DB_PASSWORD", true],
    ["DB_PASSWD", true],
    ["SSH_PRIVATE_KEY", true],
    ["GOOGLE_CREDENTIALS", true],
    ["db_password", true],
    ["HOME", false],
    ["KEY", false],
    ["TOKENS", false],
    ["TOKEN_FILE", false],
    ["PASSWORD_LENGTH", false],
    ["", false],
  ];
  const isSecret = secretRule();
  for (const [name, expected] of cases) {
    await t.step(name, () => assertEquals(isSecret(name), expected));
  }
});

function ruleOf(text: string) {
  return readSecretRule(parseDocument({ name: "c.yml", path: "/c.yml", text }, () => {}));
}

Deno.test("a configuration widens the rule, or turns it off", async (t) => {
  const cases: [text: string, secret: string[], open: string[]][] = [
    ["a: 1", ["X_TOKEN"], ["LICENSE"]],
    ["__run__: {__secrets__: [LICENSE, $OTHER]}", ["X_TOKEN", "LICENSE", "OTHER"], ["license"]],
    ["__run__: {__secrets__: []}", ["X_TOKEN"], []],
    ["__run__: {__secrets__: null}", ["X_TOKEN"], []],
    ["__run__: {__secrets__: none}", [], ["X_TOKEN", "none"]],
  ];
  for (const [text, secret, open] of cases) {
    await t.step(text, () => {
      const isSecret = ruleOf(text);
      assertEquals(secret.filter((name) => !isSecret(name)), []);
      assertEquals(open.filter(isSecret), []);
    });
  }
});

Deno.test("anything else is an error at its place", async (t) => {
  const cases: [text: string, message: string][] = [
    ["__run__: {__secrets__: all}", "a string"],
    ["__run__: {__secrets__: {A: 1}}", "a mapping"],
    ["__run__: {__secrets__: [1]}", "an int"],
    ["__run__: {__secrets__: [A B]}", '"A B", which is no name'],
  ];
  for (const [text, message] of cases) {
    await t.step(text, () => {
      const { problem } = assertThrows(() => ruleOf(text), ExpyrunError);
      assertEquals(problem.code, "section");
      assertEquals(problem.message, `Cannot read "__secrets__": it holds ${message}`);
      assertEquals(problem.place?.kind, "file");
    });
  }
});
