/**
 * This very Deno as a tool.
 *
 * @module
 */

/**
 * Runs `deno` to its end; what it says on stderr is passed on.
 *
 * @returns what it printed
 * @throws {Error} when it fails
 */
export async function deno(args: readonly string[], cwd: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}
