import type { FileSystem } from '../src/runtime/index.js';
import type { StoreConfig } from '../src/store/index.js';
import { FakeClock } from './fake-clock.js';
import { makeStore, messageDraft } from './store-fixtures.js';

/** Where the messages of a picture lie in the log. */
export interface Picture {
  readonly physicalOffsets: readonly number[];
  readonly end: number;
}

export interface PictureOptions {
  readonly files: FileSystem;
  readonly config?: Partial<StoreConfig>;
  readonly count: number;
  /** Bytes of each body. */
  readonly bodySize?: number;
  readonly topic?: string;
  /** Wall-clock time of all messages, ms since the epoch. */
  readonly startMs?: number;
}

/** A store with `count` messages in queue 0 that was closed cleanly. Bodies start with the number of the message. */
export async function cleanStore({
  files,
  config = {},
  count,
  bodySize = 100,
  topic = 'TopicTest',
  startMs,
}: PictureOptions): Promise<Picture> {
  const store = makeStore(files, config, { clock: new FakeClock(startMs) });
  await store.open();
  const physicalOffsets: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const outcome = await store.append(messageDraft({ topic, body: Buffer.from(`${i}:`.padEnd(bodySize, '.')) }));
    if (!('physicalOffset' in outcome)) throw new Error(`no message ${i}: ${JSON.stringify(outcome)}`);
    physicalOffsets.push(outcome.physicalOffset);
  }
  const end = store.figures().maxPhysicalOffset;
  await store.close();
  return { physicalOffsets, end };
}

/** As if the process that closed the store cleanly had been killed instead. */
export function markKilled(files: FileSystem, root = '/store'): void {
  writeAt(files, `${root}/abort`, 0, Buffer.from('1'));
}

/** Overwrites bytes of a file, which is made when it is missing. */
export function writeAt(files: FileSystem, path: string, position: number, bytes: Buffer): void {
  const handle = files.openSync(path, 'create');
  handle.writeSync(bytes, position);
  handle.closeSync();
}

/** Turns one bit of a file over. */
export function flipBit(files: FileSystem, path: string, position: number): void {
  const byte = files.readFileSync(path)?.[position] ?? 0;
  writeAt(files, path, position, Buffer.from([byte ^ 1]));
}
