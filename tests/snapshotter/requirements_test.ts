import { assertEquals } from "@std/assert";
import { requirements } from "../../lib/snapshotter/requirements.ts";

const versions = { expyrun: "1.2.3", deno: "2.9.6", v8: "15.0", typescript: "6.0.3" };
const head = "deno==2.9.6\nv8==15.0\ntypescript==6.0.3\nexpyrun==1.2.3\n";

const cases: [string, unknown, string][] = [
  ["an empty lock", { version: "5" }, ""],
  ["no lock", {}, ""],
  [
    "packages of npm",
    { npm: { "b@1.0.0": {}, "a@2.0.0": {}, "@s/n@0.1.0-rc.1": {} } },
    "npm:@s/n@0.1.0-rc.1\nnpm:a@2.0.0\nnpm:b@1.0.0\n",
  ],
  ["peers", {
    npm: { "a@1.0.0_b@2.0.0_@s+c@3.0.0": {}, "a@1.0.0_b@1.0.0": {}, "@s/a_b@1.0.0_c@2.0.0": {} },
  }, "npm:@s/a_b@1.0.0\nnpm:a@1.0.0\n"],
  ["packages of JSR", { jsr: { "@std/path@1.0.8": {} } }, "jsr:@std/path@1.0.8\n"],
  ["remote modules", { remote: { "https://x.org/mod.ts": "ab" } }, "https://x.org/mod.ts\n"],
  ["everything, sorted", {
    npm: { "a@1.0.0": {} },
    jsr: { "@a/a@1.0.0": {} },
    remote: { "https://a": "" },
  }, "https://a\njsr:@a/a@1.0.0\nnpm:a@1.0.0\n"],
  [
    "version 3",
    { version: "3", packages: { npm: { "a@1.0.0": {} }, jsr: { "@a/a@1.0.0": {} } } },
    "jsr:@a/a@1.0.0\nnpm:a@1.0.0\n",
  ],
];

for (const [what, lock, expected] of cases) {
  Deno.test(`frozen requirements: ${what}`, () => {
    assertEquals(requirements(JSON.stringify(lock), versions), head + expected);
  });
}
