/**
 * What runs JavaScript here, where it matters how fast.
 *
 * @module
 */

/**
 * Whether it is V8: a binary may be made with QuickJS, which compiles nothing. V8 writes native code
 * in one line.
 */
export const isV8: boolean = !String(Array.prototype.push).includes("\n");
