/**
 * One word of an axis becomes several: `A..B[..STEP]`, `lin:A..B..N`, `log:A..B..N`. All inclusive.
 *
 * Values stay text, which the kind of the key's default then types like any override. Steps are
 * counted in decimals, not in binary floats: `0..1..0.1` holds 0.3, not 0.30000000000000004.
 *
 * @module
 */
import { arrayOf, counted, type Sequence } from "./sequence.ts";

/** What a range became, or why it is none. */
export type Expansion =
  | {
    readonly values: Sequence<string>;
    /** What it should be told of: its steps do not meet its end. */
    readonly missed?: string;
  }
  | { readonly problem: string; readonly hint: string };

/** More values than this on one axis are taken for a slip of the pen. */
const maxAxisValues = 100_000;

const number = String.raw`[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?`;
const pattern = new RegExp(`^(lin:|log:)?(${number})\\.\\.(${number})(?:\\.\\.(${number}))?$`);

/** Whether the word is meant as a range, well-formed or not. */
export function looksLikeRange(word: string): boolean {
  return /^(lin|log):/.test(word) || /^[-+.\d].*\.\./.test(word);
}

/**
 * Expands one word for a numeric key.
 *
 * @returns the word itself where it is no range
 *
 * @example
 * ```ts
 * import { expandRange } from "./range.ts";
 *
 * const expansion = expandRange("0..2", "int");
 * console.assert("values" in expansion && expansion.values.at(2) === "2");
 * ```
 */
export function expandRange(word: string, kind: "int" | "float"): Expansion {
  if (!looksLikeRange(word)) return { values: [word] };
  const match = pattern.exec(word);
  // `0...3` would be 0 to .3, which nobody means.
  if (!match || word.includes("...")) return malformed(word);
  const [, form, from, to, third] = match as unknown as [
    string,
    string?,
    string?,
    string?,
    string?,
  ];
  if (form === undefined) return steps(word, from!, to!, third, kind);
  if (third === undefined || !/^\d+$/.test(third)) return malformed(word);
  return spaced(word, form, from!, to!, Number(third), kind);
}

function malformed(word: string): Expansion {
  return {
    problem: `Cannot read "${word}" as a range`,
    hint: "Ranges are A..B, A..B..STEP, lin:A..B..N and log:A..B..N, with numbers",
  };
}

/** A decimal number as `digits * 10 ** -scale`. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

function decimal(text: string): Decimal {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().replace(/^\+/, "").split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(`${whole === "" || whole === "-" ? `${whole}0` : whole}${fraction}`);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

function written({ digits, scale }: Decimal): string {
  if (scale === 0) return String(digits);
  const sign = digits < 0n ? "-" : "";
  const padded = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  const fraction = padded.slice(-scale).replace(/0+$/, "");
  return `${sign}${padded.slice(0, -scale)}${fraction === "" ? "" : `.${fraction}`}`;
}

function steps(
  word: string,
  from: string,
  to: string,
  step: string | undefined,
  kind: "int" | "float",
): Expansion {
  if ([from, to, step ?? ""].some(isHuge)) return tooHuge(word);
  const parts = [decimal(from), decimal(to), decimal(step ?? "1")];
  const scale = Math.max(...parts.map((part) => part.scale));
  const [first, last, size] = parts.map((part) =>
    part.digits * 10n ** BigInt(scale - part.scale)
  ) as [bigint, bigint, bigint];
  // Without a step a falling range falls: 4..0.
  const by = step === undefined && last < first ? -size : size;
  if (by === 0n || (last - first) * by < 0n) {
    return {
      problem: `Cannot expand "${word}": its step never reaches the end`,
      hint: by === 0n ? "Give it a step other than 0" : "Turn the step's sign",
    };
  }
  const count = (last - first) / by + 1n;
  if (count > BigInt(maxAxisValues)) return tooMany(word);
  const values = counted(
    Number(count),
    (index) => written({ digits: first + BigInt(index) * by, scale }),
  );
  const lastValue = written({ digits: first + (count - 1n) * by, scale });
  const missed = (last - first) % by === 0n ? {} : {
    missed: `"${word}" ends at ${lastValue}: its steps of ${written({ digits: by, scale })} ` +
      `do not meet ${to}`,
  };
  if (kind === "float") return { values, ...missed };
  // An end that is no integer is a slip, though counting never comes to it.
  const brokenEnd = [from, to].map((end) => written(decimal(end))).find((end) => !isWhole(end));
  if (brokenEnd !== undefined) return noInteger(word, brokenEnd, "Begin and end it with integers");
  // Of two integers that follow each other all others are integers, too.
  return { ...whole(word, values, [0, 1].flatMap((index) => values.at(index) ?? [])), ...missed };
}

/** An exponent that no number of a configuration has would take all memory in decimals. */
function isHuge(text: string): boolean {
  return Math.abs(Number(text.split(/e/i)[1] ?? 0)) > 400;
}

