import { assertEquals, assertThrows } from "@std/assert";
import { ExpyrunError } from "../../lib/errors.ts";
import { defaultPermissions, type Permissions } from "../../lib/resolver/permission_set.ts";
import {
  type WorkerPermissions,
  workerPermissions,
  type WorkerScope,
} from "../../lib/runner/worker_permissions.ts";

const nothing: WorkerPermissions = {
  read: true,
  write: ["/out/exp.0"],
  net: false,
  env: true,
  sys: true,
  run: false,
  ffi: false,
  import: false,
};

function granted(
  changes: Partial<Permissions>,
  scope: Partial<WorkerScope> = {},
): WorkerPermissions {
  const permissions = { ...defaultPermissions, ...changes };
  return workerPermissions({ permissions, folders: ["/out/exp.0"], ...scope });
}

const cases: readonly (readonly [
  string,
  Partial<Permissions>,
  Partial<WorkerScope>,
  Partial<WorkerPermissions>,
])[] = [
  ["nothing is asked for", {}, {}, {}],
  ["a list adds to the folder", { write: { allow: ["/data"], deny: [] } }, {}, {
    write: ["/data", "/out/exp.0"],
  }],
  ["everything may be written", { write: { allow: true, deny: [] } }, {}, { write: true }],
  ["nothing may be written", { write: { allow: false, deny: [] } }, {}, { write: false }],
  ["nothing may be written but for expyrun", { write: { allow: true, deny: true } }, {
    written: ["/out/exp.0/.expyrun.tmp/.loaded"],
  }, { write: ["/out/exp.0/.expyrun.tmp/.loaded"] }],
  ["reading is narrowed", { read: { allow: ["/data"], deny: [] } }, {
    readable: ["/input"],
    codeElsewhere: "/code",
  }, { read: ["/data", "/out/exp.0", "/code", "/input"] }],
  ["programs", { run: { allow: ["git"], deny: [] } }, {}, { run: ["git"] }],
  ["what is denied as a whole", { net: { allow: true, deny: true } }, {}, { net: false }],
  [
    "what is listed and denied as a whole",
    {
      read: { allow: ["/data"], deny: true },
      write: { allow: ["/data"], deny: true },
      env: { allow: ["HOME"], deny: true },
      sys: { allow: ["hostname"], deny: true },
      run: { allow: ["git"], deny: true },
    },
    {},
    { read: ["/out/exp.0"], write: false, env: false, sys: false },
  ],
  ["EXPYRUN_CWD is always there", { env: { allow: ["HOME"], deny: [] } }, { needed: ["KEY"] }, {
    env: ["HOME", "EXPYRUN_CWD", "KEY"],
  }],
  ["a key is read though nothing may be", { env: { allow: false, deny: [] } }, {
    needed: ["KEY"],
  }, { env: ["KEY"] }],
];

for (const [name, changes, scope, expected] of cases) {
  Deno.test(`workerPermissions: ${name}`, () => {
    assertEquals(granted(changes, scope), { ...nothing, ...expected });
  });
}

Deno.test("workerPermissions: an exception is refused, never passed over", () => {
  const error = assertThrows(
    () => granted({ env: { allow: true, deny: ["SECRET"] } }),
    ExpyrunError,
  ) as ExpyrunError;
  assertEquals(error.problem.code, "launch");
  assertEquals(
    error.message,
    'Cannot deny "env" for "SECRET": the runtime "embedded" knows no exceptions from what is allowed',
  );
});
