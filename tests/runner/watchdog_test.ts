import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { watchMany } from "../../lib/runner/watchdog.ts";
import { withTempDir } from "../temp.ts";

Deno.test("watchMany: the file is gone at the end", () =>
  withTempDir((folder) => {
    const many = watchMany(join(folder, "processes"));
    many.watch(2 ** 22)();
    many.end();
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("watchMany: that somebody has removed the file, or nothing can be written, ends nothing", () =>
  withTempDir((folder) => {
    const many = watchMany(join(folder, "processes"));
    Deno.removeSync(join(folder, "processes"));
    many.watch(2 ** 22)();
    many.end();
    const none = watchMany(join(folder, "missing", "processes"));
    none.watch(2 ** 22)();
    none.end();
  }));
