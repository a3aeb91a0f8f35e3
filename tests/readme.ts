/**
 * Reads the fenced blocks of a Markdown text; readme_test.ts says what they mean.
 *
 * @module
 */
import type { Files } from "./temp.ts";

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** A command of a session, with what it prints. */
export interface Exchange {
  readonly command: string;
  readonly output: string;
  /** Only where the command ends in `# exit code N`. */
  readonly exitCode?: number;
}

/** Every fenced block, in order. */
export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)[^\n]*\n([^]*?)^```$/gm)]
    .map(([, language, text]) => ({ language: language!, text: text! }));
}

/** The file that a block holds, when its first line is a comment that names one. */
export function fileOf({ text }: Block): Files | undefined {
  const name = text.match(/^(?:#|\/\/) ([\w./-]+\.\w+)\n/)?.[1];
  return name === undefined ? undefined : { [name]: text };
}

/** The commands of a `console` block; none for other blocks. */
export function sessionOf({ language, text }: Block): Exchange[] {
  if (language !== "console") return [];
  return text.split(/^\$ /m).slice(1).map((exchange) => {
    const end = exchange.indexOf("\n");
    const [command, output] = [exchange.slice(0, end), exchange.slice(end + 1)];
    const code = command.match(/# exit code (\d+)$/)?.[1];
    return { command, output, ...(code === undefined ? {} : { exitCode: Number(code) }) };
  });
}
