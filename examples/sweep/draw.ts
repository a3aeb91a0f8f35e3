interface Config {
  status: string;
}

/** One run, as `expyrun status --json` tells it. */
interface Run {
  values: Record<string, number>;
  status: string;
  folder: string;
}

/** Draws the last loss of each run of a sweep: learning rates to the right, seeds downwards. */
export function main(_name: string, { status }: Config): void {
  const { runs }: { runs: Run[] } = JSON.parse(Deno.readTextFileSync(status));
  const rates = distinct(runs.map(({ values }) => values["training.lr"]!));
  const seeds = distinct(runs.map(({ values }) => values["seed"]!));
  const losses = new Map(runs.map((run) => [place(run.values), lastLoss(run)]));
  const at = (rate: number, seed: number) => losses.get(place({ "training.lr": rate, seed }));
  const grid = seeds.map((seed) => rates.map((rate) => at(rate, seed)));
  console.log(table(rates, seeds, grid));
  Deno.writeTextFileSync("grid.svg", svg(rates, seeds, grid));
}

type Grid = (number | undefined)[][];

function distinct(values: number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function place(values: Record<string, number>): string {
  return `${values["training.lr"]} ${values["seed"]}`;
}

/** Of a run that has not succeeded there is none. */
function lastLoss({ status, folder }: Run): number | undefined {
  if (status !== "succeeded") return undefined;
  const lines = Deno.readTextFileSync(`${folder}/history.csv`).trim().split("\n");
  return Number(lines.at(-1)!.split(",")[1]);
}

function table(rates: number[], seeds: number[], grid: Grid): string {
  const row = (name: string, cells: string[]) =>
    [name.padEnd(8), ...cells.map((cell) => cell.padStart(8))].join("");
  return [
    "Loss after the last epoch\n",
    row("seed", rates.map((rate) => `lr ${rate}`)),
    ...grid.map((losses, i) =>
      row(String(seeds[i]), losses.map((loss) => loss?.toFixed(4) ?? "-"))
    ),
  ].join("\n");
}

const cell = { width: 80, height: 48 };
const margin = { left: 70, top: 40 };

function svg(rates: number[], seeds: number[], grid: Grid): string {
  const losses = grid.flat().filter((loss) => loss !== undefined);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const width = margin.left + cell.width * rates.length;
  const height = margin.top + cell.height * seeds.length;
  const x = (column: number) => Math.round(margin.left + cell.width * column);
  const y = (row: number) => Math.round(margin.top + cell.height * row);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    `  font-family="sans-serif" font-size="13" text-anchor="middle">`,
    ...rates.map((rate, i) => `<text x="${x(i + 0.5)}" y="${y(-0.3)}">lr ${rate}</text>`),
    ...seeds.map((seed, i) => `<text x="${margin.left / 2}" y="${y(i + 0.6)}">seed ${seed}</text>`),
    ...grid.flatMap((row, r) =>
      row.map((loss, c) => square(x(c), y(r), loss, share(loss, low, high)))
    ),
    "</svg>\n",
  ].join("\n");
}

/** Where a loss lies between the lowest and the highest, on a scale of powers. */
function share(loss: number | undefined, low: number, high: number): number {
  if (loss === undefined) return 1;
  return Math.log(loss / low) / (Math.log(high / low) || 1);
}

function square(x: number, y: number, loss: number | undefined, share: number): string {
  const [hue, light] = [Math.round(210 - 180 * share), Math.round(45 + 25 * share)];
  const fill = loss === undefined ? "#ddd" : `hsl(${hue} 65% ${light}%)`;
  const text = loss?.toFixed(3) ?? "none";
  const [middle, line] = [x + cell.width / 2, y + Math.round(cell.height * 0.6)];
  return `<rect x="${x}" y="${y}" width="${cell.width}" height="${cell.height}" fill="${fill}"/>` +
    `<text x="${middle}" y="${line}">${text}</text>`;
}
