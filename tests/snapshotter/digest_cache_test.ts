import { assertEquals } from "@std/assert";
import { cacheFolder } from "../../lib/snapshotter/digest_cache.ts";

Deno.test("caches have their folder", async (t) => {
  if (Deno.build.os !== "linux") return;
  const cases: [env: Record<string, string>, expected: string | undefined][] = [
    [{ XDG_CACHE_HOME: "/c", HOME: "/home/a" }, "/c/expyrun"],
    [{ HOME: "/home/a" }, "/home/a/.cache/expyrun"],
    [{ XDG_CACHE_HOME: "", HOME: "/home/a" }, "/home/a/.cache/expyrun"],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/a" }, "/home/a/.cache/expyrun"],
    [{}, undefined],
  ];
  for (const [env, expected] of cases) {
    await t.step(JSON.stringify(env), () => assertEquals(cacheFolder(env), expected));
  }
});
