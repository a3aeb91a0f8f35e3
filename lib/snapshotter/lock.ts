/**
 * Completes a lock with everything that a module imports, by asking Deno.
 *
 * @module
 */
import { join } from "../path.ts";
import { ExpyrunError, type Problem } from "../errors.ts";
import { type Grant, isNothing } from "../resolver/permission_set.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import { folderUrl } from "./import_map.ts";

/** The Deno that imports are locked with. */
export interface DenoProgram {
  /** The executable. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What to lock. */
export interface LockRequest {
  readonly spec: RunSpec;
  /** The folder that the modules are in; absolute. */
  readonly root: string;
  /** The entry point's module first; relative to `root`. */
  readonly modules: readonly string[];
  /** Absent: Deno finds it by itself, from the module upwards. */
  readonly config?: string | undefined;
  readonly lock: string;
  readonly deno: DenoProgram;
  /** Names that lead outside of `code`, with what they lead to. */
  readonly outside: readonly { readonly name: string; readonly target: string }[];
}

/** The text of a lock that holds nothing. */
export const emptyLock = '{\n  "version": "5"\n}\n';

/** Whether the text of a lock holds anything that Deno keeps in its cache. */
export function locksAnything(lock: string): boolean {
  return /"(npm|jsr|remote)": \{/.test(lock);
}

/**
 * Runs `deno cache`, which writes what is missing into the lock.
 *
 * @throws {ExpyrunError} "lock" with Deno's own words
 */
export async function completeLock(request: LockRequest): Promise<void> {
  const [entry, ...others] = request.modules;
  const refusal = await cache(request, request.modules);
  if (refusal === undefined) return;
  // Whatever else might be imported need not work, nor be imported at all; the entry point must.
  // What Deno could lock of the others stays in the lock (tried).
  const ofEntry = others.length === 0 ? refusal : await cache(request, [entry!]);
  if (ofEntry !== undefined) throw lockError(request, ofEntry);
}

/**
 * The lock that npm's means, by Deno's own reading of it, which it does where it installs alone.
 *
 * @param inside a folder that work may be done in
 * @returns the text of a deno.lock; nothing where Deno cannot tell
 */
export async function lockFromNpm(
  { manifest, npmLock }: { readonly manifest: string; readonly npmLock: string },
  inside: string,
  deno: DenoProgram,
): Promise<string | undefined> {
  const folder = join(inside, "npm");
  Deno.mkdirSync(folder);
  try {
    Deno.writeTextFileSync(join(folder, "deno.json"), '{ "nodeModulesDir": "none" }\n');
    Deno.writeTextFileSync(join(folder, "package.json"), manifest);
    Deno.writeTextFileSync(join(folder, "package-lock.json"), npmLock);
    const { success } = await new Deno.Command(deno.program, {
      args: ["install", "-q", "--lockfile-only"],
      cwd: folder,
      env: { ...deno.env },
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? Deno.readTextFileSync(join(folder, "deno.lock")) : undefined;
  } catch {
    return undefined; // No room, or no Deno: what needs either says so.
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What Deno says when it refuses; nothing when the lock is complete. */
async function cache(request: LockRequest, modules: readonly string[]) {
  const { config, lock, root, deno } = request;
  const command = new Deno.Command(deno.program, {
    args: [
      "cache",
      "-q",
      ...config === undefined ? [] : ["--config", config],
      "--lock",
      lock,
      ...importFlags(request.spec.permissions.import),
      // Relative: in a path Deno takes `?` and `*` for a pattern.
      ...modules.map((module) => `./${module}`),
    ],
    cwd: root,
    env: { ...deno.env, NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  try {
    const { success, stderr } = await command.output();
    return success ? undefined : new TextDecoder().decode(stderr);
  } catch (error) {
    throw new ExpyrunError({
      code: "lock",
      message: `Cannot start "${deno.program}" to lock the imports: ${String(error)}`,
    });
  }
}

// Those that Deno imports from by itself (2.9); a flag takes their place.
const importHosts = [
  "deno.land",
  "jsr.io",
  "esm.sh",
  "raw.esm.sh",
  "cdn.jsdelivr.net",
  "raw.githubusercontent.com",
  "gist.githubusercontent.com",
].map((host) => `${host}:443`);

/** What the experiment may import from may be locked; where it grants nothing, as Deno does by itself. */
function importFlags(granted: Grant): string[] {
  if (isNothing(granted)) return [];
  const { allow, deny } = granted;
  const hosts = Array.isArray(allow) ? [...importHosts, ...allow] : allow;
  return [...flag("--allow-import", hosts), ...flag("--deny-import", deny)];
}

function flag(name: string, amount: Grant["allow"]): string[] {
  if (typeof amount === "boolean") return amount ? [name] : [];
  return amount.length > 0 ? [`${name}=${amount.join(",")}`] : [];
}

function lockError(request: LockRequest, refusal: string): ExpyrunError {
  const { spec, modules, root } = request;
  // The copy goes away with the error: show the original.
  const text = refusal.replace(/\n\s*Stack backtrace:[^]*$/, "")
    .replaceAll(folderUrl(root), folderUrl(spec.code));
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return new ExpyrunError({
    code: "lock",
    message: `Cannot lock the imports of "${modules[0]}": Deno says ` +
      `"${(lines[0] ?? "nothing").replace(/^error: /, "")}"`,
    place: spec.main.place,
    notes: notesOf(lines.slice(1)),
    hint: hintOf(text, request),
  });
}

function notesOf(lines: readonly string[]): NonNullable<Problem["notes"]> {
  return lines.slice(0, 8).map((message) => ({ message }));
}

function hintOf(text: string, { spec, outside }: LockRequest): string | undefined {
  const left = outside.find(({ name }) => text.includes(`"${name}`));
  if (left) return `"${left.name}" leads to "${left.target}", outside of __code__: widen __code__`;
  const host = /Requires import access to "([^"]+)"/.exec(text)?.[1];
  if (host) return `Grant it: __run__: { __permissions__: { import: ["${host}"] } }`;
  const missing = missingModule(text, spec.code);
  if (missing) return `If it is part of the code, copy it too: name "${missing}" in __include__`;
  if (/Module not found "file:|Cannot find module|No such file/.test(text)) {
    return `If the file exists, it is not in the copy: name it in __include__ ` +
      `(below __code__, "${spec.code}")`;
  }
  // The original is resolved as Deno resolves it where it stands, from its node_modules: with
  // another mode than the project's own, --debug would not run what the user runs.
  if (/node_modules.* up to date/.test(text)) {
    return "Run `deno install` (or `npm install`) in the original: --debug runs it where it stands";
  }
  if (/not a dependency|not in import map/.test(text)) {
    return 'Add it to "imports" in deno.json, or to "dependencies" in package.json';
  }
  if (/npm package .* (does not exist|matching)/.test(text)) {
    return "Check the name and the version in the import, or in what it is mapped to";
  }
  if (/No space left/.test(text)) return "Free some space there, or choose another __output_dir__";
  if (/sending request|dns error|connect|timed out|offline|ot found in cache/i.test(text)) {
    return "Locking an import that is not cached yet needs the network: try again with it";
  }
  if (/[Ii]ntegrity/.test(text)) return "The lock of the project holds another content for it";
  return undefined;
}

/** The module that is not there, relative to `code` when it is below it. */
function missingModule(text: string, code: string): string | undefined {
  const url = /Module not found "(file:[^"\n]+)"/.exec(text)?.[1];
  const from = folderUrl(code);
  return url?.startsWith(from) ? decodeURIComponent(url.slice(from.length)) : undefined;
}
