import pad from "left-pad";

export function main(): void {
  console.log(pad("a", 3, "-"));
}
