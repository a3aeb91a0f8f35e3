export async function main(): Promise<void> {
  console.log((await new Response(Deno.stdin.readable).text()).toUpperCase());
}
