export function* main() {
  yield 1;
}
