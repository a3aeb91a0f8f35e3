/**
 * The rules of the house, as a lint plugin:
 *
 * - `house/one-way`: a stage imports code only from the stages before it, and `prepare` and `execute`
 *   nothing from each other. Types are free.
 * - `house/no-surroundings`: nothing below main.ts reads the process's surroundings or ends it.
 * - `house/light-start`: lib wakes Deno's layer for Node only where it is needed.
 * - `house/documented`: what lib exports has a JSDoc comment (`deno doc --lint` also wants one on
 *   every field, whose name often says it all).
 *
 * @module
 */
import { dirname, join, relative, sep } from "node:path";

/**
 * The stages in the order in which data passes them; a later stage may import an earlier one,
 * never the other way round. Stages of one row do not know each other, but files of one room do.
 */
const stages: readonly (readonly string[])[] = [
  ["errors", "path", "files", "engine", "ending_signals"],
  [
    "world",
    "streams",
    "interruption",
    "loading",
    "time",
    "shown_path",
    "near_path",
    "command",
  ],
  ["resolver"],
  ["snapshotter"],
  ["runs"],
  ["runner"],
  ["configuration"],
  ["check"],
  ["execute"],
  ["started"],
  ["prepare"],
  ["run", "resolve", "explain", "verify", "pack"],
  ["rerun"],
  ["sweep"],
  ["others"],
  ["verbs"],
  ["cli"],
];

const ranks: ReadonlyMap<string, number> = new Map(
  stages.flatMap((row, rank) => row.map((stage) => [stage, rank] as const)),
);

/** Between preparing and executing there is only the folder, whatever the order of the two. */
const border: ReadonlySet<string> = new Set(["prepare", "execute"]);

const root = join(import.meta.dirname!, "..", "..");

/** The stage of a file of lib: its room, or its own name; undefined elsewhere. */
export function stageOf(path: string): string | undefined {
  const [top, stage] = relative(root, path).split(sep);
  return top === "lib" ? stage?.replace(/\.[jt]s$/, "") : undefined;
}

/** Why `from` must not import the code of `to`; undefined when it may. */
export function whyNot(from: string, to: string): string | undefined {
  if (from === to) return undefined;
  if (border.has(from) && border.has(to)) return `"${from}" knows "${to}" by the folder alone`;
  const [mine, other] = [ranks.get(from), ranks.get(to)];
  if (mine === undefined) return `"${from}" has no place among the stages`;
  if (other === undefined) return `"${to}" has no place among the stages`;
  if (other < mine) return undefined;
  return `"${from}" comes ${other === mine ? "beside" : "before"} "${to}"`;
}

const wayOut =
  "Import the type alone (`import type`), hand the value down as an argument, or move the code; the order stands in tests/lint/house.ts";

/** These run in the experiment's own process, as its main module or around it. */
const child: ReadonlySet<string> = new Set(
  ["bootstrap.js", "worker.ts"].map((name) => join(root, "lib", "runner", name)),
);

const forbidden: ReadonlySet<string> = new Set([
  "env",
  "cwd",
  "chdir",
  "exit",
  "exitCode",
  "args",
  "execPath",
  "stdin",
]);

type Importing =
  | Deno.lint.ImportDeclaration
  | Deno.lint.ExportAllDeclaration
  | Deno.lint.ExportNamedDeclaration
  | Deno.lint.ImportExpression;

const oneWay: Deno.lint.Rule = {
  create(context) {
    const from = stageOf(context.filename);
    if (from === undefined) return {};
    const check = (node: Importing) => {
      const specifier = node.source;
      if (isTypeOnly(node) || specifier?.type !== "Literal") return;
      const to = target(context.filename, String(specifier.value));
      const why = to === "main" ? "main.ts comes last" : to && whyNot(from, to);
      if (why) context.report({ node, message: `Cannot import this here: ${why}`, hint: wayOut });
    };
    return {
      ImportDeclaration: check,
      ExportAllDeclaration: check,
      ExportNamedDeclaration: check,
      ImportExpression: check,
    };
  },
};

function isTypeOnly(node: Importing): boolean {
  if (node.type === "ImportExpression") return false;
  if (node.type !== "ImportDeclaration") return node.exportKind === "type";
  const { specifiers } = node;
  return node.importKind === "type" || specifiers.length > 0 &&
      specifiers.every((it) => it.type === "ImportSpecifier" && it.importKind === "type");
}

/** The stage that a relative specifier leads to; "main" for main.ts. */
function target(filename: string, specifier: string): string | undefined {
  if (!/^\.\.?\//.test(specifier)) return undefined;
  const path = join(dirname(filename), specifier);
  return path === join(root, "main.ts") ? "main" : stageOf(path);
}

const noSurroundings: Deno.lint.Rule = {
  create(context) {
    if (stageOf(context.filename) === undefined || child.has(context.filename)) return {};
    return {
      MemberExpression(node) {
        const name = denoMember(node);
        if (name === undefined || !forbidden.has(name)) return;
        context.report({
          node,
          message: `Cannot use Deno.${name} below main.ts`,
          hint: "Take it from the `World`, so that every stage can be tested with plain values",
        });
      },
    };
  },
};

/** `x` of `Deno.x` and `Deno["x"]`, also behind `globalThis`. */
function denoMember({ object, property }: Deno.lint.MemberExpression): string | undefined {
  const isDeno = isNamed(object, "Deno") ||
    object.type === "MemberExpression" && isNamed(object.object, "globalThis") &&
      isNamed(object.property, "Deno");
  if (!isDeno) return undefined;
  if (property.type === "Identifier") return property.name;
  return property.type === "Literal" ? String(property.value) : undefined;
}

function isNamed(node: Deno.lint.Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

const lightStart: Deno.lint.Rule = {
  create(context) {
    if (stageOf(context.filename) === undefined) return {};
    return {
      ImportDeclaration(node) {
        if (isTypeOnly(node) || !node.source.value.startsWith("node:")) return;
        context.report({
          node,
          message:
            `Cannot import "${node.source.value}" at start-up: it costs half of what Deno's start does`,
          hint: "Paths are in lib/path.ts; anything else: await import() where it is needed",
        });
      },
    };
  },
};

/** A JSDoc comment, then nothing but white space and line comments. */
const jsdocAtEnd = /(?:^|\s)\/\*\*(?:[^*]|\*(?!\/))*\*\/\s*(?:\/\/[^\n]*\s*)*$/;

const documented: Deno.lint.Rule = {
  create(context) {
    if (stageOf(context.filename) === undefined) return {};
    return {
      ExportNamedDeclaration(node) {
        if (!node.declaration) return;
        // The text is read instead of `getCommentsBefore`, which answers with those of earlier
        // declarations as well.
        if (jsdocAtEnd.test(context.sourceCode.text.slice(0, node.range[0]))) return;
        context.report({
          node,
          message: "Missing the JSDoc comment of an export",
          hint: "Say in a sentence what it is, with its units and what it throws",
        });
      },
    };
  },
};

/** The plugin, named in deno.json. */
const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "one-way": oneWay,
    "no-surroundings": noSurroundings,
    "light-start": lightStart,
    documented,
  },
};
export default plugin;
