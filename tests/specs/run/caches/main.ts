export async function main(): Promise<void> {
  const cache = await caches.open("models");
  const found = await cache.match("http://localhost/weights");
  console.log(found ? await found.text() : "empty");
  await cache.put("http://localhost/weights", new Response("of another run"));
}
