export function main() { console.log("first"); }
