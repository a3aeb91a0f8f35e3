/**
 * Files become mappings: bytes, text, events, nodes.
 *
 * @module
 */
import { isArchive } from "../command.ts";
import { isFile } from "../files.ts";
import { type DocumentEvent, type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { basename, dirname, join } from "../path.ts";
import { nearPath } from "../near_path.ts";
import { ExpyrunError, type Place, type Problem, shellWord, type Source } from "../errors.ts";
import type { World } from "../world.ts";
import { aKind, type Mapping, type Node } from "./node.ts";
import { depthLimit, failure, sizeLimitMiB } from "./syntax.ts";
import { buildTree } from "./tree.ts";

/**
 * Reads a YAML file whose root is a mapping.
 *
 * @param path absolute
 * @param name the path as messages show it
 * @param namedAt where the file was named, if in another file
 * @throws {ExpyrunError} `unreadable` or `syntax`
 */
export async function readDocument(
  path: string,
  name: string,
  world: World,
  namedAt?: Place,
): Promise<Mapping> {
  const text = decode(await readBytes(path, name, namedAt), path, name, namedAt);
  return parseDocument({ name, path, text }, world.warn);
}

/**
 * Parses the text of a YAML file whose root is a mapping.
 *
 * @param warn takes the warnings about text that YAML 1.1 tools read as something else
 * @throws {ExpyrunError} `syntax`, at the place of what cannot be read
 */
export function parseDocument(source: Source, warn: (problem: Problem) => void): Mapping {
  const events = eventsOf(source);
  checkSingle(events, source);
  const root = buildTree(events, source, warn);
  if (root?.kind === "mapping") return root;
  const hint = "The root of a configuration is a mapping: key: value";
  if (!root || (root.kind === "scalar" && root.type === "null")) {
    throw failure("it is empty", undefined, source, hint);
  }
  const place = root.place.kind === "file" ? root.place : undefined;
  throw failure(`its root is ${aKind(root)}, not a mapping`, place, source, hint);
}

/**
 * Parses the text of a YAML file that lists values of keys: its root may be of any kind, and its
 * keys may be paths such as `training.lr`.
 *
 * @throws {ExpyrunError} `syntax`, at the place of what cannot be read
 */
export function parseValues(source: Source, warn: (problem: Problem) => void): Node {
  const events = eventsOf(source);
  checkSingle(events, source);
  const root = buildTree(events, source, warn, true);
  if (root) return root;
  throw failure("it is empty", undefined, source);
}

async function readBytes(path: string, name: string, namedAt?: Place): Promise<Uint8Array> {
  try {
    // Synchronous: an answer from another thread takes longer than most configurations.
    const info = Deno.statSync(path);
    if (info.isDirectory) {
      throw unreadable(
        name,
        "it is a folder",
        namedAt,
        isFile(join(path, "config.yml"))
          ? `Name the file in it: ${join(name, "config.yml")}`
          : undefined,
      );
    }
    if (!info.isFile && !info.isFifo) throw unreadable(name, "it is not a file", namedAt);
    if (info.size > sizeLimitMiB * 2 ** 20) {
      const reason = `it is larger than ${sizeLimitMiB} MiB`;
      throw unreadable(name, reason, namedAt, "Keep data in files of their own");
    }
    return info.isFifo ? await Deno.readFile(path) : Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof ExpyrunError || !(error instanceof Error)) throw error;
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(name, error.message, namedAt);
    const hint = nearHint(path, name, namedAt?.kind === "file" ? namedAt.source.path : undefined);
    throw unreadable(name, "no such file", namedAt, hint);
  }
}

function unreadable(name: string, reason: string, place?: Place, hint?: string): ExpyrunError {
  return new ExpyrunError({
    code: "unreadable",
    message: `Cannot read "${name}": ${reason}`,
    place,
    hint,
  });
}

/** @param namedIn the file that names it, which does not mean itself */
function nearHint(path: string, name: string, namedIn: string | undefined): string | undefined {
  const near = nearPath(path);
  if (near === undefined || near === namedIn) return undefined;
  // As it was written: relative to the same folder.
  const isBeside = dirname(near) === dirname(path);
  const start = path.endsWith(name) ? path.slice(0, -name.length) : "";
  const shown = isBeside
    ? name.slice(0, -basename(name).length) + basename(near)
    : near.startsWith(start)
    ? near.slice(start.length)
    : near;
  return `Did you mean "${shown}"?`;
}

