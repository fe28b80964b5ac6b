import { flipBit, writeAt } from '../../../testing/disk-pictures.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { decodeRecords } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import { ENTRY_SIZE } from '../consume-queue/entry-layout.js';
import type { MessageStore } from '../message-store.js';

const LOG = '/store/commitlog/00000000000000000000';
const QUEUE = '/store/consumequeue/TopicTest/0/00000000000000000000';
/** The segment of the damage is not the last one, which recovery reads. */
const COUNT = 60;

describe('a message that the disk has changed', () => {
  let files: MemoryFileSystem;
  let physicalOffsets: number[];
  let told: { file: unknown; offset: unknown; queueFile: unknown }[];
  let store: MessageStore;

  beforeEach(async () => {
    files = new MemoryFileSystem();
    told = [];
    physicalOffsets = [];
    const before = makeStore(files);
    await before.open();
    for (let i = 0; i < COUNT; i += 1) {
      const outcome = await before.append(messageDraft({ body: Buffer.from(`${i}:`.padEnd(200, '.')) }));
      if (!('physicalOffset' in outcome)) throw new Error(outcome.reason);
      physicalOffsets.push(outcome.physicalOffset);
    }
    await before.close();
  });
  afterEach(() => store.close());

  const opened = async () => {
    const log: Logger['log'] = (level, _, fields = {}) => {
      if (level === 'error') told.push({ file: fields.file, offset: fields.offset, queueFile: fields.queueFile });
    };
    store = makeStore(files, {}, { logger: { log } });
    await store.open();
  };
  const numbersFrom = async (queueOffset: number, more = {}) => {
    const { records, nextBeginOffset } = await store.get({ topic: 'TopicTest', queueId: 0, queueOffset, maxMessages: 6, ...more });
    const numbers = records.flatMap((record) => decodeRecords(record)).map(({ body }) => Number(body.toString().split(':')[0]));
    return { numbers, nextBeginOffset };
  };
  const place = (n: number) => physicalOffsets[n] ?? 0;

  it.each([
    ['its body', 90],
    ['its queue offset', 27],
    ['its physical offset', 35],
  ])('is left out, and named with file and offset: %s', async (_, at) => {
    flipBit(files, LOG, place(3) + at);
    await opened();
    expect(await numbersFrom(1)).toEqual({ numbers: [1, 2, 4, 5, 6], nextBeginOffset: 7 });
    expect(await numbersFrom(1)).toEqual({ numbers: [1, 2, 4, 5, 6], nextBeginOffset: 7 });
    expect(told).toEqual([{ file: LOG, offset: place(3), queueFile: QUEUE }]);
  });

  it('is not found by its offset', async () => {
    flipBit(files, LOG, place(3) + 90);
    await opened();
    expect([2, 3, 4].map((n) => store.recordAt(place(n)) !== undefined)).toEqual([true, false, true]);
  });

  it('is left out where a consumer filters by properties', async () => {
    flipBit(files, LOG, place(3) + 90);
    await opened();
    expect((await numbersFrom(1, { matchesProperties: () => true })).numbers).toEqual([1, 2, 4, 5, 6]);
    expect(told).toHaveLength(1);
  });

  it.each([
    ['', {}],
    [', also where a consumer filters by properties', { matchesProperties: () => true }],
  ])('is not answered as found when it is the only one%s', async (_, more) => {
    flipBit(files, LOG, place(3) + 90);
    await opened();
    const outcome = await store.get({ topic: 'TopicTest', queueId: 0, queueOffset: 3, maxMessages: 1, ...more });
    // A consumer of Java reads the body of every SUCCESS.
    expect(outcome).toMatchObject({ status: 'message-was-removing', messageCount: 0, nextBeginOffset: 4 });
  });

  it('is not answered with another one when its entry leads there', async () => {
    const entries = files.readFileSync(QUEUE) ?? Buffer.alloc(0);
    writeAt(files, QUEUE, 3 * ENTRY_SIZE, Buffer.from(entries.subarray(9 * ENTRY_SIZE, 10 * ENTRY_SIZE)));
    await opened();
    expect(await numbersFrom(1)).toEqual({ numbers: [1, 2, 4, 5, 6], nextBeginOffset: 7 });
    expect(told).toEqual([{ file: LOG, offset: place(9), queueFile: QUEUE }]);
  });

  it('does not hide its neighbours when it is the first of the log, and its entry claims more than there is', async () => {
    flipBit(files, QUEUE, 9);
    await opened();
    expect(await numbersFrom(0)).toEqual({ numbers: [1, 2, 3, 4, 5], nextBeginOffset: 6 });
    expect(told).toEqual([{ file: LOG, offset: 0, queueFile: QUEUE }]);
  });

  it('does not hide its neighbours when its entry leads behind the end of the log', async () => {
    flipBit(files, QUEUE, 3 * ENTRY_SIZE + 2);
    await opened();
    expect(await numbersFrom(1)).toEqual({ numbers: [1, 2, 4, 5, 6], nextBeginOffset: 7 });
    expect(told).toHaveLength(1);
  });
});
