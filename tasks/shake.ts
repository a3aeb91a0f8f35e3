/**
 * Makes a bundle leave out what nobody uses of a package: whatever is computed while a module loads
 * may do something else besides, so a bundler keeps it, with all that it uses.
 *
 * Only for packages that are known to compute values there and nothing more.
 *
 * @module
 */
import { parse } from "acorn";

/** What has no effect by itself, which a bundler knows. */
const plain = ["Literal", "FunctionExpression", "ArrowFunctionExpression"];

/**
 * Rewrites a module: the value of each variable at its top is computed by a function that is marked
 * as one that does nothing else.
 *
 * @example
 * ```ts
 * import { markPure } from "./shake.ts";
 *
 * console.assert(markPure("var a = make();") === "var a = /* @__PURE__ *" + "/ (() => make())();");
 * ```
 */
export function markPure(text: string): string {
  const program = parse(text, { ecmaVersion: "latest", sourceType: "module" });
  let result = "";
  let offset = 0;
  for (const statement of program.body) {
    if (statement.type !== "VariableDeclaration") continue;
    for (const { init } of statement.declarations) {
      if (!init || plain.includes(init.type)) continue;
      const value = text.slice(init.start, init.end);
      // An object in braces would be taken for the body of the function.
      const body = init.type === "ObjectExpression" ? `(${value})` : value;
      result += `${text.slice(offset, init.start)}/* @__PURE__ */ (() => ${body})()`;
      offset = init.end;
    }
  }
  return result + text.slice(offset);
}
