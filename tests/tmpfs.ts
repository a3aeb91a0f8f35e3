/**
 * A small file system of its own.
 *
 * @module
 */
import { leftOut } from "./snapshotter/experiment.ts";
import { run, withTempDir } from "./temp.ts";

/** A tmpfs that is mounted. */
export interface Tmpfs {
  /** The folder that it is mounted on. */
  readonly dir: string;
  /** Changes its options, as "size=64k". */
  remount(options: string): Promise<void>;
}

/** Calls `use` with a tmpfs, where one can be mounted; else says so. */
export async function withTmpfs(
  options: string,
  use: (tmpfs: Tmpfs) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    const mount = (options: string) => run("mount", ["-t", "tmpfs", "-o", options, "none", dir]);
    const mounted = await mount(options).catch(() => undefined);
    if (mounted?.exitCode !== 0) return leftOut("a full disk: no right to mount a tmpfs");
    const remount = async (options: string) => {
      const { stderr } = await mount(`remount,${options}`);
      if (stderr !== "") throw new Error(stderr);
    };
    try {
      await use({ dir, remount });
    } finally {
      await run("umount", [dir]);
    }
  });
}
