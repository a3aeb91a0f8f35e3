/**
 * Values as text and text as values, the way Python writes and reads them: references inside text,
 * environment variables and overrides follow it, so that names made by the original stay the same.
 *
 * @module
 */
import type { Node, TypedValue } from "./node.ts";
import { toInteger } from "./scalar.ts";

/**
 * The text of a value: strings as they are; `true`, `null`; numbers and collections as Python's
 * repr writes them (`1e-05`, `10.0`, `[1, 'a']`).
 */
export function textOf(node: Node): string {
  return node.kind === "scalar" && node.type === "string" ? node.value : repr(node);
}

function repr(node: Node): string {
  if (node.kind === "list") return `[${node.items.map(repr).join(", ")}]`;
  if (node.kind === "mapping") {
    const pairs = [...node.entries].map(([key, { value }]) => `${quoted(key)}: ${repr(value)}`);
    return `{${pairs.join(", ")}}`;
  }
  if (node.type === "string") return quoted(node.value);
  return node.type === "float" ? floatText(node.value) : String(node.value);
}

/** A float as Python's repr writes it: `10.0`, `1e-05`, `1e+16`, `inf`, `nan`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  // Both languages write the shortest digits that read back; they differ in the notation only.
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const padded = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${padded}`;
  }
  return fixed(digits, exponent);
}

/** Digits such as `-1.25` with an exponent of ten, without exponent notation. */
function fixed(digits: string, exponent: number): string {
  const sign = digits.startsWith("-") ? "-" : "";
  const figures = digits.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${figures}`;
  const whole = figures.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${figures.slice(exponent + 1) || "0"}`;
}

function quoted(text: string): string {
  // In here, as compiling it takes longer than loading the module, and few configurations need it.
  const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}\\]/gu;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(unprintable, escapeOf);
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

const shortEscapes: Readonly<Record<string, string>> = {
  " ": " ",
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escapeOf(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** The integer that Python's `int()` reads in a text: spaces around and `1_000` are allowed. */
export function readInteger(text: string): number | bigint | undefined {
  const bare = text.trim();
  return /^[-+]?[0-9]+(?:_[0-9]+)*$/.test(bare) ? toInteger(bare.replaceAll("_", "")) : undefined;
}

const floatForm =
  /^[-+]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;

/** The float that Python's `float()` reads in a text: also `inf`, `nan`, `1e5`. */
export function readFloat(text: string): number | undefined {
  const bare = text.trim();
  if (floatForm.test(bare)) return Number(bare.replaceAll("_", ""));
  const word = bare.toLowerCase().replace(/^[-+]/, "");
  if (word === "nan") return NaN;
  if (word !== "inf" && word !== "infinity") return undefined;
  return bare.startsWith("-") ? -Infinity : Infinity;
}

/** Text from outside: an int, a float or a bool (true, false, any case) where it reads as one. */
export function readLoosely(text: string): TypedValue {
  const int = readInteger(text);
  if (int !== undefined) return { type: "int", value: int };
  const float = readFloat(text);
  if (float !== undefined) return { type: "float", value: float };
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return { type: "bool", value: word === "true" };
  return { type: "string", value: text };
}
