/**
 * Nodes become YAML that every reader takes for the same values: YAML 1.2 (js-yaml), YAML 1.1
 * (PyYAML), and the mixture of both that @std/yaml reads.
 *
 * The writer of js-yaml is not used: its patterns overflow the stack on texts of some megabytes.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { literally } from "./interpolation.ts";
import type { List, Mapping, Node, Scalar } from "./node.ts";
import { sizeLimitMiB } from "./syntax.ts";
import { floatText } from "./text.ts";

/**
 * The YAML of a resolved configuration; text that would be read again gets `!P` in front.
 *
 * @throws {ExpyrunError} `syntax`: a file of this size could not be read again
 */
export function emitResolved(config: Mapping): string {
  return emit(config, literally);
}

/**
 * The YAML of a configuration that is not resolved, or of a list in one.
 *
 * @throws {ExpyrunError} `syntax`: a file of this size could not be read again
 */
export function emitRaw(config: Mapping | List): string {
  return emit(config, (text) => text);
}

/** A file on its way: whole lines, without their ends. */
interface Page {
  readonly lines: string[];
  readonly write: (text: string) => string;
  bytes: number;
}

function emit(config: Mapping | List, write: (text: string) => string): string {
  if (config.kind === "list" && config.items.length === 0) return "[]\n";
  if (config.kind === "mapping" && config.entries.size === 0) return "{}\n";
  const page: Page = { lines: [], write, bytes: 0 };
  writeBlock(page, config, "");
  return page.lines.join("\n") + "\n";
}

/** Writes a list or a mapping that is not empty, one line or more for each child. */
function writeBlock(page: Page, node: Exclude<Node, Scalar>, indent: string): void {
  if (node.kind === "list") {
    for (const item of node.items) writeItem(page, item, indent);
    return;
  }
  for (const [key, { value }] of node.entries) writeEntry(page, key, value, indent);
}

// Readers look no further for the colon of a key.
const keyLimit = 1000;

function writeEntry(page: Page, key: string, value: Node, indent: string): void {
  const text = oneLine(key);
  if (text.length <= keyLimit) return writeValue(page, value, `${indent}${text}:`, indent);
  push(page, `${indent}? ${text}`, value);
  writeValue(page, value, `${indent}:`, indent);
}

function writeValue(page: Page, node: Node, start: string, indent: string): void {
  if (isBlock(node)) {
    push(page, start, node);
    return writeBlock(page, node, indent + "  ");
  }
  push(page, `${start} ${inlineText(page, node, indent + "  ")}`, node);
}

/** Adds lines as long as the file can be read again. */
function push(page: Page, lines: string, { place }: Node): void {
  page.lines.push(lines);
  page.bytes += bytesOf(lines) + 1;
  if (page.bytes <= sizeLimitMiB * 2 ** 20) return;
  throw new ExpyrunError({
    code: "syntax",
    message: `Cannot write the configuration: it is larger than ${sizeLimitMiB} MiB`,
    place,
    hint: "Keep data in files of their own",
  });
}

function bytesOf(text: string): number {
  return /^[\n\x20-\x7e]*$/.test(text) ? text.length : new TextEncoder().encode(text).length;
}

/** What a list holds begins on the line of its dash. */
function writeItem(page: Page, node: Node, indent: string): void {
  if (!isBlock(node)) {
    push(page, `${indent}- ${inlineText(page, node, indent + "  ")}`, node);
    return;
  }
  const first = page.lines.length;
  writeBlock(page, node, indent + "  ");
  page.lines[first] = `${indent}- ${page.lines[first]!.slice(indent.length + 2)}`;
}

function isBlock(node: Node): node is Exclude<Node, Scalar> {
  if (node.kind === "scalar") return false;
  return node.kind === "list" ? node.items.length > 0 : node.entries.size > 0;
}

function inlineText(page: Page, node: Node, indent: string): string {
  if (node.kind === "list") return "[]";
  if (node.kind === "mapping") return "{}";
  if (node.written !== undefined) return anyText(node.written, indent);
  if (node.type === "string") return anyText(page.write(node.value), indent);
  return node.type === "float" ? yamlFloat(node.value) : String(node.value);
}

/** A float with a dot and a signed exponent: without them YAML 1.1 reads text. */
function yamlFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
  return floatText(value).replace(/^(-?\d+)e/, "$1.0e");
}

/** Compiled when the first text needs it: that takes longer than loading this module. */
const compiled: { invisible?: RegExp } = {};

/** Control characters, invisible ones, lone surrogates: escapes show them and survive editors. */
function invisible(): RegExp {
  return compiled.invisible ??=
    /[^\n\x20-\x7e\u00a1-\u00ac\u00ae-\u{10ffff}]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;
}

function holdsInvisible(text: string): boolean {
  return !/^[\n\x20-\x7e]*$/.test(text) && text.search(invisible()) >= 0;
}

/** Unquoted text: begins like a word or a path, and holds nothing that could mean anything. */
const plain =
  /^(?:[A-Za-z_/]|\.{1,2}\/|\$[A-Za-z_{])[A-Za-z0-9_\-+./=@%~()${}]*(?:[ ,:][A-Za-z0-9_\-+./=@%~()${}]+)*$/;
const reserved = /^(?:y|yes|n|no|true|false|on|off|null)$/i;
const plainLimit = 200;

/** Lines of text are written as lines, unless white space that no one sees carries meaning. */
function anyText(text: string, indent: string): string {
  if (!text.includes("\n")) return oneLine(text);
  if (holdsInvisible(text) || /^\s|[ \t]\n|[ \t]$|\n\n$/.test(text)) return escaped(text);
  const keep = text.endsWith("\n");
  const lines = (keep ? text.slice(0, -1) : text).replace(/^(?=.)/gm, indent);
  return `${keep ? "|" : "|-"}\n${lines}`;
}

function oneLine(text: string): string {
  if (text.length <= plainLimit && plain.test(text) && !reserved.test(text)) return text;
  if (text.includes("\n") || holdsInvisible(text)) return escaped(text);
  return `'${text.replaceAll("'", "''")}'`;
}

/** In double quotes; what JSON escapes, YAML reads. */
function escaped(text: string): string {
  return JSON.stringify(text).replace(invisible(), (character) => {
    const hex = character.codePointAt(0)!.toString(16);
    return hex.length > 4 ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
}
