import { assertEquals } from "@std/assert";
import { makeDisplay } from "../../lib/sweep/display.ts";

/** Two streams that remember what was written to them, in its order. */
function streams(terminal: boolean) {
  const written: string[] = [];
  const stream = (name: string) => ({
    isTerminal: () => terminal,
    writeSync: (bytes: Uint8Array) => {
      written.push(`${name} ${JSON.stringify(new TextDecoder().decode(bytes))}`);
      return bytes.length;
    },
  });
  return { written, out: stream("out"), err: stream("err") };
}

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("display: on a terminal one line changes, and others stand above it", () => {
  const { written, out, err } = streams(true);
  const display = makeDisplay(false, out, err);
  assertEquals(display.live, true);
  display.progress("1/2 done");
  display.say("hello");
  display.progress("2/2 done");
  display.end();
  display.say("bye");
  assertEquals(written, [
    'err "1/2 done"',
    'err "\\r\\u001b[K"',
    'err "hello\\n"',
    'err "1/2 done"',
    'err "\\r\\u001b[K"',
    'err "2/2 done"',
    'err "\\r\\u001b[K"',
    'err "bye\\n"',
  ]);
});

Deno.test("display: elsewhere lines only, and none when quiet", () => {
  const { written, out, err } = streams(false);
  const display = makeDisplay(false, out, err);
  assertEquals(display.live, false);
  display.progress("1/2 done");
  display.say("hello");
  makeDisplay(true, out, err).say("hello");
  makeDisplay(true, streams(true).out, err).progress("1/2");
  assertEquals(makeDisplay(false, out, streams(true).err, "dumb").live, false);
  assertEquals(written, ['err "hello\\n"']);
});

Deno.test("display: the output of runs comes in whole lines, each with its run", () => {
  const { written, out, err } = streams(false);
  const display = makeDisplay(true, out, err);
  const [one, two] = [display.output("run 1"), display.output("run 2")];
  one.screens.stdout(encode("a\nb"));
  two.screens.stderr(encode("x\n"));
  // A character cut in two.
  const bytes = encode("ä\n");
  one.screens.stdout(bytes.slice(0, 1));
  one.screens.stdout(bytes.slice(1));
  one.screens.stdout(encode("rest"));
  one.end();
  one.end();
  assertEquals(written, [
    'out "[run 1] a\\n"',
    'err "[run 2] x\\n"',
    'out "[run 1] bä\\n"',
    'out "[run 1] rest\\n"',
  ]);
});
