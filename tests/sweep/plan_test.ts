import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ExpyrunError, header } from "../../lib/errors.ts";
import type { Mapping } from "../../lib/resolver/node.ts";
import { textOf } from "../../lib/resolver/text.ts";
import { isAxis, typeSetting } from "../../lib/sweep/axis.ts";
import { type Plan, planRuns, type RunValues } from "../../lib/sweep/plan.ts";
import { arrayOf } from "../../lib/sweep/sequence.ts";
import { readSweepSection } from "../../lib/sweep/section.ts";
import { type CommandSpace, joinSpace } from "../../lib/sweep/space.ts";
import { config, setting, word } from "./config.ts";
import { tellingWorld } from "../world.ts";

const defaults = `
lr: 0.1
wd: 0.0
seed: 0
model: {name: resnet, size: [10, 10]}
free: null
`;

/** The plan of a `__sweep__` (flow style) and settings such as `lr 0.1 0.2`. */
function plan(sweep: string, settings: string[] = [], rest: Partial<CommandSpace> = {}): Plan {
  const base: Mapping = config(`${defaults}__sweep__: ${sweep}\n`);
  const given = settings.map((text) => {
    const [key, ...words] = text.split(" ");
    const one = setting(key!, ...words);
    return { one, axis: typeSetting(one, base, tellingWorld()) };
  });
  const axes = given.filter(({ one, axis }) => isAxis(one, axis)).map(({ axis }) => axis);
  const fixed = given.filter(({ one, axis }) => !isAxis(one, axis))
    .map(({ one: { key, keyPlace } }) => ({ key, place: keyPlace }));
  return planRuns(
    joinSpace(readSweepSection(base, tellingWorld()), { axes, fixed, zip: [], ...rest }),
    base,
  );
}

function shown({ runs }: Plan): string {
  const text = (run: RunValues) => run.map(({ key, node }) => `${key}=${textOf(node)}`).join(" ");
  return arrayOf(runs).map(text).join("|");
}

Deno.test("an axis that is null is none", () => {
  assertEquals(shown(plan("{parameters: {lr: null, seed: {values: [1, 2]}}}")), "seed=1|seed=2");
});

Deno.test("a range of the configuration beyond 2^53 keeps every digit", () => {
  const range = "[9007199254740993, 9007199254740995]";
  assertEquals(
    shown(plan(`{parameters: {seed: {range: ${range}}}}`)),
    "seed=9007199254740993|seed=9007199254740994|seed=9007199254740995",
  );
});

Deno.test("a range of the configuration that does not meet its end is warned about", () => {
  const world = tellingWorld();
  const text = `${defaults}__sweep__: {parameters: {seed: {range: [0, 10, 4]}}}\n`;
  readSweepSection(config(text), world);
  assertEquals(
    world.warnings.map(({ message, place }) => [message, place && header(place)]),
    [['The range "0..10..4" ends at 8: its steps of 4 do not meet 10', "config.yml:7:41"]],
  );
});

const zip = (...keys: string[]) => ({ zip: [{ keys, place: word("zip") }] });
const random = (n: number) => ({ random: { n, place: word("random") } });
const drawnBy = (value: number) => ({ seed: { value, place: word("sweep-seed") } });

