/**
 * What may stand in the list of a permission: what Deno takes, and refuses only once it starts.
 *
 * @module
 */
import { didYouMean } from "../errors.ts";
import type { PermissionName } from "./permission_set.ts";

/** What is wrong with an item, and the way out. */
export interface ItemProblem {
  readonly reason: string;
  readonly hint?: string | undefined;
}

/** The kinds of system information that Deno knows. */
export const systemNames: readonly string[] = [
  "hostname",
  "osRelease",
  "osUptime",
  "loadavg",
  "networkInterfaces",
  "systemMemoryInfo",
  "uid",
  "gid",
  "username",
  "cpus",
  "homedir",
  "getegid",
  "statfs",
  "getPriority",
  "setPriority",
  "userInfo",
];

/**
 * What is wrong with an item of a permission's list; nothing when Deno takes it.
 *
 * @param item text that is not empty
 */
export function itemProblem(name: PermissionName, item: string): ItemProblem | undefined {
  if (item.includes("\0")) return { reason: "an item holds a NUL character" };
  switch (name) {
    case "net":
      return socketProblem(item) ?? (isSocket.test(item) ? undefined : addressProblem(item));
    case "import":
      return addressProblem(item);
    case "sys":
      if (systemNames.includes(item)) return undefined;
      return { reason: `"${item}" is no kind of system information`, hint: knownSystem(item) };
    case "env":
      if (!item.includes("=")) return undefined;
      return { reason: `"${item}" is no name of a variable`, hint: "Give the name alone" };
    default:
      return undefined;
  }
}

const isSocket = /^(?:unix|vsock):/;

function socketProblem(item: string): ItemProblem | undefined {
  if (!isSocket.test(item) || /^(?:unix:.|vsock:\d+:\d+$)/s.test(item)) return undefined;
  return { reason: `"${item}" is no socket`, hint: "Write unix:PATH or vsock:NUMBER:PORT" };
}

function knownSystem(item: string): string {
  const near = didYouMean(item, systemNames);
  return near ?? `Known: ${systemNames.join(", ")}`;
}

const label = "[A-Za-z0-9_-]+";
const hostForm = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*\\.?$`);
const wayOut = "Give a host, such as example.com, example.com:443, [::1]:80 or *.example.com";

/** `host`, `host:port`, `[v6]:port`, `*.suffix`, or a block of IPv4 addresses such as `10.0.0.0/8`. */
function addressProblem(item: string): ItemProblem | undefined {
  const [, host = "", port] = /^(\[.*\]|.*?)(?::([^\]]*))?$/s.exec(item)!;
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(item)) {
    return { reason: `"${item}" is a URL, not a host`, hint: urlHint(item) };
  }
  if (!isHost(host)) return { reason: `"${item}" is no host`, hint: wayOut };
  if (port === undefined || /^\d+$/.test(port) && Number(port) <= 65535) return undefined;
  return { reason: `"${port}" of "${item}" is no port`, hint: "Ports are numbers up to 65535" };
}

function urlHint(item: string): string {
  const host = URL.parse(item)?.host;
  return host ? `Give the host: ${host}` : wayOut;
}

function isHost(host: string): boolean {
  if (host.startsWith("[")) return /^\[[0-9A-Fa-f:.]+\]$/.test(host) && isIpv6(host);
  const [, address, bits] = /^(\d+(?:\.\d+){3})\/(\d+)$/.exec(host) ?? [];
  if (address === undefined) return hostForm.test(host);
  return Number(bits) <= 32 && address.split(".").every((part) => Number(part) <= 255);
}

function isIpv6(host: string): boolean {
  return URL.canParse(`http://${host}/`);
}
