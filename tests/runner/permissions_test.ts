import { assertEquals, assertThrows } from "@std/assert";
import {
  defaultPermissions,
  lockedHosts,
  permissionFlags,
  type Permissions,
} from "../../lib/runner/permissions.ts";

const flagsOf = (permissions: Partial<Permissions>, locked: readonly string[] = []) =>
  permissionFlags({
    permissions: { ...defaultPermissions, ...permissions },
    sealed: ["src", "config.yml"],
    lockedHosts: locked,
  });

const usual = [
  "--allow-read",
  "--allow-write=.",
  "--deny-write=src,config.yml",
  "--allow-env",
  "--allow-sys",
  "--allow-import",
  "--deny-import",
];

/** What is asked for beside the default, what flags that adds and what it takes away. */
const grants: readonly (readonly [Partial<Permissions>, plus: string[], minus: string[]])[] = [
  [{}, [], []],
  [{ net: { allow: ["a.b:443", "c.d"], deny: [] } }, ["--allow-net=a.b:443,c.d"], []],
  [{ net: { allow: true, deny: ["a.b"] } }, ["--allow-net", "--deny-net=a.b"], []],
  [{ run: { allow: ["git"], deny: [] } }, ["--allow-run=git"], []],
  [{ ffi: { allow: ["/a.so"], deny: [] } }, ["--allow-ffi=/a.so"], []],
  [{ write: { allow: ["/s"], deny: [] } }, ["--allow-write=.,/s"], ["--allow-write=."]],
  [{ write: { allow: true, deny: [] } }, ["--allow-write"], ["--allow-write=."]],
  [{ write: { allow: false, deny: [] } }, [], ["--allow-write=."]],
  [
    { write: { allow: true, deny: ["/x"] } },
    ["--allow-write", "--deny-write=src,config.yml,/x"],
    ["--allow-write=.", "--deny-write=src,config.yml"],
  ],
  [{ read: { allow: ["/d"], deny: ["/d/e"] } }, ["--allow-read=.,/d", "--deny-read=/d/e"], [
    "--allow-read",
  ]],
  [{ read: { allow: false, deny: [] } }, ["--allow-read=."], ["--allow-read"]],
  [{ env: { allow: ["HOME"], deny: [] } }, ["--allow-env=HOME,EXPYRUN_CWD"], ["--allow-env"]],
  [{ env: { allow: false, deny: [] } }, [], ["--allow-env"]],
  [{ sys: { allow: ["hostname"], deny: [] } }, ["--allow-sys=hostname"], ["--allow-sys"]],
  [{ import: { allow: ["a.b:443"], deny: [] } }, ["--allow-import=a.b:443"], [
    "--allow-import",
    "--deny-import",
  ]],
  [{ import: { allow: true, deny: [] } }, [], ["--deny-import"]],
];

for (const [permissions, plus, minus] of grants) {
  Deno.test(`flags: ${JSON.stringify(permissions)}`, () => {
    const expected = [...usual.filter((flag) => !minus.includes(flag)), ...plus];
    assertEquals(flagsOf(permissions).sort(), expected.sort());
  });
}

Deno.test("flags: the hosts of the lock may be imported from", () => {
  const flags = flagsOf({}, ["jsr.io:443"]);
  assertEquals(flags.filter((flag) => flag.includes("import")), ["--allow-import=jsr.io:443"]);
});

Deno.test("flags: a comma cannot be passed on", () => {
  assertThrows(
    () => flagsOf({ write: { allow: ["/a,b"], deny: [] } }),
    Error,
    'Cannot pass "/a,b" to Deno',
  );
});

const locks: readonly (readonly [unknown, string[]])[] = [
  [{ version: "5" }, []],
  [{ npm: { "a@1.0.0": {} } }, []],
  [{ jsr: { "@std/path@1.0.0": {} } }, ["jsr.io:443"]],
  [
    { remote: { "https://a.b/c.ts": "", "https://a.b/d.ts": "", "http://l:81/": "" } },
    ["a.b:443", "l:81"],
  ],
];

for (const [lock, expected] of locks) {
  Deno.test(`hosts of a lock: ${JSON.stringify(lock)}`, () => {
    assertEquals(lockedHosts(JSON.stringify(lock)), expected);
  });
}
