import { assertEquals, assertThrows } from "@std/assert";
import { defaultPermissions, type Permissions } from "../../lib/resolver/permission_set.ts";
import { lockedHosts, permissionFlags } from "../../lib/runner/permissions.ts";

const flagsOf = (permissions: Partial<Permissions>, locked: readonly string[] = []) =>
  permissionFlags({
    permissions: { ...defaultPermissions, ...permissions },
    folders: ["/out/exp.0", "/link/exp.0"],
    sealed: ["src", "config.yml"],
    realPaths: new Map([["/away/main.ts", "/out/exp.0/src/main.ts"]]),
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
  // Deno lets a list win over a bare denial.
  [{ read: { allow: ["/d"], deny: true } }, ["--allow-read=."], ["--allow-read"]],
  [{ read: { allow: true, deny: true } }, ["--allow-read=."], ["--allow-read"]],
  [{ write: { allow: ["/d"], deny: true } }, [], ["--allow-write=."]],
  [{ write: { allow: true, deny: true } }, [], ["--allow-write=."]],
  [{ net: { allow: ["a.b"], deny: true } }, [], []],
  [{ env: { allow: ["HOME"], deny: true } }, [], ["--allow-env"]],
  [{ sys: { allow: ["hostname"], deny: true } }, [], ["--allow-sys"]],
  [{ run: { allow: ["git"], deny: true } }, [], []],
  [{ ffi: { allow: ["/a.so"], deny: true } }, [], []],
  [{ import: { allow: ["a.b"], deny: true } }, [], []],
  // And a longer path over a shorter one.
  [{ write: { allow: ["/out/exp.0/src/main.ts", "/s"], deny: [] } }, ["--allow-write=.,/s"], [
    "--allow-write=.",
  ]],
  [{ write: { allow: ["/link/exp.0/src", "/away/main.ts", "/srcs"], deny: [] } }, [
    "--allow-write=.,/srcs",
  ], ["--allow-write=."]],
  [
    { write: { allow: ["/s", "/out/exp.0/data"], deny: ["/out"] } },
    ["--allow-write=/s", "--deny-write=src,config.yml,/out"],
    ["--allow-write=.", "--deny-write=src,config.yml"],
  ],
  [
    { write: { allow: [], deny: ["/link/exp.0"] } },
    ["--deny-write=src,config.yml,/link/exp.0"],
    ["--allow-write=.", "--deny-write=src,config.yml"],
  ],
  [{ read: { allow: ["/d/e", "/de"], deny: ["/d"] } }, ["--allow-read=.,/de", "--deny-read=/d"], [
    "--allow-read",
  ]],
  [{ net: { allow: ["a.b:80", "ca.b:80"], deny: ["a.b"] } }, [
    "--allow-net=ca.b:80",
    "--deny-net=a.b",
  ], []],
  [{ net: { allow: ["x.a.b", "a.b"], deny: ["*.a.b"] } }, [
    "--allow-net=a.b",
    "--deny-net=*.a.b",
  ], []],
  [{ net: { allow: ["10.1.2.3:80", "11.1.2.3"], deny: ["10.0.0.0/8"] } }, [
    "--allow-net=11.1.2.3",
    "--deny-net=10.0.0.0/8",
  ], []],
  [
    { env: { allow: ["AWS_KEY", "HOME"], deny: ["AWS_*"] } },
    ["--allow-env=HOME,EXPYRUN_CWD", "--deny-env=AWS_*"],
    ["--allow-env"],
  ],
  [{ run: { allow: ["git", "/usr/bin/git", "/usr/bin/gitk"], deny: ["git"] } }, [
    "--allow-run=/usr/bin/gitk",
    "--deny-run=git",
  ], []],
  [{ ffi: { allow: ["/l/a.so"], deny: ["/l"] } }, ["--deny-ffi=/l"], []],
  [{ sys: { allow: ["hostname", "uid"], deny: ["uid"] } }, [
    "--allow-sys=hostname",
    "--deny-sys=uid",
  ], ["--allow-sys"]],
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
