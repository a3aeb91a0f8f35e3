/**
 * frozen_requirements.txt: what a run depended on, for people and for comparing runs.
 *
 * @module
 */
import type { PackageRecord, RunRecord } from "./record.ts";

/** The parts of a deno.lock that name dependencies (version 3 keeps them under `packages`). */
interface Lock {
  readonly packages?: Pick<Lock, "npm" | "jsr">;
  readonly npm?: Readonly<Record<string, unknown>>;
  readonly jsr?: Readonly<Record<string, unknown>>;
  readonly remote?: Readonly<Record<string, unknown>>;
}

/**
 * The text of frozen_requirements.txt: the runtime's versions, then every locked dependency, one
 * a line, sorted.
 *
 * @param lockText the text of the deno.lock that the run is held to
 * @param packages what was copied along where no `deno` loads it: then these and no other npm packages
 *
 * @example
 * ```ts
 * import { requirements } from "./requirements.ts";
 *
 * const lock = '{"version":"5","npm":{"ms@2.1.3":{}}}';
 * const versions = { expyrun: "0.1.0", deno: "2.9.6", v8: "15.0", typescript: "6.0.3" };
 * console.assert(requirements(lock, versions).endsWith("expyrun==0.1.0\nnpm:ms@2.1.3\n"));
 * ```
 */
export function requirements(
  lockText: string,
  versions: RunRecord["versions"],
  packages?: readonly PackageRecord[],
): string {
  const runtime = (["deno", "v8", "typescript", "expyrun"] as const)
    .map((name) => `${name}==${versions[name]}`);
  const lock: Lock = JSON.parse(lockText);
  const { npm, jsr } = { ...lock.packages, ...lock };
  const locked = new Set([
    ...Object.keys(jsr ?? {}).map((key) => `jsr:${key}`),
    ...packages
      ? packages.filter(({ version }) => version !== "").map(nameAndVersion)
      : Object.keys(npm ?? {}).map((key) => `npm:${withoutPeers(key)}`),
    ...Object.keys(lock.remote ?? {}),
  ]);
  return [...runtime, ...[...locked].sort()].join("\n") + "\n";
}

function nameAndVersion({ name, version }: PackageRecord): string {
  return `npm:${name}@${version}`;
}

/** `a@1.0.0_b@2.0.0` is a@1.0.0 beside b@2.0.0, which has its own line. */
function withoutPeers(key: string): string {
  return /^@?[^@]+@[^_]+/.exec(key)?.[0] ?? key;
}
