export { readCommandLine } from './command-line.js';
export { openLogger, type LogSettings } from './logging.js';
