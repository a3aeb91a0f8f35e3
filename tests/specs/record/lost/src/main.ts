export async function main() { console.log("started"); await new Promise((resolve) => setTimeout(resolve, 60_000)); }
