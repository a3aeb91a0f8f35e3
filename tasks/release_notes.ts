/**
 * Prints the changelog's section of the version that a tag names:
 *
 *     deno task release-notes v1.2.3
 *
 * @module
 */
import metadata from "../deno.json" with { type: "json" };

/** What a release is made from. */
export interface Release {
  /** The name of the tag, such as `v1.2.3`. */
  readonly tag: string;
  /** The version that deno.json names. */
  readonly version: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
}

/**
 * The notes of a release.
 *
 * @returns Markdown, without the heading
 * @throws {Error} when the tag is not that of the version, or the version has no section, an empty
 * one, or one that is still called unreleased
 */
export function releaseNotes({ tag, version, changelog }: Release): string {
  if (tag !== `v${version}`) {
    throw new Error(`Cannot release "${tag}": deno.json names the version "${version}"`);
  }
  const section = changelog.split(/^## /m).slice(1).find((text) => versionOf(text) === version);
  if (section === undefined) {
    throw new Error(`Cannot release "${tag}": CHANGELOG.md has no section "## ${version}"`);
  }
  const [heading, ...lines] = section.split("\n");
  if (heading!.includes("unreleased")) {
    throw new Error(`Cannot release "${tag}": CHANGELOG.md still calls it unreleased`);
  }
  const notes = lines.join("\n").trim();
  if (notes === "") throw new Error(`Cannot release "${tag}": its section is empty`);
  return `${notes}\n`;
}

/** Of the section's heading, `1.2.3` or `1.2.3 (date)`. */
function versionOf(section: string): string | undefined {
  return /^\S+/.exec(section)?.[0];
}

if (import.meta.main) {
  const changelog = await Deno.readTextFile(new URL("../CHANGELOG.md", import.meta.url));
  const [tag = ""] = Deno.args;
  const notes = releaseNotes({ tag, version: metadata.version, changelog });
  await Deno.stdout.write(new TextEncoder().encode(notes));
}
