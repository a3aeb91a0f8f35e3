export function main(_name: string, config: unknown) { console.log(JSON.stringify(config)); }
