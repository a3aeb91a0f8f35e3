/**
 * Keeps the generated parts of README.md: a comment `<!-- expyrun --help -->` is followed by a
 * fenced block that holds what that command prints, `<!-- schema/record.schema.json -->` by a table
 * of the fields of record.json. Without words it checks; `--write` writes.
 *
 * @module
 */
import { join } from "node:path";
import schema from "../schema/record.schema.json" with { type: "json" };
import { expyrun, root } from "../tests/temp.ts";

const generated = /(<!-- expyrun (.*?) -->\n+```\w*\n)[^]*?(```\n)/g;

/** The text with every generated block replaced by what its command prints now. */
export async function regenerate(readme: string): Promise<string> {
  const commands = [...readme.matchAll(generated)].map(([, , words]) => words!);
  const outputs = await Promise.all(commands.map(async (words) => {
    const { stdout } = await expyrun(words.split(" "));
    return [words, stdout] as const;
  }));
  const printed = new Map(outputs);
  return readme
    .replace(generated, (_, head, words, tail) => head + printed.get(words) + tail)
    .replace(fields, (_, head) => head + fieldsTable(schema));
}

const fields = /(<!-- schema\/record\.schema\.json -->\n\n)(?:\|.*\n)*/;

/** The part of a JSON Schema that the table is made of. */
interface Field {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Field>>;
}

/** A Markdown table of every field of a JSON Schema, as `deno fmt` would write it. */
export function fieldsTable(schema: unknown): string {
  const root = schema as Field;
  const rows = [["field", "", "meaning"], ...rowsOf(root, "", root.$defs ?? {})];
  const widths = [0, 1, 2].map((i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |\n`;
  const [head, ...rest] = rows.map(line);
  return head + line(widths.map((width) => "-".repeat(width))) + rest.join("");
}

function rowsOf(field: Field, prefix: string, defs: NonNullable<Field["$defs"]>): string[][] {
  const { properties, required, items } = meantBy(field, defs);
  const own = Object.entries(properties ?? {}).flatMap(([name, inner]) => [
    [`\`${prefix}${name}\``, required?.includes(name) ? "" : "optional", textOf(inner)],
    // What every permission has is said once, at the first.
    ...inner.$ref?.endsWith("/grant") && name !== "read"
      ? []
      : rowsOf(inner, `${prefix}${name}.`, defs),
  ]);
  return items ? rowsOf(items, `${prefix.slice(0, -1)}[].`, defs) : own;
}

/** What a reference leads to, or the alternatives as one: a field that not all have is optional. */
function meantBy(field: Field, defs: NonNullable<Field["$defs"]>): Field {
  if (field.$ref) return meantBy(defs[field.$ref.slice("#/$defs/".length)]!, defs);
  if (!field.anyOf) return field;
  const all = field.anyOf.map((each) => meantBy(each, defs)).filter(({ properties }) => properties);
  const required = (all[0]?.required ?? [])
    .filter((name) => all.every((each) => each.required?.includes(name)));
  return { properties: Object.assign({}, ...all.map(({ properties }) => properties)), required };
}

function textOf({ description = "" }: Field): string {
  return description.replace(/__\w+__/g, "`$&`");
}

if (import.meta.main) {
  const path = join(root, "README.md");
  const before = await Deno.readTextFile(path);
  const after = await regenerate(before);
  if (Deno.args.includes("--write")) await Deno.writeTextFile(path, after);
  else if (before !== after) {
    console.error("README.md is out of date: run `deno task readme --write`");
    Deno.exit(1);
  }
}