const good: readonly [name: string, plan: () => Plan, runs: string][] = [
  [
    "a grid, the last axis fastest",
    () => plan("{}", ["lr 1 2", "seed 0..1"]),
    "lr=1.0 seed=0|lr=1.0 seed=1|lr=2.0 seed=0|lr=2.0 seed=1",
  ],
  [
    "values of the configuration",
    () => plan("{parameters: {lr: {values: [1, 0.5]}, seed: {range: [0, 4, 2]}}}"),
    "lr=1.0 seed=0|lr=1.0 seed=2|lr=1.0 seed=4|lr=0.5 seed=0|lr=0.5 seed=2|lr=0.5 seed=4",
  ],
  [
    "a single value",
    () => plan("{parameters: {lr: {value: 0.5}, seed: {values: [1, 2]}}}"),
    "lr=0.5 seed=1|lr=0.5 seed=2",
  ],
  [
    "an axis of the command line in the place of another",
    () => plan("{parameters: {lr: {values: [1]}, seed: {values: [1]}}}", ["lr 5 6"]),
    "lr=5.0 seed=1|lr=6.0 seed=1",
  ],
  [
    "a fixed key ends an axis",
    () => plan("{parameters: {lr: {values: [1, 2]}, seed: {values: [1, 2]}}}", ["lr 5"]),
    "seed=1|seed=2",
  ],
  [
    "zip in the configuration",
    () => plan("{zip: [{model.name: [a, b], lr: [1, 2]}], parameters: {seed: {values: [7, 8]}}}"),
    "seed=7 model.name=a lr=1.0|seed=7 model.name=b lr=2.0|seed=8 model.name=a lr=1.0|seed=8 model.name=b lr=2.0",
  ],
  [
    "zip on the command line",
    () => plan("{}", ["lr 1 2", "seed 0..1", "model.name a b"], zip("lr", "model.name")),
    "lr=1.0 model.name=a seed=0|lr=1.0 model.name=a seed=1|lr=2.0 model.name=b seed=0|lr=2.0 model.name=b seed=1",
  ],
  [
    "a zip that a fixed key leaves one axis",
    () => plan("{zip: [{model.name: [a, b], lr: [1, 2]}]}", ["lr 5"]),
    "model.name=a|model.name=b",
  ],
  [
    "points come last and are not crossed",
    () => plan("{parameters: {seed: {values: [1, 2]}}, points: [{lr: 0.5}]}"),
    "seed=1|seed=2|lr=0.5",
  ],
  [
    "points alone",
    () => plan("{points: [{lr: 5, seed: 1}, {free: [x]}]}"),
    "lr=5.0 seed=1|free=['x']",
  ],
  [
    "exclude",
    () => plan("{exclude: [{lr: 1, seed: 1}, {lr: 2.0, seed: 0}]}", ["lr 1 2", "seed 0 1"]),
    "lr=1.0 seed=0|lr=2.0 seed=1",
  ],
  [
    "exclude counts what the configuration holds",
    () => plan("{exclude: [{model.name: resnet, seed: 1}]}", ["seed 0..2"]),
    "seed=0|seed=2",
  ],
  [
    "a list as a value",
    () => plan("{parameters: {model.size: {values: [[1, 2], [3]]}}}"),
    "model.size=[1, 2]|model.size=[3]",
  ],
  ["max_runs that suffices", () => plan("{max_runs: 2}", ["seed 0..1"]), "seed=0|seed=1"],
  [
    "all of a grid, drawn",
    () => sorted(plan("{}", ["seed 0..3"], random(4))),
    "seed=0|seed=1|seed=2|seed=3",
  ],
  [
    "drawn without the excluded",
    () => sorted(plan("{exclude: [{seed: 1}]}", ["seed 0..3"], random(3))),
    "seed=0|seed=2|seed=3",
  ],
];
for (const [name, make, runs] of good) {
  Deno.test(`planRuns: ${name}`, () => assertEquals(shown(make()), runs));
}

function sorted(plan: Plan): Plan {
  return {
    ...plan,
    runs: arrayOf(plan.runs).sort((a, b) =>
      shown({ ...plan, runs: [a] }) < shown({ ...plan, runs: [b] }) ? -1 : 1
    ),
  };
}

Deno.test("planRuns: nothing beyond the last run", () => {
  const { runs } = plan("{exclude: [{seed: 1}]}", ["lr 1 2", "seed 0..3"]);
  assertEquals([runs.length, runs.at(6), plan("{}", ["seed 0..3"]).runs.at(4)], [
    6,
    undefined,
    undefined,
  ]);
});

