import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { openLog } from "../../lib/runner/log.ts";
import type { World } from "../../lib/world.ts";
import { withTempDir } from "../temp.ts";
import { driverArgs, result, run, start, until, withExperiment } from "./experiment.ts";

const unix = Deno.build.os !== "windows";

/** Bytes that no text codec would leave alone. */
const raw = [0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0xfe, 0x00, 0x0d, 0xc3, 0x28, 0x0a, 0x80];

const writers: Readonly<Record<string, string>> = {
  "Deno.stdout": `() => { Deno.stdout.writeSync(bytes); }`,
  "node:fs on the raw descriptor": `async () => { (await import("node:fs")).writeSync(1, bytes); }`,
  "process.stdout": `async () => { (await import("node:process")).stdout.write(bytes); }`,
  "a subprocess": `async () => {
    await new Deno.Command("cat", { args: ["bytes"], stdout: "inherit" }).spawn().status;
  }`,
};

for (const [name, main] of Object.entries(writers)) {
  Deno.test({
    name: `bytes reach screen and log as they are: ${name}`,
    ignore: !unix,
    fn: async () => {
      const files = {
        "src/main.ts": `const bytes = new Uint8Array(${JSON.stringify(raw)});\n` +
          `export const main = ${main};\n`,
      };
      const permissions = { run: { allow: ["cat"], deny: [] } };
      await withExperiment({ files, permissions }, async (experiment) => {
        await Deno.writeFile(join(experiment.folder, "bytes"), new Uint8Array(raw));
        const started = start(experiment);
        const { stdout } = await started.output();
        assertEquals([...stdout], raw);
        assertEquals([...await Deno.readFile(join(experiment.folder, "outputs.log"))], raw);
      });
    },
  });
}

Deno.test({
  name: "a run ends though what it leaves behind never stops to write",
  ignore: !unix,
  fn: async () => {
    const files = {
      "src/main.ts": `export function main() {
        const args = ["-c", "while :; do echo more; done"];
        new Deno.Command("sh", { args, stdin: "null", stdout: "inherit" }).spawn().unref();
      }`,
    };
    await withExperiment(
      { files, permissions: { run: { allow: ["sh"], deny: [] } } },
      async (one) => {
        const { log } = await run(one);
        assert(new TextDecoder().decode(log).startsWith("more\nmore\n"));
      },
    );
  },
});

Deno.test("much output, split anywhere: whole on both ways, each stream in its order", async () => {
  const files = {
    "src/main.ts": `export function main() {
      const encoder = new TextEncoder();
      const text = (letter) => encoder.encode(
        Array.from({ length: 60_000 }, (_, i) => letter + i + "\\n").join(""));
      const write = (out, bytes) => { while (bytes.length) bytes = bytes.subarray(out.writeSync(bytes)); };
      let [o, e] = [text("o"), text("e")];
      for (let n = 1; o.length + e.length > 0; n = n * 7 % 9973) {
        write(Deno.stdout, o.subarray(0, n)); o = o.subarray(n);
        write(Deno.stderr, e.subarray(0, n)); e = e.subarray(n);
      }
    }`,
  };
  await withExperiment({ files }, async (experiment) => {
    const { stdout, stderr, log } = await run(experiment);
    const lines = new TextDecoder().decode(log).split("\n");
    for (const [letter, shown] of [["o", stdout], ["e", stderr]] as const) {
      const expected = Array.from({ length: 60_000 }, (_, i) => letter + i);
      assertEquals(shown, expected.join("\n") + "\n");
      assertEquals(lines.filter((line) => line.startsWith(letter)), expected);
    }
  });
});

Deno.test("a partial line is shown and logged while the run goes on", async () => {
  const files = {
    "src/main.ts": `export async function main() {
      Deno.stdout.writeSync(new TextEncoder().encode("50%\\r"));
      while (!(await Deno.stat("go").catch(() => false))) await new Promise((r) => setTimeout(r, 9));
      console.log("100%");
    }`,
  };
  await withExperiment({ files }, async (experiment) => {
    const log = join(experiment.folder, "outputs.log");
    const started = start(experiment);
    await until(async () => (await Deno.readTextFile(log).catch(() => "")) === "50%\r");
    await Deno.writeTextFile(join(experiment.folder, "go"), "");
    assertEquals((await result(experiment, started)).stdout, "50%\r100%\n");
  });
});

