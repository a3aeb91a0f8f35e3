import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { markPure } from "../../tasks/shake.ts";
import { run, withTempDir } from "../temp.ts";

const module = `var table = make({ ...rest }), size = 2, empty;
var options = { ...table };
const list = [...table.items];
let last = list.at(-1);
function make(value) { return { items: [1, 2], ...value } }
var rest = {};
class Kept { static one = make() }
export { Kept, last, options };
`;

Deno.test("shake: the values at the top of a module are computed by pure functions", () => {
  const pure = (value: string) => `/* @__PURE__ */ (() => ${value})()`;
  assertEquals(
    markPure(module),
    module
      .replace("make({ ...rest })", pure("make({ ...rest })"))
      .replace("{ ...table }", pure("({ ...table })"))
      .replace("[...table.items]", pure("[...table.items]"))
      .replace("list.at(-1)", pure("list.at(-1)"))
      .replace("rest = {}", `rest = ${pure("({})")}`),
  );
});

Deno.test("shake: js-yaml works as before, and a bundle leaves out what nobody imports", async () => {
  await withTempDir(async (folder) => {
    const path = join(folder, "js-yaml.mjs");
    const original = await Deno.readTextFile(new URL(import.meta.resolve("js-yaml")));
    await Deno.writeTextFile(path, markPure(original));
    const { load, dump }: typeof import("js-yaml") = await import(pathToFileURL(path).href);
    const value = { list: [1, 2.5, "a: b"], "é": null, text: "two\nlines\n" };
    assertEquals(load(dump(value)), value);

    const program = join(folder, "main.mjs");
    const text =
      'import { parseEvents } from "./js-yaml.mjs";\nconsole.log(parseEvents("a: 1"));\n';
    await Deno.writeTextFile(program, text);
    const words = ["bundle", "--quiet", "--platform", "deno"];
    const { stdout } = await run(Deno.execPath(), [...words, program]);
    assert(stdout.includes("function parseEvents("), stdout.slice(0, 1000));
    assert(!stdout.includes("DEFAULT_DUMP_OPTIONS"));
    assert(stdout.length < original.length / 2, `${stdout.length} of ${original.length}`);
  });
});
