import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import { dependencyFolders, loadedModules, warnOutside } from "../../lib/snapshotter/loaded.ts";
import { withTempDir, writeFiles } from "../temp.ts";
import { tellingWorld } from "../world.ts";

Deno.test("what the child noted is read once each, as paths", async () => {
  await withTempDir(async (path) => {
    const folder = openFolder(path);
    assertEquals(await loadedModules(folder), {});
    const lines = ["file:///b%20b.ts", "file:///a.ts", "file:///a.ts", "https://x.example/", ""];
    await writeFiles(path, { ".expyrun.tmp/.loaded": lines.join("\n") });
    if (Deno.build.os === "windows") return;
    const outside = ["/a.ts", "/b b.ts", "https://x.example/"];
    assertEquals(await loadedModules(folder), { outside });
    const inside = [
      `${path}/node_modules/b/b.js`,
      `${path}/node_modules/a b/a.js`,
      `${path}x/c.js`,
    ];
    const urls = inside.map((path) => pathToFileURL(path).href);
    await writeFiles(path, { ".expyrun.tmp/.loaded": [...lines, ...urls].join("\n") });
    assertEquals(await loadedModules(folder), {
      loaded: ["node_modules/a b/a.js", "node_modules/b/b.js"],
      outside: ["/a.ts", "/b b.ts", `${path}x/c.js`, "https://x.example/"],
    });
  });
});

Deno.test("one warning names them all, up to a point", () => {
  const world = tellingWorld();
  warnOutside(["/a", "/b", "/c", "/d", "/e", "/f", "/g"], world);
  assertEquals(world.warnings.map(({ message }) => message), [
    'The run loaded what is neither copied nor locked: "/a", "/b", "/c", "/d", "/e" and 2 more',
  ]);
});

Deno.test("Deno's cache is found as Deno finds it, by each of its paths", async () => {
  if (Deno.build.os !== "linux") return;
  await withTempDir(async (path) => {
    await Deno.mkdir(join(path, "real"));
    await Deno.symlink("real", join(path, "link"));
    const cases: [env: Record<string, string>, expected: string[]][] = [
      [{ DENO_DIR: join(path, "link"), HOME: "/h" }, [join(path, "link"), join(path, "real")]],
      [{ XDG_CACHE_HOME: "/cache", HOME: "/h" }, ["/cache/deno"]],
      [{ HOME: "/h" }, ["/h/.cache/deno"]],
      [{}, []],
    ];
    for (const [env, expected] of cases) assertEquals(await dependencyFolders(env), expected);
  });
});
