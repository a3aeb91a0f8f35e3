export const main = console.log;
