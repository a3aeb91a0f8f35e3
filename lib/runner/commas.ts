/**
 * Paths that `deno run` cannot be told, as a comma separates the items of a permission flag: found
 * while preparing, where the place that says them is known.
 *
 * @module
 */
import { ExpyrunError, type Place } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { ExperimentFolder } from "../snapshotter/folder.ts";
import { realPath } from "../files.ts";
import { grantsFolderOnly } from "./permissions.ts";

/**
 * Refuses a folder, code or inputs that a launch would have to name by a path with a comma. What is
 * copied has been looked through by the snapshotter, what is granted by the resolver.
 *
 * @param debug whether the original code runs
 * @throws {ExpyrunError} `launch`
 */
// deno-lint-ignore require-await -- touches the disk
export async function refuseCommas(
  spec: RunSpec,
  folder: ExperimentFolder,
  debug: boolean,
): Promise<void> {
  if (spec.permissions.read.allow !== true) {
    const named = readPaths(spec, debug).find(({ path }) => path.includes(","));
    const hint = "Rename it without a comma, or let the run read everything: read: true";
    if (named) throw refusal(`let the run read "${named.path}": it`, hint, named.place);
  }
  if (isNamedToo(folder.path, spec) && folder.path.includes(",")) {
    const [key, place] = spec.outputDir.includes(",")
      ? ["__output_dir__", spec.outputDirPlace] as const
      : ["__name__", spec.namePlace] as const;
    const hint = `Choose another ${key}, without a comma`;
    throw refusal(`use "${folder.path}": it leads through a symbolic link and`, hint, place);
  }
}

/** What is granted besides the folder where reading is narrow. */
function readPaths({ code, codePlace, main, inputs }: RunSpec, debug: boolean) {
  const original = debug ? [{ path: code, place: codePlace ?? main.place }] : [];
  const declared = inputs.flatMap(({ path, place }) => [
    { path, place },
    { path: realPath(path), place },
  ]);
  return [...original, ...declared];
}

/** By its real path the folder is `.`; another one is named where more may be written. */
function isNamedToo(folder: string, { permissions }: RunSpec): boolean {
  return !grantsFolderOnly(permissions) && realPath(folder) !== folder;
}

function refusal(what: string, hint: string, place: Place): ExpyrunError {
  const message = `Cannot ${what} holds a comma, which separates permissions`;
  return new ExpyrunError({ code: "launch", message, place, hint });
}
