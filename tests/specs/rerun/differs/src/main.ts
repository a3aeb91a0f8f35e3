export function main(_name: string, config: { home: string }) { console.log(config.home); }
