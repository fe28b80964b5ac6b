// A broker to kill. Arguments: folder of the compiled core, settings as JSON. Prints `starting`, then `ready <address>`.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, settings] = process.argv.slice(2);
const { Broker } = await import(pathToFileURL(join(folder, 'src/broker/index.js')).href);

// The parent holds the other end: when it dies, this process must not stay.
process.stdin.on('end', () => process.exit(0)).resume();

const logger = { log: (level, message, fields) => level === 'error' && console.error(message, fields ?? '') };
const broker = new Broker({ config: JSON.parse(settings), logger });
console.log('starting');
await broker.start();
console.log(`ready ${broker.address}`);
