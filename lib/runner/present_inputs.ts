/**
 * The declared inputs as a run finds them: since it was prepared it may have waited for hours.
 *
 * @module
 */
import { cachePlace } from "../snapshotter/digest_cache.ts";
import { fingerprint, type InputFingerprint } from "../snapshotter/inputs.ts";
import type { RunRecord } from "../snapshotter/record.ts";
import type { World } from "../world.ts";

/**
 * The record with the inputs that are there now. What cannot be read stays as it was: whether it is
 * missed is the experiment's to find out.
 *
 * @throws {ExpyrunError} under `--strict`, for inputs that are no longer what they were
 */
export async function withPresentInputs(record: RunRecord, world: World): Promise<RunRecord> {
  const { inputs = [] } = record;
  if (inputs.length === 0) return record;
  const cache = cachePlace(world.env);
  const present: InputFingerprint[] = [];
  for (const before of inputs) {
    const now = await fingerprint(before.path, cache).catch(() => undefined);
    present.push(now ?? before);
    if (now?.kind !== before.kind || now.sha256 !== before.sha256) warnOf(before.path, now, world);
  }
  return { ...record, inputs: present };
}

function warnOf(path: string, now: InputFingerprint | undefined, world: World): void {
  world.warn({
    code: "status",
    message: now
      ? `The input "${path}" has changed since the run was prepared`
      : `The input "${path}" cannot be read any more`,
    hint: now
      ? "The record names what the run finds now"
      : "The record names what was there when the run was prepared",
  });
}
