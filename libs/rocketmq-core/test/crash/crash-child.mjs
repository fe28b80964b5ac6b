// Runs one task and ends. Arguments: a compiled module that exports `tasks`, the name of one, its argument as JSON. Prints lines of progress on
// stderr and the result as JSON on stdout.
import { pathToFileURL } from 'node:url';

const [module, name, argument] = process.argv.slice(2);
// The parent holds the other end: when it dies, this process must not stay.
process.stdin.on('end', () => process.exit(1)).resume();

const { tasks } = await import(pathToFileURL(module).href);
const result = await tasks[name](JSON.parse(argument), (line) => process.stderr.write(`${line}\n`));
process.stdout.write(JSON.stringify(result ?? null), () => process.exit(0));
