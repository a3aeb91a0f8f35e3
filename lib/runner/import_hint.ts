/**
 * The way out of an import or a file that was missing, found in the last words of its process.
 *
 * @module
 */
import { nearMiss } from "../errors.ts";
import { dirname, slashed } from "../path.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import { inFolder, plain, unlocked, yamlWord } from "./hint_text.ts";

/**
 * The line of `__include__` that would have copied the module or file that was missing, or what to
 * do about an import that the lock does not hold.
 *
 * @param stderrTail the end of what the experiment wrote to stderr
 * @param folders the present paths of the experiment folder
 * @returns nothing when nothing was missing, or it is none of the code's
 */
export function importHint(
  stderrTail: string,
  record: RunRecord,
  folders: readonly string[],
): string | undefined {
  const text = plain(stderrTail);
  if (record.runtime === "embedded" && notInstalled.test(text)) return installHint(text);
  if (notLocked.test(text)) return unlocked;
  if (record.code.mode === "original") return undefined;
  const module = missingModule(text);
  const hint = module && moduleHint(module, record, folders);
  if (hint) return hint;
  const file = missingFile(text);
  const inside = file && inFolder(file, folders);
  if (!inside) return undefined;
  return `${
    includeLine(inside, record)
  }; $EXPYRUN_CWD names the folder that the command was given in`;
}

function moduleHint(
  path: string,
  record: RunRecord,
  folders: readonly string[],
): string | undefined {
  const inside = inFolder(path, folders);
  if (!inside) return leavingHint(path, folders);
  const near = nearFile(inside, record);
  return sameStem(inside, record) ?? extensionHint(inside, record) ??
    `${near ? `${near} ` : ""}${includeLine(inside, record)}`;
}

/** Other tools find `./data` where Deno wants `./data.ts`. */
function extensionHint(inside: string, { code }: RunRecord): string | undefined {
  const meant = code.files.find(({ path }) =>
    path.startsWith(`${inside}.`) && /^\.(?:[cm]?[jt]sx?|json)$/.test(path.slice(inside.length))
  );
  return meant && `Did you mean "${meant.path}"? Imports need the extension`;
}

/** Compilers let one import "./data.js" where the file is data.ts. */
function sameStem(inside: string, { code }: RunRecord): string | undefined {
  const own = inside.replace(/\.[cm]?[jt]sx?$/, "");
  const meant = code.files.find(({ path }) =>
    own !== inside && path.startsWith(`${own}.`) && /^\.[cm]?[jt]sx?$/.test(path.slice(own.length))
  );
  return meant && `Did you mean "${meant.path}"? Imports name the file itself`;
}

/** What stood beside the code does not stand beside its copy. */
function leavingHint(path: string, folders: readonly string[]): string | undefined {
  const near = folders.flatMap((folder) => [dirname(folder), dirname(dirname(folder))])
    .filter((above) => above !== dirname(above)).map((above) => `${above}/`);
  if (!near.some((folder) => path.startsWith(folder))) return undefined;
  return "The import leads out of __code__: set __code__ to a folder that holds both files";
}

/** In a folder that was copied a name is sooner misspelt than ignored. */
function nearFile(inside: string, { code }: RunRecord): string | undefined {
  const beside = code.files.filter(({ path }) => slashed.dirname(path) === slashed.dirname(inside));
  const near = nearMiss(stem(inside), beside.map(({ path }) => stem(path)));
  const file = beside.find(({ path }) => stem(path) === near);
  return file && `Did you mean "${file.path}"?`;
}

function stem(path: string): string {
  return slashed.basename(path).replace(/\.[^.]+$/, "");
}

/** With what is included already: the line replaces the one that is there. */
function includeLine(inside: string, { code }: RunRecord): string {
  const items = [...code.roots.slice(1), inside].map(yamlWord).join(", ");
  return `If it is part of the code, copy it too: __run__: { __include__: [${items}] }`;
}

const notInstalled =
  /Import "[^"\n]*" not a dependency|Could not resolve "[^"\n]*", but found it in a package\.json|matching package for '|Module not found "(?:npm|jsr|https?):/;

/** A name that nothing maps is known to no runtime. */
function installHint(text: string): string {
  const name = /Import "([\w@][^":\n]*)" not a dependency(?!: )/.exec(text)?.[1];
  return name === undefined
    ? uninstalled
    : `Add it to the project: \`npm install ${name}\`; or name it in "imports" of deno.json`;
}

const uninstalled =
  "Install it into node_modules (`npm install`, or `deno install --node-modules-dir=auto` for what " +
  "deno.json names), or into a vendor " +
  "folder what comes from JSR or a URL; or use --runtime deno, which takes it from Deno's cache";

const notLocked =
  /The lockfile is out of date|but --no-remote is specified|but --no-npm is specified|^.*Import "[^"\n]*" not a dependency/m;

function missingModule(text: string): string | undefined {
  const url = [...text.matchAll(/Module not found "(file:\/\/[^"\n]+)"/g)].at(-1)?.[1];
  if (url === undefined) return undefined;
  const path = decodeURIComponent(new URL(url).pathname);
  return path.replace(/^\/(?=[A-Za-z]:)/, "");
}

function missingFile(text: string): string | undefined {
  const pattern =
    /(?:NotFound: |ENOENT: )[^\n]*?(?:readfile|open|stat|readdir|scandir) '([^'\n]+)'/g;
  return [...text.matchAll(pattern)].at(-1)?.[1];
}
