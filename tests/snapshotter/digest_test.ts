import { assertEquals } from "@std/assert";
import { sha256 } from "../../lib/snapshotter/digest.ts";
Deno.test("sha256: the first digests and those after many are made alike", async () => {
  const texts = ["", "a", "é\u{1f600}", "x".repeat(70_000)];
  const first = await Promise.all(texts.map(sha256));
  for (let i = 0; i < 1_600; i++) await sha256(String(i));
  assertEquals(await Promise.all(texts.map(sha256)), first);
  assertEquals(await sha256(new Uint8Array([0xff])), await reference(new Uint8Array([0xff])));
});

async function reference(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
