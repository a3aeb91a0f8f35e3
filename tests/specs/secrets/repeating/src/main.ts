export function main(_name: string, config: { token: string }) { console.log(config.token.toUpperCase()); }
