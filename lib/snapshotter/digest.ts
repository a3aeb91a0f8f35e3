/**
 * sha256 of texts and files, in hexadecimal.
 *
 * @module
 */

import { isV8 } from "../engine.ts";
import { wait } from "../time.ts";

/** Above this, files are read in pieces: what hashes whole ones is faster, but holds them. */
const wholeBytes = 32 * 2 ** 20;

/**
 * crypto.subtle asks another thread, which takes 0.05 ms, and 0.02 ms of many at a time; node:crypto
 * answers in 0.004 ms (QuickJS: 0.01), once it is loaded, in 25 ms: so long every process would wait
 * that makes a few digests.
 */
const loadedAfter = isV8 ? 1_000 : 1_500;
const smallBytes = 2 ** 16;

let smallDigests = 0;
type NodeCrypto = typeof import("node:crypto");
let loading: Promise<NodeCrypto> | undefined;

function nodeCrypto(): Promise<NodeCrypto> {
  return loading ??= loadCrypto();
}

/**
 * In a binary the runtime may be about to load the module for itself, and hands it out before it is
 * ready (tried).
 */
async function loadCrypto(): Promise<NodeCrypto> {
  const module = await import("node:crypto");
  while (!isReady(module)) await wait(1);
  return module;
}

/** What a module exports by default is there once all of it has run. */
function isReady(module: NodeCrypto): boolean {
  try {
    return Reflect.get(module, "default") !== undefined;
  } catch {
    return false;
  }
}

/** The sha256 of bytes, or of a text in UTF-8. */
export async function sha256(data: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  if (bytes.length > smallBytes || smallDigests++ < loadedAfter) {
    return hexOf(await crypto.subtle.digest("SHA-256", bytes));
  }
  return (await nodeCrypto()).hash("sha256", bytes);
}

/** The sha256 of a file, and how long it is. Symbolic links are followed. */
export async function digestFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const { size } = Deno.statSync(path);
  if (size > wholeBytes) return await digestInPieces(path);
  const data = Deno.readFileSync(path);
  return { bytes: data.length, sha256: await sha256(data) };
}

async function digestInPieces(path: string): Promise<{ bytes: number; sha256: string }> {
  // Loading it costs as much as starting Deno, so only what holds big files pays for it.
  const { createHash } = await nodeCrypto();
  const hash = createHash("sha256");
  const piece = new Uint8Array(2 ** 20);
  using file = Deno.openSync(path);
  let bytes = 0;
  for (let read = file.readSync(piece); read !== null; read = file.readSync(piece)) {
    hash.update(piece.subarray(0, read));
    bytes += read;
  }
  return { bytes, sha256: hash.digest("hex") };
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(bytes: ArrayBuffer): string {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += digits[byte];
  return text;
}
