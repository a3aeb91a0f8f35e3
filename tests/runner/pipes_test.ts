import { assertEquals } from "@std/assert";
import { widenPipe } from "../../lib/runner/pipes.ts";
import { until } from "./experiment.ts";

const bytes = 1 << 18;

Deno.test({
  name: "a pipe that is widened holds all at once, though nobody reads",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    for (const descriptor of [1, 2] as const) {
      const script = `read go; head -c ${bytes} /dev/zero >&${descriptor}`;
      const child = new Deno.Command("/bin/sh", {
        args: ["-c", script],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      await widenPipe(child.pid, descriptor, bytes);
      let hasEnded = false;
      child.status.then(() => hasEnded = true);
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode("go\n"));
      await writer.close();
      await until(() => hasEnded);
      const { code, stdout, stderr } = await child.output();
      assertEquals([code, (descriptor === 1 ? stdout : stderr).length], [0, bytes]);
    }
  },
});
