/**
 * The text of record.json, and whether a text is one.
 *
 * @module
 */
import { runtimeNames } from "../world.ts";
import type { CodeRecord, RunRecord } from "./record.ts";

/** The text of record.json: keys in the order of their declaration, a copied file a line. */
export function recordJson(record: RunRecord): string {
  const { files } = record.code;
  const lines = files.map((file) => `      ${JSON.stringify(file, fileKeys)}`).join(",\n");
  const text = JSON.stringify(
    { ...inOrder(record, recordKeys), code: { ...inOrder(record.code, codeKeys), files: [] } },
    null,
    2,
  );
  // The first `"files": []` is the code's: inside a text the quotes would be escaped.
  const listed = files.length === 0 ? "[]" : `[\n${lines}\n    ]`;
  return text.replace('"files": []', () => `"files": ${listed}`) + "\n";
}

const fileKeys = ["path", "bytes", "sha256", "link"];

const codeKeys = [
  "mode",
  "root",
  "module",
  "function",
  "roots",
  "config",
  "lock",
  "packages",
  "watched",
  "digest",
  "blocks",
  "files",
] as const satisfies readonly (keyof CodeRecord)[];

const recordKeys = [
  "format",
  "status",
  "name",
  "folder",
  "command",
  "cwd",
  "versions",
  "runtime",
  "preparedAt",
  "startedAt",
  "endedAt",
  "durationMs",
  "exitCode",
  "signal",
  "timedOut",
  "logIncomplete",
  "slurmTask",
  "restarts",
  "error",
  "usage",
  "forced",
  "scope",
  "altered",
  "loaded",
  "outside",
  "repeats",
  "machine",
  "process",
  "git",
  "environment",
  "inputs",
  "permissions",
  "configDigest",
  "digests",
  "code",
] as const satisfies readonly (keyof RunRecord)[];

function inOrder<Value>(value: Value, keys: readonly (keyof Value)[]): Partial<Value> {
  const entries = keys.map((key) => [key, value[key]]);
  return Object.fromEntries(entries) as Partial<Value>;
}

/** The object that a JSON text holds; nothing where it holds none. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown) => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const statuses: readonly unknown[] = [
  "prepared",
  "running",
  "succeeded",
  "interrupted",
  "failed",
];

/** What must hold for the rest of the program to trust a record that someone may have edited. */
const recordChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  status: (value) => statuses.includes(value),
  name: isText,
  folder: isText,
  command: isTexts,
  cwd: isText,
  versions: isObject,
  runtime: (value) => runtimeNames.some((name) => name === value),
  permissions: isObject,
  preparedAt: isText,
  code: isObject,
  environment: (value) => isListOf(value, ({ name }) => isText(name)),
  inputs: (value) => isListOf(value, ({ path, sha256 }) => isText(path) && isText(sha256)),
};

const codeChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  mode: (value) => value === "copy" || value === "original",
  root: isText,
  module: isText,
  function: isText,
  roots: (value) => isTexts(value) && (value as string[]).every(staysInside),
  digest: isText,
  files: (value) => Array.isArray(value) && value.every(isCopiedFile),
  packages: (value) => isListOf(value, ({ path }) => isText(path) && staysInside(path as string)),
};

/** Of what a record may lack. */
function isListOf(value: unknown, holds: (one: Record<string, unknown>) => boolean): boolean {
  return value === undefined ||
    Array.isArray(value) && value.every((one) => isObject(one) && holds(one));
}

/** A path that leaves the folder would be copied over what lies there. */
function isCopiedFile(value: unknown): boolean {
  return isObject(value) && isText(value.path) && staysInside(value.path as string) &&
    (isText(value.link) || isText(value.sha256));
}

function staysInside(path: string): boolean {
  return !/^(?:[\\/]|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path);
}

/** The first key that a record of format 1 lacks, or that holds what it cannot. */
export function missingKey(record: Record<string, unknown>): string | undefined {
  const key = Object.keys(recordChecks).find((key) => !recordChecks[key]!(record[key]));
  if (key !== undefined) return key;
  const code = record.code as Record<string, unknown>;
  const inCode = Object.keys(codeChecks).find((key) => !codeChecks[key]!(code[key]));
  return inCode === undefined ? undefined : `code.${inCode}`;
}
