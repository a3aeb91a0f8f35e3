import { assertEquals } from "@std/assert";
import { emitRaw, emitResolved } from "../../lib/resolver/emit.ts";
import { type Mapping, nodeAt } from "../../lib/resolver/node.ts";
import { resolveConfig } from "../../lib/resolver/resolve.ts";
import { resolvedSection, writtenConfigs } from "../../lib/resolver/written.ts";
import { tellingWorld } from "../world.ts";
import { parse, told } from "./nodes.ts";

const env = { DATA: "/data", REL: "rel", N: "1e3" };

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
  ['"$DATA/{a}"', "$DATA/{a}"],
  ['"$REL/{a}"', "/work/$REL/{a}"],
  ['"/data/{a}/$REL/{a}"', "/data/{a}/$REL/{a}"],
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
