/**
 * Reads the JSON files of a project: deno.json, package.json, deno.lock, import maps.
 *
 * @module
 */
import { systemCode } from "../files.ts";
import { dirname } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import { loaded } from "../loading.ts";
import { readReason } from "./roots.ts";

/** A JSON object that was read from a file. */
export type Json = Readonly<Record<string, unknown>>;

/** A file that holds a JSON object. */
export interface JsonFile {
  /** Absolute. */
  readonly path: string;
  /** The folder that it stands in. */
  readonly folder: string;
  readonly text: string;
  readonly value: Json;
}

/**
 * Reads a file, with comments and trailing commas as Deno does; undefined when there is none.
 *
 * @throws {ExpyrunError} "lock" when it cannot be read, with the place where it is no JSON
 */
export async function readJsonFile(path: string): Promise<JsonFile | undefined> {
  const text = readText(path)?.replace(/^\ufeff/, "");
  if (text === undefined) return undefined;
  return { path, folder: dirname(path), text, value: await parseObject(path, text) };
}

/** The value where it is an object; an empty one where it is absent. */
export function objectAt(value: Json | undefined, key: string): Json {
  const inner = value?.[key];
  return isObject(inner) ? inner : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (systemCode(error) === "EISDIR") return undefined;
    throw unreadable(path, readReason(error), "Make it readable: imports are resolved by it");
  }
}

async function parseObject(path: string, text: string): Promise<Json> {
  if (text.trim() === "") return {};
  const value = await parseJson(path, text);
  if (isObject(value)) return value;
  throw unreadable(path, "it is not a JSON object", wayOut, placeOf(path, text, 0));
}

async function parseJson(path: string, text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parse } = await loaded(import("@std/jsonc"));
    try {
      return parse(text);
    } catch (error) {
      const [, because, at] = refusal.exec((error as Error).message) ?? [];
      const place = placeOf(path, text, at === undefined ? text.trimEnd().length : Number(at));
      throw unreadable(path, because ?? (error as Error).message, wayOut, place);
    }
  }
}

// What @std/jsonc says, with the offset but at the end of the text.
const refusal = /^Cannot parse JSONC: (.*?)(?: of JSONC input| in JSONC at position (\d+))$/s;
const wayOut = "Deno resolves imports by it, and cannot read it either: put it right";

function placeOf(path: string, text: string, start: number): Place {
  return { kind: "file", source: { name: path, path, text }, start, end: start + 1 };
}

function unreadable(path: string, because: string, hint: string, place?: Place): ExpyrunError {
  return new ExpyrunError({
    code: "lock",
    message: `Cannot read "${path}": ${because}`,
    place,
    hint,
  });
}
