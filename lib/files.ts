/**
 * What is there on the disk. Synchronous: an answer from another thread takes longer.
 *
 * @module
 */

/** Whether a path, or what it leads to, is a file. */
export function isFile(path: string | URL): boolean {
  return statOf(path)?.isFile === true;
}

/** Whether a path, or what it leads to, is a folder. */
export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory === true;
}

/** Whether there is anything by that name, be it a link that leads nowhere. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether an error says that there is nothing by that name. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The numbers of errors that Deno does not name (2.9): of quotas, shared file systems and limits. */
const unnamed: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  linux: {
    23: "ENFILE",
    27: "EFBIG",
    31: "EMLINK",
    37: "ENOLCK",
    38: "ENOSYS",
    95: "EOPNOTSUPP",
    116: "ESTALE",
    122: "EDQUOT",
  },
  darwin: {
    23: "ENFILE",
    27: "EFBIG",
    31: "EMLINK",
    69: "EDQUOT",
    70: "ESTALE",
    77: "ENOLCK",
    78: "ENOSYS",
  },
};

/**
 * What the system answered, by the name of POSIX such as `ENOSPC`, or else by its number; undefined
 * for an error that is no answer of the system.
 */
export function systemCode(error: unknown): string | undefined {
  // What is already told in expyrun's own words may quote the system's.
  if (!(error instanceof Error) || "problem" in error) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return code;
  const number = /\(os error (\d+)\)/.exec(error.message)?.[1];
  return number && (unnamed[Deno.build.os]?.[Number(number)] ?? number);
}

/** File systems without locks: Lustre without `flock`, NFS without its lock daemon. */
const withoutLocks = new Set(["ENOSYS", "ENOLCK", "ENOTSUP", "EOPNOTSUPP"]);

/** Whether an error says that a file system has no locks. */
export function isWithoutLocks(error: unknown): boolean {
  return withoutLocks.has(systemCode(error) ?? "");
}

const pieceBytes = 1 << 18;

/** The bytes of two files that differ first; undefined in a file that ends there. */
export interface Difference {
  /** 0-based. */
  readonly at: number;
  readonly bytes: readonly [one: number | undefined, other: number | undefined];
}

/** Where two files differ first, if they do; read by pieces, however large they are. */
export function firstDifference(one: string, other: string): Difference | undefined {
  using a = Deno.openSync(one);
  using b = Deno.openSync(other);
  const [left, right] = [new Uint8Array(pieceBytes), new Uint8Array(pieceBytes)];
  for (let start = 0;; start += pieceBytes) {
    const [x, y] = [left.subarray(0, readFull(a, left)), right.subarray(0, readFull(b, right))];
    const [longer, shorter] = x.length < y.length ? [y, x] : [x, y];
    const i = longer.findIndex((byte, i) => byte !== shorter[i]);
    if (i >= 0) return { at: start + i, bytes: [x[i], y[i]] };
    if (x.length < pieceBytes) return undefined;
  }
}

/** A read may stop short; at the end of the file alone it stays short. */
function readFull(file: Deno.FsFile, piece: Uint8Array): number {
  let filled = 0;
  while (filled < piece.length) {
    const read = file.readSync(piece.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return filled;
}

/** The path with every symbolic link followed; as it stands when it leads nowhere. */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

/** What is in a folder; nothing where it cannot be looked into. */
export function entriesIn(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return [];
  }
}

/** The names in a folder, sorted; none where it cannot be looked into. */
export function namesIn(folder: string): string[] {
  return entriesIn(folder).map(({ name }) => name).sort();
}

function statOf(path: string | URL): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Writes all of the bytes. What `FsFile.writable` is given may be lost on a full disk, without an
 * error (Deno 2.9): this throws.
 */
export function writeAll(file: Pick<Deno.FsFile, "writeSync">, bytes: Uint8Array): void {
  while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
}
