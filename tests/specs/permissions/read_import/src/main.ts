/** By a name that no look at the code finds. */
const load = new Function("path", "return import(path, { with: { type: 'text' } })");

export async function main() {
  const path = `${Deno.env.get("EXPYRUN_CWD")}/secret.txt`;
  const text = await load(path).then((module: { default: string }) => module.default, String);
  console.log(/Requires read access to "[^"]*secret.txt"/.test(text) ? "refused" : text);
}
