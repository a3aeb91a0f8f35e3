/**
 * The declared inputs as a run finds them: since it was prepared it may have waited for hours.
 *
 * @module
 */
import { separator } from "../path.ts";
import { cachePlace } from "../snapshotter/digest_cache.ts";
import { fingerprint, type InputFingerprint } from "../snapshotter/inputs.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import type { World } from "../world.ts";

/**
 * So long a folder is taken for what it was, which is walked through otherwise: the runs of a sweep
 * have theirs in common.
 */
const recentMs = 2_000;
const seen = new Map<string, { readonly at: number; readonly input: Found }>();

type Found = Promise<InputFingerprint | undefined>;

/**
 * The record with the inputs that are there now. What cannot be read stays as it was: whether it is
 * missed is the experiment's to find out. So does what holds the folder of the run, which changes by that.
 *
 * @throws {ExpyrunError} under `--strict`, for inputs that are no longer what they were
 */
export async function withPresentInputs(record: RunRecord, world: World): Promise<RunRecord> {
  const { inputs = [], folder } = record;
  if (inputs.length === 0) return record;
  const present: InputFingerprint[] = [];
  for (const before of inputs) {
    const isAround = folder.startsWith(`${before.path.replace(/[/\\]$/, "")}${separator}`);
    const now = isAround ? before : await presentInput(before, world);
    present.push(now ?? before);
    if (now?.kind !== before.kind || now.sha256 !== before.sha256) warnOf(before.path, now, world);
  }
  return { ...record, inputs: present };
}

function presentInput({ path, kind }: InputFingerprint, { env }: World): Found {
  const known = seen.get(path);
  if (known && Date.now() - known.at < recentMs) return known.input;
  const input = fingerprint(path, cachePlace(env)).catch(() => undefined);
  if (kind === "folder") seen.set(path, { at: Date.now(), input });
  return input;
}

function warnOf(path: string, now: InputFingerprint | undefined, world: World): void {
  const hint = now
    ? "The record names what the run finds now"
    : "The record names what was there when the run was prepared";
  world.warn({
    code: "status",
    message: now
      ? `The input "${path}" has changed since the run was prepared`
      : `The input "${path}" cannot be read any more`,
    hint: world.strict ? "Put it back, or prepare the run anew" : hint,
  });
}