// Golden: a seed draws the same runs for ever.
Deno.test("planRuns: random from the configuration", () => {
  const sweep = `{method: random, n: 3, seed: 5, parameters: {
    lr: {min: 1.0e-4, max: 1.0e-1, distribution: log_uniform_values}, wd: {min: 0, max: 1},
    seed: {min: 0, max: 99}, model.name: {values: [a, b, c]}, free: {mu: 0, sigma: 1, distribution: normal}}}`;
  const expected = "lr=0.000418 wd=0.592186 seed=3 model.name=b free=0.020256" +
    "|lr=0.000601 wd=0.670795 seed=24 model.name=a free=-0.763397" +
    "|lr=0.009180 wd=0.671620 seed=78 model.name=b free=-1.513306";
  assertEquals(shown(plan(sweep)).replaceAll(/(\.\d{6})\d+/g, "$1"), expected);
});

Deno.test("planRuns: random runs depend on the seed alone", () => {
  const drawn = (seed: number) =>
    shown(plan("{}", ["lr 1 2 3", "seed 0..99"], { ...random(10), ...drawnBy(seed) }));
  assertEquals(drawn(1), drawn(1));
  assertNotEquals(drawn(1), drawn(2));
  assertEquals(new Set(drawn(1).split("|")).size, 10);
});

Deno.test("planRuns: the command line replaces the number of runs, or the seed, by itself", () => {
  const section = "{method: random, n: 2, seed: 5, parameters: {seed: {range: [0, 99]}}}";
  const drawn = (rest: Partial<CommandSpace>) => shown(plan(section, [], rest));
  const both = drawn({});
  assertEquals(drawn(random(3)).startsWith(`${both}|`), true);
  assertEquals(drawn({ ...random(2), ...drawnBy(5) }), both);
  assertEquals(drawn(drawnBy(5)), both);
  assertNotEquals(drawn(drawnBy(6)), both);
  const error = assertThrows(() => plan("{}", ["seed 0 1"], drawnBy(1)), ExpyrunError);
  assertEquals(error.problem.code, "usage");
});

Deno.test("planRuns: what of exclude leaves out nothing", () => {
  const idle = (sweep: string, rest = {}) =>
    plan(sweep, ["seed 1..3", "lr 0.1 0.2"], rest).idle.map((rule) => rule.map(({ key }) => key));
  assertEquals(idle("{exclude: [{seed: 4}, {seed: 1, lr: 0.3}, {seed: 1}, {lr: 0.1}]}"), [
    ["seed"],
    ["seed", "lr"],
  ]);
  assertEquals(idle("{exclude: [{seed: 4}]}", random(2)), []);
});

