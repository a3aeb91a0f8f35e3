import { assert, assertEquals } from "@std/assert";
import { seal } from "../../lib/runner/seal.ts";

Deno.test("a sealed text tells nothing, and opens with its key", async () => {
  const plain = `{"config":{"token":"s3cret ü"}}`;
  const { text, key } = await seal(plain);
  assert(!text.includes("s3cret") && !text.includes(key));
  const { sealed, nonce } = JSON.parse(text);
  const bytes = Uint8Array.fromBase64(key);
  const opener = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);
  const opened = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: Uint8Array.fromBase64(nonce) },
    opener,
    Uint8Array.fromBase64(sealed),
  );
  assertEquals(new TextDecoder().decode(opened), plain);
});

Deno.test("every seal has a key of its own", async () => {
  const [a, b] = await Promise.all([seal("x"), seal("x")]);
  assert(a.key !== b.key && a.text !== b.text);
});
