import { assertEquals } from "@std/assert";
import { ExpyrunError } from "../lib/errors.ts";
import { systemCode } from "../lib/files.ts";

/** A message as Deno writes it. */
const told = (text: string, number: number) =>
  new Error(`${text} (os error ${number}): mkdir '/x'`);

Deno.test({
  name: "systemCode: what the system answered has a name, also where Deno gives it none",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const cases: [error: unknown, code: string | undefined][] = [
      [told("Disk quota exceeded", 122), "EDQUOT"],
      [told("Stale file handle", 116), "ESTALE"],
      [told("File too large", 27), "EFBIG"],
      [told("Function not implemented", 38), "ENOSYS"],
      [told("No locks available", 37), "ENOLCK"],
      [told("Something else", 123), "123"],
      [new ExpyrunError({ code: "folder", message: "Cannot: Stale (os error 116)" }), undefined],
      [new TypeError("x is no function"), undefined],
      ["os error 116", undefined],
    ];
    for (const [error, code] of cases) assertEquals(systemCode(error), code, String(error));
    try {
      Deno.lstatSync("/nowhere at all");
    } catch (error) {
      assertEquals(systemCode(error), "ENOENT");
    }
  },
});
