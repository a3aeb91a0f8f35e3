import { word } from "#word";

export function main(name: string): void {
  console.log(name, word, import.meta.url);
}