const bad: readonly [name: string, plan: () => Plan, message: string][] = [
  ["no axis", () => plan("{}", ["lr 1"]), "no key has several values"],
  [
    "everything excluded",
    () => plan("{exclude: [{seed: 1}]}", ["seed 1..1"]),
    "all 1 runs are excluded",
  ],
  ["max_runs", () => plan("{max_runs: 2}", ["seed 0..2"]), '3 runs: "max_runs" is 2'],
  ["a zip of unequal lengths", () => plan("{zip: [{lr: [1, 2], seed: [1]}]}"), "2 values and 1"],
  [
    "a zip of unequal lengths, by an axis of the command line",
    () => plan("{zip: [{lr: [1, 2], seed: [1, 2]}]}", ["lr 1 2 3"]),
    "3 values and 2",
  ],
  ["a zip of one", () => plan("{}", ["lr 1 2"], zip("lr", "lr")), "two axes or more"],
  [
    "a zip of what is no axis",
    () => plan("{}", ["lr 1 2"], zip("lr", "seed")),
    'Cannot zip "seed"',
  ],
  [
    "a key in two zips",
    () => plan("{zip: [{lr: [1], wd: [1]}]}", ["seed 1 2"], zip("lr", "seed")),
    "zipped twice",
  ],
  [
    "a zip of a distribution",
    () => plan("{zip: [{lr: {min: 0, max: 1}, wd: [1]}]}"),
    "its values are drawn",
  ],
  [
    "a key named twice",
    () => plan("{parameters: {lr: {values: [1]}}, zip: [{lr: [1], wd: [2]}]}"),
    "swept twice",
  ],
  ["a distribution in a grid", () => plan("{parameters: {lr: {min: 0, max: 1}}}"), "as a grid"],
  ["more drawn than there are", () => plan("{}", ["seed 0..2"], random(4)), "there are 3"],
  [
    "more drawn than exclude leaves",
    () => plan("{exclude: [{seed: 1}]}", ["seed 0..2"], random(3)),
    "there are 2",
  ],
  [
    "a point whose list takes back its item",
    () => plan("{points: [{model.size.0: 1, model.size: [1, 2]}]}"),
    '"model.size.0" is a part of "model.size", which this point sets',
  ],
  [
    "a point whose list takes back a fixed item",
    () => plan("{points: [{model.size: [1, 2]}]}", ["model.size.0 1"]),
    '"model.size.0" is a part of "model.size", which this point sets',
  ],
  ["a point of a fixed key", () => plan("{points: [{lr: 1}]}", ["lr 2"]), "fixed here"],
  [
    "too many combinations",
    () => plan("{}", ["lr lin:0..1..2000", "seed 0..999"]),
    "2000000 combinations",
  ],
  ["an unknown axis", () => plan("{parameters: {lrr: {values: [1]}}}"), "no such key"],
  ["a mapping as an axis", () => plan("{parameters: {model: {values: [1]}}}"), "it is a mapping"],
  [
    "a mapping as a value",
    () => plan("{parameters: {free: {values: [{a: 1}]}}}"),
    "over a mapping",
  ],
  ["another kind", () => plan("{parameters: {lr: {values: [fast]}}}"), "it is no float"],
  ["a float for an int", () => plan("{parameters: {seed: {values: [1, 2.5]}}}"), "it is no int"],
  ["a float for an int in a point", () => plan("{points: [{seed: 2.5}]}"), "it is no int"],
  [
    "a range without an end",
    () => plan("{parameters: {lr: {range: [.inf, 3]}}}"),
    "an end that is no finite number",
  ],
  ["a float range for an int", () => plan("{zip: [{seed: {range: [0, 1.5]}}]}"), "it is no int"],
  ["an unknown key of the section", () => plan("{params: {}}"), 'Unknown key "params"'],
  [
    "an unknown key of an axis",
    () => plan("{parameters: {lr: {valeus: [1]}}}"),
    'Unknown key "valeus"',
  ],
  [
    "values and a range",
    () => plan("{parameters: {lr: {values: [1], range: [0, 1]}}}"),
    "Cannot tell the values",
  ],
  ["an empty list", () => plan("{parameters: {lr: {values: []}}}"), "is an empty list"],
  ["an unknown method", () => plan("{method: bayes}"), 'Unknown method "bayes"'],
  ["an axis that is a list", () => plan("{parameters: {lr: [1, 2]}}"), "is no mapping"],
  [
    "a spread below 0",
    () => plan("{parameters: {lr: {distribution: normal, mu: 0, sigma: -1}}}"),
    "is no number from 0 up",
  ],
  ["random without n", () => plan("{method: random}"), 'needs "n"'],
  ["n without random", () => plan("{n: 3}"), 'for the method "random"'],
  ["a section that is no mapping", () => plan("[1]"), "is no mapping"],
  [
    "an unknown distribution",
    () => plan("{parameters: {lr: {min: 0, max: 1, distribution: unifrm}}}"),
    "Unknown distribution",
  ],
  ["a distribution without max", () => plan("{parameters: {lr: {min: 0}}}"), 'lacks "max"'],
  [
    "a logarithm of 0",
    () => plan("{parameters: {lr: {min: 0, max: 1, distribution: log_uniform_values}}}"),
    "not above 0",
  ],
  ["min above max", () => plan("{parameters: {lr: {min: 2, max: 1}}}"), 'above "max"'],
  [
    "a float distribution for an int",
    () => plan("{parameters: {seed: {min: 0, max: 1, distribution: uniform}}}"),
    "default is an int",
  ],
  ["max_runs that is no number", () => plan("{max_runs: many}", ["seed 0 1"]), "no whole number"],
];
for (const [name, make, message] of bad) {
  Deno.test(`planRuns refuses: ${name}`, () => {
    const error = assertThrows(make, ExpyrunError, message);
    assertEquals(error.problem.code as string, "sweep");
  });
}
