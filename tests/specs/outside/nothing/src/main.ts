import { a } from "./a.ts"; export async function main() { console.log(a, (await import("./b.ts")).b); }
