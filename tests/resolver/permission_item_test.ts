import { assertEquals } from "@std/assert";
import { itemProblem, systemNames } from "../../lib/resolver/permission_item.ts";
import type { PermissionName } from "../../lib/resolver/permission_set.ts";

const taken: Partial<Record<PermissionName, string[]>> = {
  net: [
    "example.com",
    "EXAMPLE.com:80",
    "a_b",
    "a.",
    "x:0",
    "x:65535",
    "127.0.0.1",
    "10.0.0.0/8",
    "10.0.0.0/8:80",
    "[::1]",
    "[2001:db8::1]:443",
    "*.example.com",
    "*.example.com:80",
    "unix:/run/x.sock",
    "vsock:1:2",
  ],
  import: ["example.com", "example.com:443", "[::1]", "*.a.com"],
  sys: [...systemNames],
  env: ["HOME", "AWS_*", "*", "ProgramFiles(x86)"],
  run: ["git", "./tool", "/bin/a b"],
};

const refused: [name: PermissionName, item: string, reason: string, hint: string | undefined][] = [
  ["net", "http://example.com", '"http://example.com" is a URL, not a host', "example.com"],
  ["net", "https://a.com:8080/x", '"https://a.com:8080/x" is a URL, not a host', "a.com:8080"],
  ["net", "a b", '"a b" is no host', "Give a host"],
  ["net", "x:99999", '"99999" of "x:99999" is no port', "65535"],
  ["net", "x:", '"" of "x:" is no port', "65535"],
  ["net", "x:*", '"*" of "x:*" is no port', "65535"],
  ["net", ":80", '":80" is no host', "Give a host"],
  ["net", "::1", '"::1" is no host', "[::1]:80"],
  ["net", "[::1", '"[::1" is no host', "[::1]:80"],
  ["net", "[:::]", '"[:::]" is no host', "[::1]:80"],
  ["net", "a/b", '"a/b" is no host', "Give a host"],
  ["net", "a..b", '"a..b" is no host', "Give a host"],
  ["net", "*", '"*" is no host', "Give a host"],
  ["net", "a.*", '"a.*" is no host', "Give a host"],
  ["net", "ü.de", '"ü.de" is no host', "Give a host"],
  ["net", "10.0.0.0/99", '"10.0.0.0/99" is no host', "Give a host"],
  ["net", "vsock:1", '"vsock:1" is no socket', "vsock:NUMBER:PORT"],
  ["import", "x y", '"x y" is no host', "Give a host"],
  ["import", "https://jsr.io/", '"https://jsr.io/" is a URL, not a host', "jsr.io"],
  ["sys", "hostnme", '"hostnme" is no kind of system information', 'Did you mean "hostname"?'],
  ["sys", "foo", '"foo" is no kind of system information', "Known: hostname, "],
  ["env", "A=B", '"A=B" is no name of a variable', "Give the name alone"],
  ["read", "/a\0b", "an item holds a NUL character", undefined],
];

Deno.test("items that Deno takes", async (t) => {
  for (const [name, items] of Object.entries(taken)) {
    await t.step(name, async () => {
      for (const item of items) {
        assertEquals(itemProblem(name as PermissionName, item), undefined, item);
      }
      await checkWithDeno(name, items.join(","), true);
    });
  }
});

Deno.test("items that Deno refuses only once it starts", async (t) => {
  for (const [name, item, reason, hint] of refused) {
    await t.step(`${name}: ${JSON.stringify(item)}`, async () => {
      const problem = itemProblem(name, item);
      assertEquals(problem?.reason, reason);
      assertEquals(hint === undefined || problem?.hint?.includes(hint), true);
      // An address without a host is taken, and grants nothing that could be told.
      if (!item.includes("\0") && item !== ":80") await checkWithDeno(name, item, false);
    });
  }
});

async function checkWithDeno(name: string, items: string, taken: boolean): Promise<void> {
  const run = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", `--allow-${name}=${items}`, "-"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  assertEquals((await run.output()).success, taken, items);
}
