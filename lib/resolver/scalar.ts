/**
 * The YAML 1.2 core schema for scalars: which value a text stands for.
 *
 * @module
 */
import type { TypedValue } from "./node.ts";

const integer = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const specialFloat = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const words = new Map<string, TypedValue>();
for (const word of ["", "~", "null", "Null", "NULL"]) {
  words.set(word, { type: "null", value: null });
}
for (const word of ["true", "True", "TRUE"]) words.set(word, { type: "bool", value: true });
for (const word of ["false", "False", "FALSE"]) words.set(word, { type: "bool", value: false });

/** The value of a plain (unquoted, untagged) scalar. */
export function readPlain(text: string): TypedValue {
  const first = text.charCodeAt(0);
  // Digits, signs and dots: nothing else can begin a number.
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46) {
    return readNumber(text) ?? { type: "string", value: text };
  }
  return (text.length <= 5 ? words.get(text) : undefined) ?? { type: "string", value: text };
}

function readNumber(text: string): TypedValue | undefined {
  if (integer.test(text)) return { type: "int", value: toInteger(text) };
  // Beyond the largest double it is infinite, as for PyYAML, never text.
  if (float.test(text)) return { type: "float", value: Number(text) };
  if (specialFloat.test(text)) return { type: "float", value: toSpecialFloat(text) };
  return undefined;
}

function toSpecialFloat(text: string): number {
  if (text.toLowerCase() === ".nan") return NaN;
  return text.startsWith("-") ? -Infinity : Infinity;
}

/**
 * The integer that a text such as `-12`, `0x1F` or `0o17` stands for, exact at any size.
 *
 * @throws {SyntaxError} when it is none
 */
export function toInteger(text: string): number | bigint {
  const digits = text.replace(/^[-+]/, "");
  const near = Number(digits);
  if (Number.isSafeInteger(near)) return text.startsWith("-") && near !== 0 ? -near : near;
  const exact = BigInt(digits);
  return text.startsWith("-") ? -exact : exact;
}

/** The value of a scalar under an explicit tag such as `int`; nothing when it does not fit. */
export function readTagged(tag: string, text: string): TypedValue | undefined {
  if (tag === "str") return { type: "string", value: text };
  const plain = readPlain(text);
  if (tag === "float" && plain.type === "int") return { type: "float", value: Number(plain.value) };
  return plain.type === tag ? plain : undefined;
}

/**
 * What PyYAML, the reader of YAML 1.1 that matters here, takes for something else than text, where
 * YAML 1.2 reads text: numbers in its notations, and dates.
 */
const olderNumber = new RegExp(
  "^(?:[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|[1-9][0-9_]*(?::[0-5]?[0-9])*)" +
    "|(?:[-+]?[0-9][0-9_]*\\.[0-9_]*|\\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?" +
    "|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*" +
    "|[0-9]{4}-[0-9]{2}-[0-9]{2}" +
    "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?" +
    "(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$",
);
/** The same for words: its own for true and false, and what it has no value for at all. */
const olderWords = new Set("yes Yes YES no No NO on On ON off Off OFF = <<".split(" "));
/** Integers that are octal there, or text, but for those of one digit. */
const olderInteger = /^(?:0o.*|[-+]?0+[0-9]+)$/;
const sameInteger = /^[-+]?0+[0-7]$/;

/** A commit can be all digits but for an `e`; git shortens it to seven letters and more. */
const commitLike = /^(?=.{7})[0-9]+[eE][0-9]+$/;

/** Whether a plain scalar is a float that YAML 1.1 tools read as the text that may be meant. */
export function isCommitLike(type: TypedValue["type"], text: string): boolean {
  return type === "float" && commitLike.test(text);
}

/**
 * Whether YAML 1.1 tools read a plain scalar as something else than {@linkcode readPlain} does.
 * Floats such as `1e-5` are left out on purpose: text there, but nobody means text; but see
 * {@linkcode isCommitLike}.
 *
 * @param type as {@linkcode readPlain} reads it
 */
export function isAmbiguous(type: TypedValue["type"], text: string): boolean {
  // What comes first costs less than the first use of a pattern, which V8 then compiles.
  if (type === "int") {
    return "0+-".includes(text[0]!) && olderInteger.test(text) && !sameInteger.test(text);
  }
  if (type !== "string") return false;
  const first = text.charCodeAt("+-.".includes(text[0]!) ? 1 : 0);
  return first >= 48 && first <= 57 ? olderNumber.test(text) : olderWords.has(text);
}
