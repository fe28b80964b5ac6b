export { sleep, SystemClock, type Clock, type Timer } from './clock.js';
export type { FileHandle, FileStatus, FileSystem } from './files/file-system.js';
export { JsonFile } from './files/json-file.js';
export { NodeFileSystem } from './files/node-file-system.js';
export { printPropertiesText, readPropertiesText } from './files/properties-file.js';
export { silentLogger, type Logger, type LogLevel } from './logger.js';
export { Loop } from './loop.js';
export { SystemRandom, type Random } from './random.js';
export { SerialQueue } from './serial-queue.js';
