export const word = "original";
