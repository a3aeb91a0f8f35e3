import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { ExpyrunError, header } from "../../lib/errors.ts";
import { pointsOfCsv, readPointsFile } from "../../lib/sweep/points.ts";
import { withTempDir } from "../temp.ts";
import { tellingWorld } from "../world.ts";
import { config, typed } from "./config.ts";

const base = config("{lr: 0.1, seed: 0, model: {size: [1, 2]}, free: null, on: true}");

function points(text: string): string {
  return pointsOfCsv({ name: "points.csv", path: "/points.csv", text }, base)
    .map((point) => point.map(({ key, node }) => `${key} ${typed(node)}`).join(", ")).join("|");
}

const good: readonly [name: string, text: string, points: string][] = [
  [
    "typed by the defaults",
    "lr,seed\n1,2\n0.5,3\n",
    "lr float 1.0, seed int 2|lr float 0.5, seed int 3",
  ],
  [
    "lists and nested keys",
    'model.size,on\n"3,4",false\n',
    "model.size list [3, 4], on bool false",
  ],
  ["an empty cell keeps the default", "lr,seed\n,2\n0.5,\n", "seed int 2|lr float 0.5"],
  ["a default of null", "free\n3\nx\n", "free int 3|free string x"],
];
for (const [name, text, expected] of good) {
  Deno.test(`pointsOfCsv: ${name}`, () => assertEquals(points(text), expected));
}

const unreadable: readonly [name: string, because: string][] = [
  ["latin1.csv", "it is not UTF-8 text"],
  ["folder.csv", "it is a folder"],
  ["absent.csv", "no such file"],
];
for (const [name, because] of unreadable) {
  Deno.test(`readPointsFile refuses: ${because}`, () =>
    withTempDir(async (cwd) => {
      await Deno.writeFile(join(cwd, "latin1.csv"), new Uint8Array([0xff, 0x0a]));
      await Deno.mkdir(join(cwd, "folder.csv"));
      const place = { kind: "argument", words: [name], index: 0, start: 0, end: 1 } as const;
      await assertRejects(
        () => readPointsFile(name, place, base, tellingWorld({ cwd }), () => base),
        ExpyrunError,
        `Cannot read "${name}": ${because}`,
      );
    }));
}

const bad: readonly [name: string, text: string, message: string, at: string | undefined][] = [
  ["an unknown key", "lr,sed\n1,2\n", 'Cannot sweep "sed"', "points.csv:1:4"],
  ["a value of another kind", "lr,seed\n1,2\n1,x\n", '"x" is no int', "points.csv:3:3"],
  ["a range", "seed\n0..4\n", '"0..4" is no int', "points.csv:2:1"],
  ["a short row", "lr,seed\n1\n", "Line 2 has 1 cells", "points.csv:2:1"],
  ["a mapping", "model\nx\n", "it is a mapping", "points.csv:1:1"],
  ["a key twice", "lr,seed,lr\n1,2,3\n", 'names "lr" twice', "points.csv:1:9"],
  ["no rows", "lr,seed\n", "holds no points", undefined],
  ["an open quote", 'lr\n"1\n', "a quote is not closed", "points.csv:2:1"],
];
for (const [name, text, message, at] of bad) {
  Deno.test(`pointsOfCsv refuses: ${name}`, () => {
    const { problem } = assertThrows(() => points(text), ExpyrunError, message);
    assertEquals(problem.code as string, "sweep");
    assertEquals(problem.place && header(problem.place), at);
  });
}
