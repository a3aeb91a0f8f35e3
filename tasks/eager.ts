/**
 * Makes V8 compile those functions of a bundle at once that a run calls: what V8 compiles later, one
 * function after the other as they are called, it compiles anew each time the program starts, since
 * Deno keeps the compiled code that there is right after loading.
 *
 * A function expression in parentheses is taken for one that is called at once.
 *
 * @module
 */
import { type Node, parse } from "acorn";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A function by its offsets in the text, as `start:end`. */
export type Executed = ReadonlySet<string>;

interface Insertion {
  readonly offset: number;
  readonly text: "(" | ")";
}

/**
 * Rewrites a module. Its behaviour stays the same: function declarations are hoisted anyway.
 *
 * @param executed the functions that are called, as `start:end`
 */
export function compileEagerly(text: string, executed: Executed): string {
  const program = parse(text, { ecmaVersion: "latest", sourceType: "module" });
  const isCalled = ({ start, end }: Node) => executed.has(`${start}:${end}`);
  const declared = program.body.filter((node) => node.type === "FunctionDeclaration")
    .filter(isCalled);
  const insertions = expressionsOf(program).filter(isCalled).flatMap(parentheses)
    .toSorted((a, b) => a.offset - b.offset);
  const part = (start: number, end: number) => withInsertions(text, start, end, insertions);
  let hoisted = "";
  let rest = "";
  let offset = 0;
  for (const { id, start, end } of declared) {
    hoisted += `var ${id!.name}=(${part(start, end)});`;
    rest += part(offset, start);
    offset = end;
  }
  return hoisted + rest + part(offset, text.length);
}

function parentheses({ start, end }: Node): Insertion[] {
  return [{ offset: start, text: "(" }, { offset: end, text: ")" }];
}

function withInsertions(
  text: string,
  start: number,
  end: number,
  insertions: readonly Insertion[],
): string {
  let result = "";
  let from = start;
  for (const { offset, text: inserted } of insertions) {
    const isInside = inserted === "("
      ? start <= offset && offset < end
      : start < offset && offset <= end;
    if (!isInside) continue;
    result += text.slice(from, offset) + inserted;
    from = offset;
  }
  return result + text.slice(from, end);
}

/** The functions that may stand in parentheses: methods may not. */
function expressionsOf(node: Node): Node[] {
  const inner = Object.entries(node).flatMap(([key, value]) => {
    const isMethod = key === "value" && ("method" in node && node.method ||
      "kind" in node && node.kind !== "init");
    return [value].flat().filter(isNode).flatMap((child) =>
      isMethod
        ? Object.values(child).flat().filter(isNode).flatMap(expressionsOf)
        : expressionsOf(child)
    );
  });
  const isExpression = ["FunctionExpression", "ArrowFunctionExpression"].includes(node.type);
  return isExpression ? [node, ...inner] : inner;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** Coverage as V8 writes it, as far as it is needed. */
interface Coverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { startOffset: number; endOffset: number; count: number }[];
  }[];
}

/**
 * Reads which functions of modules were called, from a folder that `deno run --coverage` wrote.
 *
 * @param modules the folder that the modules stand in
 * @returns the functions, by the path of their module
 */
export async function readExecuted(
  folder: string,
  modules: string,
): Promise<Map<string, Executed>> {
  const executed = new Map<string, Executed>();
  for await (const { name } of Deno.readDir(folder)) {
    const { url, functions }: Coverage = JSON.parse(await Deno.readTextFile(join(folder, name)));
    const file = url.startsWith("file:") ? fileURLToPath(url) : "";
    if (dirname(file) === modules) executed.set(file, calledOf(functions));
  }
  return executed;
}

function calledOf(functions: Coverage["functions"]): Executed {
  return new Set(
    functions.flatMap(({ ranges: [whole] }) =>
      whole && whole.count > 0 ? [`${whole.startOffset}:${whole.endOffset}`] : []
    ),
  );
}
