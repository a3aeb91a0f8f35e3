export const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
