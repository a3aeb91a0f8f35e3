/**
 * Slots of graphics cards: one run at a time holds one, whichever sweep of the machine it is of.
 *
 * A lease is a lock on a file, which the system drops with the process that holds it, however that
 * ended: no lease is ever left behind.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { isWithoutLocks } from "../files.ts";
import { join } from "../path.ts";

/** A slot that is held. */
export interface Lease {
  /** As `--gpus` names it. */
  readonly slot: string;
  /** Gives it back. */
  end(): void;
}

/** One folder for the whole machine, wherever each sweep has its own temporary files. */
export function leaseFolder(): string {
  const base = Deno.build.os === "windows" ? "C:\\Windows\\Temp" : "/tmp";
  return join(base, "expyrun-gpus");
}

/** The environment variables by which programs find the card of a slot. */
export function slotVariables(slot: string): Record<string, string> {
  return { CUDA_VISIBLE_DEVICES: slot, ROCR_VISIBLE_DEVICES: slot };
}

/**
 * Takes the first slot that nobody holds.
 *
 * @returns undefined while all are held
 */
export async function takeSlot(
  folder: string,
  slots: readonly string[],
): Promise<Lease | undefined> {
  for (const slot of slots) {
    const file = await openLease(folder, slot);
    if (await isFree(file, join(folder, slot))) return { slot, end: () => file.close() };
    file.close();
  }
  return undefined;
}

async function isFree(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    file.close();
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): ExpyrunError {
  return new ExpyrunError({
    code: "launch",
    message: `Cannot lock the slot "${path}": ${(error as Error).message}`,
    hint: (isWithoutLocks(error)
      ? "There are no locks in that folder: give the cards yourself: "
      : "Have its owner remove that file, which is made anew, or give the cards yourself: ") +
      "CUDA_VISIBLE_DEVICES=0 expyrun sweep --jobs 1 ...",
  });
}

/**
 * Opens to read only: that suffices for a lock, and a file of another user in a sticky folder may
 * not even be opened to be created.
 */
async function openLease(folder: string, slot: string): Promise<Deno.FsFile> {
  const path = join(folder, slot.replace(/[^\w.-]/g, "_"));
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unusable(path, error);
  }
  await Deno.mkdir(folder, { recursive: true });
  // Others' sweeps make files here too. Where the folder is theirs this fails, and need not work.
  await Deno.chmod(folder, 0o1777).catch(() => {});
  (await Deno.open(path, { create: true, append: true })).close();
  // Whatever the umask of this user.
  await Deno.chmod(path, 0o666).catch(() => {});
  return await Deno.open(path, { read: true });
}
