/**
 * `__inputs__`: the data that a run declares to read.
 *
 * @module
 */
import { resolve } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import { warnOfTilde } from "./tilde.ts";
import type { World } from "../world.ts";
import { aKind, mapScalars, type Node } from "./node.ts";

/** A declared input: a file or a folder. */
export interface DeclaredInput {
  /** Absolute. */
  readonly path: string;
  readonly place: Place;
}

/** Whether a path of keys leads to declared inputs. */
export function isInput(path: string): boolean {
  return path === inputs || path.startsWith(`${inputs}.`);
}

const inputs = "__run__.__inputs__";

/**
 * Inputs as a reference to them stands for them: absolute, as in the written files. The experiment
 * has another working directory.
 */
export function absoluteInput(node: Node, world: World): Node {
  return mapScalars(
    node,
    inputs,
    (scalar) =>
      scalar.type === "string" && scalar.value !== ""
        ? { ...scalar, value: resolve(world.cwd, scalar.value) }
        : scalar,
  );
}

/**
 * Reads the inputs: a path or a list of paths, relative ones from the working directory.
 *
 * @param node the resolved value of `__inputs__`, if there is one
 * @throws {ExpyrunError} `section`: anything else
 */
export function readInputs(node: Node | undefined, world: World): DeclaredInput[] {
  if (!node || (node.kind === "scalar" && node.type === "null")) return [];
  const items = node.kind === "list" ? node.items : [node];
  return items.map((item) => {
    const path = pathOf(item);
    warnOfTilde(path, "__inputs__", item.place, world);
    return { path: resolve(world.cwd, path), place: item.place };
  });
}

function pathOf(item: Node): string {
  const isText = item.kind === "scalar" && item.type === "string";
  if (isText && item.value !== "" && !item.value.includes("\0")) return item.value;
  const found = !isText ? aKind(item) : item.value === "" ? "empty text" : "a NUL character";
  throw new ExpyrunError({
    code: "section",
    message: `Cannot read "__inputs__": it holds ${found}`,
    place: item.place,
    hint: "Give paths of files or folders, such as [$DATA/train.csv, data/]",
  });
}