Deno.test({
  name: "a screen that closes ends neither the run nor the log",
  ignore: !unix,
  fn: async () => {
    const files = {
      "src/main.ts": `export async function main() {
        for (let i = 0; i < 2000; i++) console.log("line " + i + "x".repeat(100));
      }`,
    };
    await withExperiment({ files }, async (experiment) => {
      const words = [Deno.execPath(), ...driverArgs(experiment)].map((word) => `'${word}'`);
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `${words.join(" ")} | head -n 1`],
      }).output();
      assertEquals(new TextDecoder().decode(stdout).slice(0, 6), "line 0");
      await until(async () => await exists(join(experiment.outside, "outcome.json")));
      const log = await Deno.readTextFile(join(experiment.folder, "outputs.log"));
      assertEquals(log.split("\n").length, 2001);
    });
  },
});

Deno.test({
  name: "a log that cannot be written is warned about once, and the run goes on",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const files = {
      "src/main.ts": `export async function main() {
        for (let i = 0; i < 3; i++) {
          console.log(i);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }`,
    };
    await withExperiment({ files }, async (experiment) => {
      const { code, stdout, stderr } = await start(experiment, {
        args: [...driverArgs(experiment), "/dev/full"],
      }).output();
      assertEquals([code, new TextDecoder().decode(stdout)], [0, "0\n1\n2\n"]);
      const warnings = new TextDecoder().decode(stderr).match(/^warning: .*/gm)!;
      assertEquals(warnings.length, 1);
      assertEquals(warnings[0].startsWith('warning: Cannot write "/dev/full": No space'), true);
    });
  },
});

Deno.test({
  name: "without a stdin",
  ignore: !unix,
  fn: async () => {
    const files = { "src/main.ts": `export function main() { console.log("fine"); }` };
    await withExperiment({ files }, async (experiment) => {
      const words = [Deno.execPath(), ...driverArgs(experiment)].map((word) => `'${word}'`);
      const { code, stdout } = await new Deno.Command("sh", {
        args: ["-c", `exec ${words.join(" ")} <&-`],
      }).output();
      assertEquals([code, new TextDecoder().decode(stdout)], [0, "fine\n"]);
    });
  },
});

Deno.test("stdin reaches the experiment", async () => {
  const files = {
    "src/main.ts": `export async function main() {
      console.log(await new Response(Deno.stdin.readable).text());
    }`,
  };
  await withExperiment({ files }, async (experiment) => {
    const started = start(experiment, { stdin: "piped" });
    const writer = started.stdin.getWriter();
    await writer.write(new TextEncoder().encode("typed"));
    await writer.close();
    assertEquals((await result(experiment, started)).stdout, "typed\n");
  });
});

/** What two streams write, in this order, and what the log holds in the end. */
const mixtures: readonly (readonly [name: string, writes: readonly string[], log: string])[] = [
  ["lines in order of arrival", ["o1\n", "e2\n", "o3\n"], "o1\ne2\no3\n"],
  ["a partial line waits for its end", ["o-", "e1\n", "o2\n"], "e1\no-o2\n"],
  ["both partial", ["o-", "e-", "oo\n", "ee\n"], "o-oo\ne-ee\n"],
  ["the end of one line and the begin of the next", ["o-", "o1\no-", "e1\n"], "o-o1\ne1\no-"],
  ["no end at all", ["o-", "e-"], "e-o-"],
];

for (const [name, writes, expected] of mixtures) {
  Deno.test(`the log: ${name}`, async () => {
    await withTempDir(async (folder) => {
      const path = join(folder, "log");
      const log = openLog(path, {} as World);
      const streams = { e: log.stream(), o: log.stream() };
      for (const text of writes) {
        const bytes = new TextEncoder().encode(text);
        streams[text[0] as "o" | "e"](bytes);
        // The buffer is read into again.
        bytes.fill(0);
      }
      log.end();
      assertEquals(await Deno.readTextFile(path), expected);
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
