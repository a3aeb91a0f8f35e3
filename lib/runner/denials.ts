/**
 * Denials beat grants. For Deno the one that says more wins: a longer path that is allowed beats
 * the folder above it that is denied, and any list beats a bare `--deny-net`. So what is denied is
 * taken out of what is allowed before Deno is told.
 *
 * @module
 */
import { basename, isAbsolute, relative } from "../path.ts";
import type { Grant, PermissionName } from "../resolver/permission_set.ts";

/** Denials as a configuration says them, and what else is never allowed. */
export interface Denials {
  /** Items that are denied besides. */
  readonly besides?: readonly string[];
  /** What paths lead to, where that is elsewhere. */
  readonly realPaths?: ReadonlyMap<string, string> | undefined;
}

/** A grant whose `allow` holds nothing that its `deny` does. */
export function withoutDenied(
  name: PermissionName,
  { allow, deny }: Grant,
  { besides = [], realPaths }: Denials = {},
): Grant {
  if (deny === true) return { allow: false, deny: [] };
  if (typeof allow === "boolean") return { allow, deny };
  const ways = (item: string) => [item, realPaths?.get(item) ?? item];
  const denied = [...listOf(deny), ...besides].flatMap(ways);
  const isLeft = (item: string) => !ways(item).some((way) => isAmong(name, way, denied));
  return { allow: allow.filter(isLeft), deny };
}

/** The items of a list; none where there is no list. */
export function listOf(amount: Grant["allow"]): readonly string[] {
  return typeof amount === "boolean" ? [] : amount;
}

/** Whether an item of a permission is one of those, or is part of one. */
export function isAmong(name: PermissionName, item: string, denied: readonly string[]): boolean {
  return denied.some((one) => one === item || isPart[name]?.(item, one));
}

const isPart: Partial<Record<PermissionName, (item: string, whole: string) => boolean>> = {
  read: isInside,
  write: isInside,
  ffi: isInside,
  net: isOfHost,
  import: isOfHost,
  // A program that is denied by its name is denied wherever it stands.
  run: (item, whole) => basename(item) === whole,
  env: (item, whole) => whole.endsWith("*") && item.startsWith(whole.slice(0, -1)),
};

/** Whether an absolute path is another, or lies below it. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !/^\.\.(?:[\\/]|$)/.test(way) && !isAbsolute(way);
}

/** `a.b` is every port of it, `*.b` every host below it, `10.0.0.0/8` every address of it. */
function isOfHost(item: string, whole: string): boolean {
  const host = item.replace(/:\d+$/, "");
  if (whole.startsWith("*.")) return host.endsWith(whole.slice(1));
  return host === whole || isInNetwork(host, whole);
}

function isInNetwork(host: string, network: string): boolean {
  const [base = "", bits] = network.split("/");
  const [address, start] = [host, base].map(numberOf);
  if (address === undefined || start === undefined || bits === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(start / size);
}

function numberOf(address: string): number | undefined {
  if (!/^\d+(?:\.\d+){3}$/.test(address)) return undefined;
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}
