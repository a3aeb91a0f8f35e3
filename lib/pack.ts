/**
 * The verb `pack`: one run as one archive.
 *
 * @module
 */
import type { PackCommand } from "./command.ts";
import { type ArgumentPlace, ExpyrunError } from "./errors.ts";
import { systemCode } from "./files.ts";
import { interruptibly } from "./interruption.ts";
import { basename, join, resolve } from "./path.ts";
import { type ArchiveItem, insideName, writeArchive } from "./runs/archive.ts";
import { cachedDependencies } from "./runs/dependencies.ts";
import { outputFiles } from "./runs/outputs.ts";
import { escapingLink } from "./snapshotter/link_targets.ts";
import { refuseChanges } from "./runs/trust.ts";
import { type ExperimentFolder, openFolder } from "./snapshotter/folder.ts";
import { packageFiles } from "./snapshotter/packages.ts";
import type { RunRecord } from "./snapshotter/record.ts";
import { findRecord } from "./snapshotter/record_file.ts";
import type { World } from "./world.ts";

/**
 * Packs a run.
 *
 * @returns the path of the archive, as a line
 * @throws {ExpyrunError} when the folder has changed since its record, or cannot be packed
 */
export async function pack(command: PackCommand, world: World): Promise<string> {
  const { folder: path, folderPlace: place, force, output } = command;
  const folder = openFolder(resolve(world.cwd, path));
  const record = await findRecord(folder, place);
  if (record) await refuseChanges({ folder, record, purpose: "pack", place, force });
  const items = await itemsOf(folder, record, command, world);
  const archive = resolve(world.cwd, output?.path ?? `${basename(folder.path)}.tar.gz`);
  try {
    // A name that was chosen may be written over; that of another run's archive is a coincidence.
    const replace = output === undefined ? "if the same" : "always";
    const write = ({ checkpoint }: World) => writeArchive(archive, items, replace, checkpoint);
    if (!await interruptibly("packing the run", world, write)) throw otherArchive(archive, place);
  } catch (error) {
    throw writeError(archive, error, output?.place ?? place);
  }
  return `${archive}\n`;
}

function otherArchive(archive: string, place: ArgumentPlace): ExpyrunError {
  return new ExpyrunError({
    code: "folder",
    message: `Cannot write "${archive}": it is there already, with other contents`,
    place,
    hint: "Choose a path with -o FILE (which writes over what is there)",
  });
}

function writeError(archive: string, error: unknown, place: ArgumentPlace): unknown {
  if (!(error instanceof Error) || systemCode(error) === undefined) return error;
  const because = error instanceof Deno.errors.NotFound
    ? "there is no such folder"
    : error.message.split(/ \(os error/)[0];
  const message = `Cannot write "${archive}": ${because}`;
  const hint = "Choose another path with --output FILE";
  return new ExpyrunError({ code: "folder", message, place, hint });
}

async function itemsOf(
  folder: ExperimentFolder,
  record: RunRecord | undefined,
  command: PackCommand,
  world: World,
): Promise<ArchiveItem[]> {
  const { folderPlace: place, outputs } = command;
  if (record?.code.mode === "original") {
    throw new ExpyrunError({
      code: "status",
      message: `Cannot pack "${folder.path}": it ran the original code (--debug), and holds none`,
      place,
      hint: "Run it again without --debug",
    });
  }
  const top = basename(folder.path);
  const item = (path: string) => itemAt(folder.path, path, top);
  // Without a record nothing tells code from outputs: all of it is packed.
  if (!record) return await Promise.all((await outputFiles(folder, undefined, "all")).map(item));
  const paths = [
    ...await ownFiles(folder),
    ...record.code.files.map(({ path }) => path),
    ...(await packageFiles(folder, record.code)).map(({ path }) => path),
    ...(outputs ? await packableOutputs(folder, record, world) : []),
  ];
  const unpackable = paths.find((path) => insideName(path) === undefined);
  if (unpackable !== undefined) throw noSuchName(unpackable, place);
  // What runs without Deno has its dependencies in the folder.
  const dependencies = record.runtime === "deno"
    ? await cachedDependencies(folder, record, world, place)
    : [];
  const cache = `${top}/${basename(folder.hidden)}/${basename(folder.denoDir)}`;
  return [
    ...await Promise.all([...new Set(paths)].map(item)),
    ...dependencies.map(({ path, source }): ArchiveItem => {
      return { kind: "file", path: `${cache}/${path}`, source };
    }),
  ];
}

function noSuchName(path: string, place: ArgumentPlace): ExpyrunError {
  return new ExpyrunError({
    code: "snapshot",
    message: `Cannot pack "${path}": no archive holds such a name`,
    place,
    hint: "Rename it in the sources, and run again",
  });
}

/** What no archive can hold, as it would not be unpacked, is left out. */
async function packableOutputs(
  folder: ExperimentFolder,
  record: RunRecord,
  world: World,
): Promise<string[]> {
  const leaveOut = (path: string, because: string) =>
    world.warn({ code: "snapshot", message: `Leaving out "${path}": ${because}` });
  const packable: string[] = [];
  for (const path of await outputFiles(folder, record.code)) {
    const source = join(folder.path, path);
    const link = Deno.lstatSync(source).isSymlink ? Deno.readLinkSync(source) : undefined;
    if (insideName(path) === undefined) leaveOut(path, "no archive holds such a name");
    else if (link !== undefined && escapingLink(new Map([[path, link]])) !== undefined) {
      leaveOut(path, `it is a link to "${link}", out of the folder`);
    } else packable.push(path);
  }
  return packable;
}

async function ownFiles(folder: ExperimentFolder): Promise<string[]> {
  const { config, rawConfig, requirements, record, denoConfig, lock, packageJson } = folder;
  const paths = [config, rawConfig, requirements, record, denoConfig, lock, packageJson];
  const names = [...paths.map((path) => basename(path)), ...hiddenNames(folder)];
  const there = await Promise.all(
    names.map((name) => Deno.stat(join(folder.path, name)).then(() => true, () => false)),
  );
  return names.filter((_, i) => there[i]);
}

function hiddenNames({ hidden, origins, packages }: ExperimentFolder): string[] {
  return [origins, packages].map((path) => `${basename(hidden)}/${basename(path)}`);
}

async function itemAt(root: string, path: string, top: string): Promise<ArchiveItem> {
  const source = join(root, path);
  const { isSymlink } = await Deno.lstat(source);
  const name = `${top}/${path}`;
  if (!isSymlink) return { kind: "file", path: name, source };
  return { kind: "link", path: name, link: await Deno.readLink(source) };
}
