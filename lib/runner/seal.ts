/**
 * A call that holds secrets, on its way through a file: encrypted with a key that only the
 * environment of the child holds, so that no secret reaches the disk, not even after a crash.
 *
 * @module
 */

/** The variable that hands the key to the child. */
export const keyVariable = "EXPYRUN_CALL_KEY";

/** An encrypted text. */
export interface Sealed {
  /** JSON of what bootstrap.js opens: `{"sealed": ..., "nonce": ...}`, both in base 64. */
  readonly text: string;
  /** In base 64. */
  readonly key: string;
}

/** Encrypts a text with a new key, by AES-256-GCM. */
export async function seal(text: string): Promise<Sealed> {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const cryptoKey = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const plain = new TextEncoder().encode(text);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, cryptoKey, plain);
  return {
    text: JSON.stringify({ sealed: new Uint8Array(sealed).toBase64(), nonce: nonce.toBase64() }),
    key: key.toBase64(),
  };
}

function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
