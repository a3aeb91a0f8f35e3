/**
 * What a snapshot begins at: the package of the entry point, and the includes.
 *
 * @module
 */
import { isAbsent, realPath } from "../files.ts";
import { nearPath } from "../near_path.ts";
import { basename, dirname, isAbsolute, join, slashed } from "../path.ts";
import { ExpyrunError, type Place } from "../errors.ts";
import type { RunSpec } from "../resolver/run_section.ts";
import type { EntryPoint } from "./entry_point.ts";
import { ownedNames } from "./folder.ts";
import { neverCopied } from "./ignore.ts";

/** A package or an include: what it is called, and where its contents really stand. */
export interface Root {
  readonly path: string;
  readonly source: string;
  readonly place: Place;
  /** Whether .gitignore files count. */
  readonly ruled: boolean;
}

/**
 * The package first, then the includes, each once.
 *
 * @throws {ExpyrunError} "snapshot" for a name that cannot be included, or is expyrun's own
 */
export function rootsOf(spec: RunSpec, entry: EntryPoint): Root[] {
  const paths = new Map<string, { place: Place; ruled: boolean }>();
  paths.set(entry.top, { place: spec.main.place, ruled: true });
  for (const { path, place } of spec.include) {
    const inside = includePath(spec, path, place);
    // The package itself may be included: then all of it is.
    paths.set(inside, { place: paths.get(inside)?.place ?? place, ruled: false });
  }
  return [...paths].map(([path, { place, ruled }]) => {
    checkName(path, place);
    return { path, source: realPath(join(spec.code, path)), place, ruled };
  });
}

function includePath(spec: RunSpec, written: string, place: Place): string {
  const path = slashed.normalize(
    Deno.build.os === "windows" ? written.replaceAll("\\", "/") : written,
  )
    .replace(/\/$/, "");
  const refuse = (because: string, hint: string) =>
    new ExpyrunError({
      code: "snapshot",
      message: `Cannot include "${written}": ${because}`,
      place,
      hint,
    });
  const below = `__include__ names files and folders below __code__, which is "${spec.code}"`;
  if (isAbsolute(path) || slashed.isAbsolute(path)) throw refuse("it is an absolute path", below);
  if (path === ".." || path.startsWith("../")) throw refuse("it leaves __code__", below);
  if (path === "." || path === "") throw refuse("it is the whole of __code__", below);
  const never = path.split("/").find((segment) => neverCopied.has(segment));
  if (never !== undefined) throw refuse(`"${never}" is never copied`, "Read it by its path");
  try {
    Deno.lstatSync(join(spec.code, path));
  } catch (error) {
    if (!isAbsent(error)) throw refuse(readReason(error), "Make it readable");
    const near = nearPath(join(spec.code, path));
    throw refuse(
      `there is no such file or folder in "${spec.code}"`,
      near === undefined ? below : `Did you mean "${slashed.relative(spec.code, near)}"?`,
    );
  }
  return path;
}

function checkName(path: string, place: Place): void {
  const name = path.split("/")[0]!;
  if (path.includes(",")) {
    const instead = path === name ? "" : ", or include the folder above it";
    const because = "it holds a comma, which separates the paths that must not be written";
    throw copyError(path, because, `Rename it without a comma${instead}`, place);
  }
  // Letter case aside: on many machines the two would be one file.
  if (!ownedNames.has(name.toLowerCase())) return;
  throw copyError(
    path,
    `"${name}" is the name of one of expyrun's own files in the experiment folder`,
    "Rename it, or put it into a folder",
    place,
  );
}

/**
 * The error of something that cannot be copied.
 *
 * @param path how it is called in the copy
 */
export function copyError(path: string, because: string, hint?: string, place?: Place) {
  return new ExpyrunError({
    code: "snapshot",
    message: `Cannot copy "${path}": ${because}`,
    place,
    hint,
  });
}

/**
 * Why the file system refused to read something.
 *
 * @param name what it is called in its folder, where it was listed there
 */
export function readReason(error: unknown, name = ""): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  // What a listed name does not spell is replaced, and then leads nowhere.
  if (name.includes("\ufffd")) return "its name is not UTF-8";
  if (error instanceof Deno.errors.NotFound) return "it is not there any more";
  return error instanceof Error ? error.message : String(error);
}

/** The path with every symbolic link followed; of what is not there yet as it will be. */
export function realPathAhead(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathAhead(parent), basename(path));
  }
}
