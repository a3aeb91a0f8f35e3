import { assertEquals } from "@std/assert";
import { emitRaw, emitResolved } from "../../lib/resolver/emit.ts";
import { type Mapping, nodeAt } from "../../lib/resolver/node.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { resolvedSection, writtenConfigs } from "../../lib/resolver/written.ts";
import { tellingWorld } from "../world.ts";
import { parse, told } from "./nodes.ts";

const env = { DATA: "/data", REL: "rel", N: "1e3", OPEN: "/o/{a}", KEY_TOKEN: "/s3cret" };

function written(outputDir: string, cwd = "/work") {
  const world = tellingWorld({ cwd, env });
  const raw = parse(
    `a: 1\nbase: $EXPYRUN_CWD/b\nhere: [{x: "{base}"}]\nfree: /free\n` +
      `__run__: {__main__: "m:f", __output_dir__: ${outputDir}, __name__: n}\n`,
  );
  const resolved = resolveConfig(raw, world);
  return { world, configs: writtenConfigs(raw, resolved, world, "/e") };
}

const outputDirs: [before: string, after: string, cwd?: string][] = [
  ['"$EXPYRUN_CWD/out/{a}"', "/work/out/{a}"],
  ['"${EXPYRUN_CWD}/out/{a}"', "/work/out/{a}"],
  ['"out/{a}/{free}"', "/work/out/{a}/{free}"],
  ['".//./out/{a}"', "/work/out/{a}"],
  ['"../out/{a}"', "/work/../out/{a}"],
  ['"out/{a}"', "/out/{a}", "/"],
  ['"{free}/{a}"', "{free}/{a}"],
  // Variables are fixed, but for secrets and what would be read anew.
  ['"$DATA/{a}"', "/data/{a}"],
  ["$DATA", "/data"],
  ["$REL/x", "/work/rel/x"],
  ['"$REL/{a}"', "/work/rel/{a}"],
  ['"/data/{a}/$REL/{a}"', "/data/{a}/rel/{a}"],
  ["$OPEN", "$OPEN"],
  ["$KEY_TOKEN", "$KEY_TOKEN"],
  // What follows has no reference to keep, or one that would lead elsewhere from elsewhere.
  ["out", "/work/out"],
  ["$N", "/work/1000.0"],
  ['"!P{a}"', "!P/work/{a}"],
  ['"{base}/{a}"', "/work/b/1"],
  ['"x{here}"', "/work/x[{'x': '/work/b'}]"],
  ['"out/{a}"', "!P/w{a}/out/1", "/w{a}"],
  ['"$EXPYRUN_CWD/{a}"', "/w$/1", "/w$"],
];

Deno.test("the raw file keeps the references of its output directory, made absolute", () => {
  for (const [before, after, cwd] of outputDirs) {
    const { world, configs } = written(before, cwd);
    const node = nodeAt(configs.raw, "__run__.__output_dir__")!;
    assertEquals(node.kind === "scalar" && node.value, after, before);
    const elsewhere = { ...world, cwd: "/else" };
    const again = resolveConfig(parse(emitRaw(configs.raw)), elsewhere);
    assertEquals(outputOf(resolvedSection(again, elsewhere)), outputOf(configs.resolved), before);
  }
});

function outputOf(config: Mapping) {
  return told(nodeAt(config, "__run__.__output_dir__")!);
}

const lists: [section: string, raw: string, changed: string][] = [
  [
    '__inputs__: ["data/{k}.csv", "$REL/x", "/abs/{k}"]',
    '["/work/data/{k}.csv", "/work/$REL/x", "/abs/{k}"]',
    '["/work/data/b.csv", "/work/rel/x", "/abs/b"]',
  ],
  ['__inputs__: "data/{k}.csv"', '"/work/data/{k}.csv"', '"/work/data/b.csv"'],
  ['__inputs__: "{files}"', '["/work/{files.0}", "{files.1}"]', '["/work/b.csv", "/free"]'],
  ['__inputs__: "!P{k}"', '"!P/work/{k}"', '"!P/work/{k}"'],
  ['__inputs__: ["{base}/x"]', '["{base}/x"]', '["/work/b/x"]'],
  [
    '__permissions__: {write: ["scratch/{k}"], run: ["{k}", "./{k}"], net: ["{k}.org"]}',
    '{write: ["/work/scratch/{k}"], run: ["{k}", "/work/{k}"], net: ["{k}.org"]}',
    '{write: ["/work/scratch/b"], run: ["b", "/work/b"], net: ["b.org"]}',
  ],
  [
    '__permissions__: {read: {allow: ["{k}"], deny: "{files}"}}',
    '{read: {allow: ["/work/{k}"], deny: ["/work/{files.0}", "{files.1}"]}}',
    '{read: {allow: ["/work/b"], deny: ["/work/b.csv", "/free"]}}',
  ],
  ['__permissions__: "{scope}"', '{write: ["/work/{scope.write.0}"]}', '{write: ["/work/w/b"]}'],
];

Deno.test("the raw file keeps the references of inputs and permissions, made absolute", () => {
  const world = tellingWorld({ cwd: "/work", env });
  for (const [section, expected, changed] of lists) {
    const raw = parse(
      'k: a\nbase: $EXPYRUN_CWD/b\nfiles: ["{k}.csv", /free]\nscope: {write: ["w/{k}"]}\n' +
        `__run__: {__main__: "m:f", __output_dir__: o, __name__: n, ${section}}\n`,
    );
    const key = `__run__.${section.split(":")[0]!}`;
    const written = writtenConfigs(raw, resolveConfig(raw, world), world);
    const value = (text: string) => told(parse(`k: ${text}\n`).entries.get("k")!.value);
    assertEquals(told(nodeAt(written.raw, key)!), value(expected), section);
    const edited = parse(emitRaw(written.raw).replace("k: a", "k: b"));
    const elsewhere = { ...world, cwd: section.includes("base") ? "/work" : "/else" };
    const again = resolvedSection(resolveConfig(edited, elsewhere), elsewhere);
    assertEquals(told(nodeAt(parse(emitResolved(again)), key)!), value(changed), section);
  }
});

Deno.test("a parameter that is changed in the raw file changes the output directory", () => {
  const { world, configs } = written('"$EXPYRUN_CWD/out/{a}"');
  const changed = resolveConfig(parse(emitRaw(configs.raw).replace("a: 1", "a: 2")), world);
  assertEquals(outputOf(changed), told(parse("k: /work/out/2\n").entries.get("k")!.value));
});

Deno.test("sweeps and job options stand in the raw file only", () => {
  const world = tellingWorld({ cwd: "/work" });
  const text = "a: 1\n__sweep__:\n  x: 1\n__slurm__:\n  time: 1\n";
  const config = parse(`${text}__run__: {__main__: "m:f", __output_dir__: o, __name__: n}\n`);
  const { raw, resolved } = writtenConfigs(config, resolveConfig(config, world), world);
  assertEquals([...raw.entries.keys()], ["a", "__sweep__", "__slurm__", "__run__"]);
  assertEquals([...resolved.entries.keys()], ["a", "__run__"]);
  assertEquals(emitResolved(resolvedSection(parse(text), world)), "a: 1\n");
});