function tooHuge(word: string): Expansion {
  return {
    problem: `Cannot expand "${word}": its exponents are too large`,
    hint: "Use log:A..B..N",
  };
}

function spaced(
  word: string,
  form: string,
  first: string,
  last: string,
  count: number,
  kind: "int" | "float",
): Expansion {
  const log = form === "log:";
  const [from, to] = [Number(first), Number(last)];
  if (log && !(from > 0 && to > 0)) {
    return {
      problem: `Cannot expand "${word}": a logarithm needs numbers above 0`,
      hint: "Use lin:A..B..N",
    };
  }
  if (!Number.isFinite(from) || !Number.isFinite(to)) return malformed(word);
  if (count < 1 || (count === 1 && from !== to)) {
    return {
      problem: `Cannot expand "${word}": it needs 2 values or more`,
      hint: "N counts the values",
    };
  }
  if (count > maxAxisValues) return tooMany(word);
  if (isHuge(first) || isHuge(last)) return tooHuge(word);
  const values = log ? logarithmic(from, to, count) : linear(first, last, count);
  return kind === "int" ? whole(word, values, arrayOf(values)) : { values };
}

/** Twelve digits: the noise of the last bits makes no folder name and no table better. */
const shownDigits = 12;

function logarithmic(from: number, to: number, count: number): Sequence<string> {
  const ratio = to / from;
  // Where the ratio is beyond a double, so may be what lies between: then by logarithms.
  const at = (share: number) =>
    Number.isFinite(ratio) && ratio > 0
      ? from * ratio ** share
      : Math.exp(Math.log(from) * (1 - share) + Math.log(to) * share);
  return counted(count, (index) => {
    if (index === 0) return String(from);
    if (index === count - 1) return String(to);
    return String(Number(at(index / (count - 1)).toPrecision(shownDigits)));
  });
}

/** In decimals, exact where a value has an end; elsewhere as fine as the larger end is shown. */
function linear(first: string, last: string, count: number): Sequence<string> {
  const ends = [decimal(first), decimal(last)] as const;
  const scale = Math.max(...ends.map((end) => end.scale));
  const [from, to] = ends.map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own)) as [
    bigint,
    bigint,
  ];
  const parts = BigInt(Math.max(1, count - 1));
  // More than are shown: those are rounded.
  const extra = 2 * shownDigits;
  const finer = 10n ** BigInt(extra);
  return counted(count, (index) => {
    const sum = from * (parts - BigInt(index)) + to * BigInt(index);
    if (sum % parts === 0n) return shortened(written({ digits: sum / parts, scale }));
    return shortened(written({ digits: sum * finer / parts, scale: scale + extra }));
  });
}

/** Small and large numbers as a double is written, where that is the same number. */
function shortened(text: string): string {
  const number = Number(text);
  if (!/\./.test(text)) return text.length > 21 ? String(number) : text;
  return String(Number(number.toPrecision(shownDigits)));
}

/** @param tried the values to look at */
function whole(word: string, values: Sequence<string>, tried: readonly string[]): Expansion {
  const broken = tried.find((value) => !isWhole(value));
  if (broken === undefined) return { values };
  return noInteger(word, broken, "Choose a step or a number of values that meets integers only");
}

function isWhole(value: string): boolean {
  return /^-?\d+$/.test(value);
}

function noInteger(word: string, value: string, hint: string): Expansion {
  return {
    problem: `Cannot expand "${word}": ${value} is no integer, and the key's values are`,
    hint,
  };
}

function tooMany(word: string): Expansion {
  return {
    problem: `Cannot expand "${word}": it has more than ${maxAxisValues} values`,
    hint: "Choose a larger step; or draw from all of them: {min: FROM, max: TO} with random runs",
  };
}
