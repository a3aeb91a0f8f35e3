/**
 * Where Deno keeps remote modules in a `vendor` folder: most by the parts of their URL, and under a
 * hash where a file system might not take one.
 *
 * @module
 */

/** What the names of vendored files depend on beside their URL. */
export interface VendorNaming {
  /** The content type that the server sent, where it was recorded. */
  readonly contentType?: string | undefined;
  /** sha256 in hexadecimal. */
  readonly sha256: (text: string) => string;
}

/**
 * The path of a module below the `vendor` folder, as Deno lays it out.
 *
 * @param url of `http:` or `https:`
 */
export function vendoredPath(url: URL, { contentType, sha256 }: VendorNaming): string {
  const host = url.host.replace(":", "_");
  const parts = [
    url.protocol === "https:" ? host : `http_${host}`,
    ...url.pathname.slice(1).split("/"),
  ];
  parts.push(parts.pop()! + url.search);
  return parts.map((part, i) => {
    const extension = i === parts.length - 1 ? extensionOf(url, contentType) : undefined;
    return mustHash(part, extension) ? hashed(part, extension, sha256) : part;
  }).join("/");
}

const forbidden = /[?<>:*|\\"'/]/;
const known = /\.(?:[jt]sx?|m[jt]s|json|wasm)$/i;
const windowsDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

function mustHash(part: string, extension: string | undefined): boolean {
  const byKind = extension === undefined
    ? known.test(part) || windowsDevice.test(part)
    : !known.test(part) || !part.endsWith(extension);
  return part === "" || part.length > 30 || byKind || part.startsWith("#") || part.endsWith(".") ||
    forbidden.test(part) || /[A-Z]/.test(part);
}

function hashed(
  part: string,
  extension: string | undefined,
  sha256: VendorNaming["sha256"],
): string {
  const hash = sha256(part);
  const start = [...part].slice(0, 20).join("").split("?")[0]!
    .replace(new RegExp(forbidden, "g"), "_").toLowerCase();
  const shown = extension !== undefined && start.endsWith(extension)
    ? start.slice(0, -extension.length)
    : start;
  const name = shown === "" ? `#${hash.slice(0, 7)}` : `#${shown}_${hash.slice(0, 5)}`;
  return name + (extension ?? "");
}

const byType: Readonly<Record<string, string>> = {
  "application/typescript": ".ts",
  "text/typescript": ".ts",
  "video/vnd.dlna.mpeg-tts": ".ts",
  "video/mp2t": ".ts",
  "application/x-typescript": ".ts",
  "application/javascript": ".js",
  "text/javascript": ".js",
  "application/ecmascript": ".js",
  "text/ecmascript": ".js",
  "application/x-javascript": ".js",
  "text/jsx": ".jsx",
  "text/tsx": ".tsx",
  "application/json": ".json",
  "text/json": ".json",
  "application/wasm": ".wasm",
};

/** By the type, which says little where the path says more; else by the path. */
function extensionOf({ pathname }: URL, contentType: string | undefined): string {
  const fromPath = /(?:\.d)?\.(?:[cm]?[jt]s|[jt]sx|json|wasm)$/i.exec(pathname)?.[0].toLowerCase();
  const type = contentType?.replace(/;.*/s, "").trim().toLowerCase();
  const fromType = type === undefined ? undefined : byType[type];
  const isScript = fromType === ".ts" || fromType === ".js";
  if (fromType === undefined || (isScript && fromPath?.includes(fromType.slice(1)))) {
    return fromPath ?? ".js";
  }
  return isScript && fromPath !== undefined && /[cm]?[jt]sx?$/.test(fromPath) &&
      fromPath.replace(/x$/, "").at(-2) === fromType.at(-2)
    ? fromPath
    : fromType;
}
