/**
 * A module of `__main__` that a copy leaves out, and why.
 *
 * @module
 */
import { join } from "../path.ts";
import { ExpyrunError } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { EntryPoint } from "./entry_point.ts";
import { ignoreFileName, ignoreRules, isLitter } from "./ignore.ts";
import { readText } from "./text_file.ts";

/**
 * Refuses a module that is left out by a rule; one that is missing for another reason (it stands
 * behind a link) is not told here.
 *
 * @throws {ExpyrunError} "snapshot" that names the rules
 */
export async function refuseIgnored(spec: RunSpec, { module }: EntryPoint): Promise<void> {
  const file = await ignoringFile(spec.code, module);
  const litter = module.split("/").find(isLitter);
  if (file === undefined && litter === undefined) return;
  const because = file === undefined ? `"${litter}" is never copied` : `"${file}" excludes it`;
  const entry = module.split("/")[0] === module ? module : module.slice(0, module.lastIndexOf("/"));
  throw new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy the module of __main__, "${module}": ${because}`,
    place: spec.main.place,
    hint: file === undefined
      ? "Move it, or give it another name"
      : `Change "${file}", or copy it all the same: __include__: [${entry}]`,
  });
}

/** The deepest .gitignore file, absolute, that by itself excludes a module. */
async function ignoringFile(code: string, module: string): Promise<string | undefined> {
  const segments = module.split("/");
  const paths = segments.map((_, i) => segments.slice(0, i + 1).join("/"));
  for (const folder of ["", ...paths.slice(0, -1)].reverse()) {
    const file = join(code, folder, ignoreFileName);
    const text = readText(file);
    if (text === undefined) continue;
    const rules = await ignoreRules();
    rules.add(folder, text);
    if (paths.some((path) => rules.ignores({ path, isFolder: path !== module }))) return file;
  }
  return undefined;
}
