// The few functions of @std that the tests use: its npm build ships no types of its own.

declare module "@std/assert" {
  /** Any class, abstract ones included. */
  // deno-lint-ignore no-explicit-any -- the parameters of a class are contravariant
  type Class<E extends Error> = abstract new (...args: any[]) => E;

  export class AssertionError extends Error {}
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): void;
  export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertArrayIncludes<T>(
    actual: ArrayLike<T>,
    expected: ArrayLike<T>,
    msg?: string,
  ): void;
  export function assertThrows(fn: () => unknown, msg?: string): unknown;
  export function assertThrows<E extends Error>(
    fn: () => unknown,
    ErrorClass: Class<E>,
    msgIncludes?: string,
    msg?: string,
  ): E;
  export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  export function assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    ErrorClass: Class<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
  export function fail(msg?: string): never;
  export function unreachable(msg?: string): never;
}

declare module "@std/yaml" {
  export function parse(text: string): unknown;
  export function parseAll(text: string): unknown;
  export function stringify(data: unknown, options?: { sortKeys?: boolean }): string;
}

declare module "@std/jsonc" {
  export function parse(text: string): unknown;
}

declare module "@std/cli" {
  export function parseArgs(
    args: readonly string[],
    options?: {
      boolean?: readonly string[];
      string?: readonly string[];
      default?: Readonly<Record<string, unknown>>;
    },
  ): Record<string, unknown> & { _: (string | number)[] };
}

declare module "@std/path/posix" {
  export const SEPARATOR: string;
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function fromFileUrl(url: URL): string;
  export function globToRegExp(glob: string): RegExp;
  export function isAbsolute(path: string): boolean;
  export function join(path: string, ...paths: string[]): string;
  export function normalize(path: string): string;
  export function relative(from: string, to: string): string;
  export function resolve(...paths: string[]): string;
  export function toFileUrl(path: string): URL;
}

declare module "@std/path/windows" {
  export * from "@std/path/posix";
}
