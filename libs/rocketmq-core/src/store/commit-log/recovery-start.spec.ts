import { SlowReadFileSystem } from '../../../testing/slow-read-file-system.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { decodeRecords } from '../../protocol/index.js';
import type { MessageStore } from '../message-store.js';

const SEGMENT_SIZE = 64 * 1024;
const LOG = '/store/commitlog/00000000000000000000';

describe('where recovery starts to read after a kill', () => {
  const append = async (store: MessageStore, from: number, to: number) => {
    let last = 0;
    for (let i = from; i < to; i += 1) {
      const outcome = await store.append(messageDraft({ body: Buffer.from(String(i).padStart(500, '0')) }));
      if ('physicalOffset' in outcome) last = outcome.physicalOffset;
    }
    return last;
  };
  const open = async (files: SlowReadFileSystem) => {
    const store = makeStore(files, { mappedFileSizeCommitLog: SEGMENT_SIZE, mappedFileSizeConsumeQueue: 20 * 1000 });
    await store.open();
    return store;
  };
  const numbersIn = async (store: MessageStore, count: number) => {
    const read: number[] = [];
    for (let queueOffset = 0; queueOffset < count;) {
      const { records, nextBeginOffset } = await store.get({ topic: 'TopicTest', queueId: 0, queueOffset, maxMessages: 32 });
      read.push(...decodeRecords(Buffer.concat([...records])).map(({ body }) => Number(body.toString())));
      queueOffset = nextBeginOffset;
    }
    return read;
  };
  /** The store as a kill leaves it that came when `vouched` messages were in the checkpoint; opened again, with where the log was read. */
  const reopened = async (vouched: number, count: number) => {
    const files = new SlowReadFileSystem();
    const first = await open(files);
    const checkpoint = await append(first, 0, vouched);
    await first.close();
    const checkpointBytes = files.readFileSync('/store/checkpoint') ?? Buffer.alloc(0);
    const second = await open(files);
    await append(second, vouched, count);
    await second.close();
    files.openSync('/store/checkpoint', 'write').writeSync(checkpointBytes, 0);
    files.openSync('/store/abort', 'create').closeSync();
    files.begun.length = 0;
    const store = await open(files);
    const [firstRead] = files.begun.filter(({ path }) => path === LOG);
    return { store, checkpoint, firstRead };
  };

  it.each([
    ['at the start of the segment when the checkpoint is near it', 10, 40, false],
    ['at the checkpoint when that is far', 60, 80, true],
    ['at the checkpoint when nothing was stored since', 60, 60, true],
  ])('%s', async (_, vouched, count, isSkipped) => {
    const { store, checkpoint, firstRead } = await reopened(vouched, count);
    expect(firstRead?.position).toBe(isSkipped ? checkpoint : 0);
    expect(await numbersIn(store, count)).toEqual([...Array(count).keys()]);
    const key = { topic: 'TopicTest', key: 'k', type: 'key', maxNum: 200, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER } as const;
    expect((await store.queryByKey(key)).records).toHaveLength(count);
    expect(await append(store, count, count + 1)).toBeGreaterThan(checkpoint);
    expect(await numbersIn(store, count + 1)).toHaveLength(count + 1);
    await store.close();
  });
});
