import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodeRecords } from '../../src/protocol/index.js';
import type { MessageStore } from '../../src/store/index.js';
import { LightFileSystem } from '../../testing/light-file-system.js';
import { makeStore, messageDraft } from '../../testing/store-fixtures.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are in use. */
function memoryInUse(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const topicCount = 1000;
const queuesPerTopic = 10;
const queueCount = topicCount * queuesPerTopic;
const queues = Array.from({ length: queueCount }, (_, n) => ({ topic: `topic-${n % topicCount}`, queueId: Math.floor(n / topicCount) }));
/** Handles of consume queues that are kept, and those of log, index, checkpoint and lock. */
const handlesMax = 1024 + 16;
const bytesPerQueueMax = 4 * 1024;

describe('ten thousand queues in a thousand topics', () => {
  let files: LightFileSystem;
  let store: MessageStore | undefined;

  const open = async () => {
    files.openMost = 0;
    const opened = makeStore(files, {
      ...{ mappedFileSizeCommitLog: 64 * 1024 * 1024, mappedFileSizeConsumeQueue: 20 * 1000, maxHashSlotNum: 50_000, maxIndexNum: 100_000 },
    });
    await opened.open();
    return (store = opened);
  };
  const close = async () => {
    await store?.close();
    store = undefined;
  };
  const appendToAll = async (opened: MessageStore, body: string) => {
    for (let at = 0; at < queueCount; at += 500) {
      const some = queues.slice(at, at + 500).map((queue) => opened.append(messageDraft({ ...queue, body: Buffer.from(body) })));
      expect((await Promise.all(some)).every(({ kind }) => kind === 'ok')).toBe(true);
    }
  };
  const queuesWith = async (opened: MessageStore, bodies: string) => {
    let count = 0;
    for (const queue of queues) {
      const { records, release } = await opened.get({ ...queue, queueOffset: 0, maxMessages: 8 });
      if (
        decodeRecords(Buffer.concat([...records]))
          .map(({ body }) => body.toString())
          .join() === bodies
      )
        count += 1;
      release?.();
    }
    return count;
  };

  beforeEach(() => {
    files = new LightFileSystem();
  });
  afterEach(close);

  it('are written and read with few open files and bounded memory, and are there again after a restart', async () => {
    const opened = await open();
    await appendToAll(opened, 'one');
    await appendToAll(opened, 'two');
    expect(await queuesWith(opened, 'one,two')).toBe(queueCount);
    await close();
    expect(files.openMost).toBeLessThanOrEqual(handlesMax);
    expect(files.openMost).toBeGreaterThan(1000);
    expect(files.openCount).toBe(0);

    const again = await open();
    expect(await queuesWith(again, 'one,two')).toBe(queueCount);
    await appendToAll(again, 'three');
    expect(await queuesWith(again, 'one,two,three')).toBe(queueCount);
    expect(files.openMost).toBeLessThanOrEqual(handlesMax);
  }, 120_000);

  it('cost a few kilobytes each', async () => {
    // All files are made, so that closing makes none.
    await appendToAll(await open(), 'one');
    await close();
    const opened = await open();
    await appendToAll(opened, 'two');
    await queuesWith(opened, '');
    const withStore = memoryInUse();
    await close();
    // What has gone is the store.
    const bytesPerQueue = (withStore - memoryInUse()) / queueCount;
    expect(bytesPerQueue).toBeGreaterThan(100);
    expect(bytesPerQueue).toBeLessThan(bytesPerQueueMax);
  }, 120_000);
});