/** UTF-8, with or without a byte order mark. */
function decode(bytes: Uint8Array, path: string, name: string, namedAt?: Place): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    if (isGzip(bytes)) throw archive(name, namedAt);
    const text = new TextDecoder().decode(bytes);
    const start = validLength(bytes);
    const place = { kind: "file", source: { name, path, text }, start, end: start + 1 } as const;
    throw failure("it is not UTF-8 text", place, place.source, "Save the file as UTF-8");
  }
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

function archive(name: string, namedAt: Place | undefined): ExpyrunError {
  const run = isArchive(name)
    ? `If "expyrun pack" wrote it: "expyrun ${shellWord(name)}" runs it`
    : `If "expyrun pack" wrote it, give it a name that ends with .tar.gz: then it is run`;
  const hint = `${run}; "tar -xzf ${shellWord(name)}" unpacks it`;
  return unreadable(name, "it is an archive, not a configuration", namedAt, hint);
}

/** How many UTF-16 units precede the first bytes that are not UTF-8. */
function validLength(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length + 1;
  let units = 0;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      units = decoder.decode(bytes.subarray(0, middle), { stream: true }).length;
      good = middle;
      if (middle >= bytes.length) break;
    } catch {
      bad = middle;
    }
  }
  return units;
}

function eventsOf(source: Source): Event[] {
  try {
    // Values count as a level there, but not everywhere: the exact limit is kept by the tree.
    return parseEvents(source.text, { maxDepth: depthLimit + 2 });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const start = Math.min(error.mark?.position ?? 0, source.text.length);
    const place = { kind: "file", source, start, end: start + 1 } as const;
    if (error.reason.startsWith("nesting exceeded")) {
      throw failure(`it nests deeper than ${depthLimit} levels`, place, source);
    }
    throw failure(error.reason, place, source, syntaxHint(error.reason, source.text, start));
  }
}

function syntaxHint(reason: string, text: string, offset: number): string | undefined {
  if (/\btab\b/.test(reason) || text[offset] === "\t") return "Indent with spaces, never with tabs";
  if ("@`%".includes(text[offset] ?? " ")) return `Quote text that begins with "${text[offset]}"`;
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  if (/(?:^|: |- )\{[^{}]*\}/.test(line)) return "Quote text that begins with a brace";
  if (/deficient|unexpected end/.test(reason)) {
    return "Check the indentation, and that every quote and bracket is closed";
  }
  if (/non-printable|null byte/.test(reason)) return "Write it as an escape, in double quotes";
  if (/implicit key|indentation|expected ':'|document separator/.test(reason)) {
    return colonHint(text.slice(0, offset)) ??
      'Check the indentation, and quote text that holds ": " or " #"';
  }
  return undefined;
}

/** `lr:0.1` is text, which goes on in the next line. */
function colonHint(before: string): string | undefined {
  const lines = before.split("\n").slice(0, -1).filter((line) => line.trim() !== "");
  const [, key, value] = /^\s*(?:- )?([\w.-]+):([^\s/].*)$/.exec(lines.at(-1) ?? "") ?? [];
  return key && `Write "${key}: ${value}", with a space after the colon`;
}

function checkSingle(events: readonly Event[], source: Source): void {
  const second = events.findIndex((event, i) => i > 0 && event.type === EVENT_ID.DOCUMENT);
  if (second < 0) return;
  const place = { kind: "file", source, ...beginningOf(events, second, source.text) } as const;
  throw failure("it holds more than one document", place, source, "Keep one document a file");
}

/** Where a document begins: at its `---`, or at its first value where it has none. */
function beginningOf(events: readonly Event[], index: number, text: string) {
  const document = events[index] as DocumentEvent;
  const first = offsetOf(events[index + 1]);
  if (!document.explicitStart) return { start: first ?? 0, end: (first ?? 0) + 1 };
  const start = text.lastIndexOf("\n---", first) + 1;
  return { start, end: start + 3 };
}

/** Where an event stands, with its tag and anchor; nothing for a value that was left out. */
function offsetOf(event: Event | undefined): number | undefined {
  if (!event) return undefined;
  const offsets = [
    "start" in event ? event.start : -1,
    "valueStart" in event ? event.valueStart : -1,
    "tagStart" in event ? event.tagStart : -1,
    // Without its sign.
    "anchorStart" in event ? event.anchorStart - 1 : -1,
  ].filter((offset) => offset >= 0);
  return offsets.length > 0 ? Math.min(...offsets) : undefined;
}
