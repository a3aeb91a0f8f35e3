import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { openFolder } from "../../lib/snapshotter/folder.ts";
import { newestOf } from "../../lib/snapshotter/package_version.ts";
import { copyPackages } from "../../lib/snapshotter/packages.ts";
import { type Files, withTempDir, writeFiles } from "../temp.ts";
import { placeOf } from "./experiment.ts";

const ranges: readonly [range: string, expected: string | undefined][] = [
  ["*", "2.10.0"],
  ["^2.0.0", "2.10.0"],
  ["~2.9", "2.9.0"],
  ["1", "1.0.0+b"],
  ["2.9.0", "2.9.0"],
  ["3", undefined],
  ["latest", "2.10.0"],
];
for (const [range, expected] of ranges) {
  Deno.test(`newestOf: ${range}`, () => {
    assertEquals(newestOf(["1.0.0+b", "2.9.0", "2.10.0", "what"], range), expected);
  });
}

function installed(folder: string, version: string): Files {
  return { [`${folder}/package.json`]: JSON.stringify({ name: "ms", version }) };
}

const store = Object.assign(
  {},
  ...["1.0.0", "2.9.0", "2.10.0"].map((version) =>
    installed(`p/node_modules/.deno/ms@${version}/node_modules/ms`, version)
  ),
) as Files;
const usual = { ...store, ...installed("p/node_modules/ms", "2.8.0") };

/** Which version of a package is copied. */
const cases: readonly [
  name: string,
  files: Files,
  packages: readonly string[],
  expected: string,
][] = [
  ["any", store, ["ms"], "2.10.0"],
  ["a range", store, ["npm:ms@^2.0.0/sub"], "2.10.0"],
  ["an exact one", store, ["npm:ms@1.0.0"], "1.0.0"],
  ["what Node finds", usual, ["ms", "npm:ms", "npm:ms@2"], "2.8.0"],
  ["another than Node finds", usual, ["npm:ms@2.9.0"], "2.9.0"],
  ["none", {}, ["npm:ms@3"], ""],
  ["another that is not there", usual, ["npm:ms@3"], ""],
  ["the first of two", usual, ["npm:ms@2.9.0", "ms"], "2.9.0"],
];
for (const [name, files, packages, expected] of cases) {
  Deno.test(`copyPackages: the version that is meant: ${name}`, () =>
    withTempDir(async (root) => {
      await writeFiles(root, { ...files, "out/.expyrun/x": "" });
      const folder = openFolder(join(root, "out"));
      const start = join(root, "p");
      const request = { packages, start, vendor: false, folder, place: placeOf("src") };
      const copied = await copyPackages(request);
      assertEquals(copied.map(({ version }) => version).join(), expected);
    }));
}
