/**
 * Asks a `deno` that is not this one for its versions: the record of a run names those it ran on.
 *
 * @module
 */
import { ExpyrunError } from "../errors.ts";
import { isAbsolute } from "../path.ts";
import type { RuntimeName, Versions, World } from "../world.ts";

/**
 * The versions of what runs in a runtime: of this very program, but for the compiled binary, which
 * may use the `deno` on PATH.
 *
 * @throws {ExpyrunError} `launch` when there is none
 */
export async function versionsOf(runtime: RuntimeName, world: World): Promise<Versions> {
  const isOther = runtime === "deno" && !isAbsolute(world.deno);
  return isOther ? await (asked ??= askVersions(world)) : world.versions;
}

/** The runs of a sweep, and a repetition and its report, all ask for the same one. */
let asked: Promise<Versions> | undefined;

async function askVersions({ deno, env, versions }: World): Promise<Versions> {
  const text = await versionText(deno, env);
  const [ofDeno, v8, typescript] = ["deno", "v8", "typescript"]
    .map((name) => new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1] ?? "unknown");
  return { ...versions, deno: ofDeno!, v8: v8!, typescript: typescript! };
}

async function versionText(program: string, env: World["env"]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(program, {
      args: ["--version"],
      env,
      clearEnv: true,
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    throw new ExpyrunError({
      code: "launch",
      message: `Cannot use the runtime "deno": ${
        error instanceof Deno.errors.NotFound ? `there is no "${program}" on PATH` : String(error)
      }`,
      hint: "Install Deno, or use --runtime embedded, which needs nothing",
    });
  }
}
