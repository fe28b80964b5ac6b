import { FakeClock } from '../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { makeStore, messageDraft, smallStoreConfig } from '../../testing/store-fixtures.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { isOperationFailed } from '../base/index.js';
import { decodeRecords, SysFlag } from '../protocol/index.js';
import { NodeFileSystem } from '../runtime/index.js';
import type { MessageStore } from './message-store.js';
import type { AppendOutcome, GetOutcome } from './outcomes.js';

const bodies = (outcome: GetOutcome) => decodeRecords(Buffer.concat([...outcome.records])).map((message) => message.body.toString());

function placed(outcome: AppendOutcome) {
  if ('reason' in outcome) throw new Error(`${outcome.kind}: ${outcome.reason}`);
  return outcome;
}

const append = async (store: MessageStore, body: string, more = {}) =>
  placed(await store.append(messageDraft({ body: Buffer.from(body), ...more })));
const read = (store: MessageStore, queueOffset: number, more = {}) =>
  store.get({ topic: 'TopicTest', queueId: 0, queueOffset, maxMessages: 32, ...more });

describe('MessageStore', () => {
  let files: MemoryFileSystem;
  let clock: FakeClock;
  let store: MessageStore;

  beforeEach(async () => {
    files = new MemoryFileSystem();
    clock = new FakeClock();
    store = makeStore(files, {}, { clock });
    await store.open();
  });
  afterEach(() => store.close());

  it('reads back what was appended, in order', async () => {
    const outcomes = await Promise.all(['a', 'b', 'c'].map((body) => append(store, body)));
    expect(outcomes.map((outcome) => outcome.queueOffset)).toEqual([0, 1, 2]);
    expect(outcomes.every((outcome) => outcome.kind === 'ok')).toBe(true);
    const found = await read(store, 0);
    expect(found).toMatchObject({ status: 'found', nextBeginOffset: 3, minOffset: 0, maxOffset: 3, messageCount: 3 });
    expect(bodies(found)).toEqual(['a', 'b', 'c']);
  });

  it('writes all messages of one turn with one call and hands neighbours out as one buffer', async () => {
    const before = files.operationCount;
    const writes: string[] = [];
    files.fault = ({ kind, path }) => void (kind === 'write' && writes.push(path));
    await Promise.all(['a', 'b', 'c', 'd'].map((body) => append(store, body)));
    expect(writes.filter((path) => path.includes('commitlog'))).toHaveLength(1);
    await clock.advance(1000);
    expect(writes.filter((path) => path.includes('consumequeue'))).toHaveLength(1);
    expect(files.operationCount).toBeGreaterThan(before);
    expect((await read(store, 0)).records).toHaveLength(1);
  });

  it('rolls to the next segment, marks the blank tail and reads across', async () => {
    const body = 'x'.repeat(1000);
    const outcomes = [];
    for (let i = 0; i < 8; i += 1) outcomes.push(await append(store, body));
    const starts = outcomes.map((outcome) => outcome.physicalOffset);
    expect(starts).toContain(4096);
    const lastBefore = starts[starts.indexOf(4096) - 1] ?? 0;
    const size = (starts[1] ?? 0) - (starts[0] ?? 0);
    const blankAt = lastBefore + size;
    const segment = files.readFileSync('/store/commitlog/00000000000000000000') ?? Buffer.alloc(0);
    expect(segment.readInt32BE(blankAt)).toBe(4096 - blankAt);
    expect(segment.readUInt32BE(blankAt + 4)).toBe(0xcbd43194);
    expect((await read(store, 0)).messageCount).toBe(8);
  });

  it('rolls inside one batch of appends', async () => {
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, i) => append(store, String(i).padEnd(900, '.'))));
    expect(outcomes.map((outcome) => outcome.queueOffset)).toEqual([...Array(12).keys()]);
    expect(bodies(await read(store, 0)).map((body) => parseInt(body, 10))).toEqual([...Array(12).keys()]);
  });

  it('gives every file its full length from the start', async () => {
    await append(store, 'a');
    await clock.advance(1000);
    expect(files.statSync('/store/commitlog/00000000000000000000')?.size).toBe(4096);
    expect(files.statSync('/store/consumequeue/TopicTest/0/00000000000000000000')?.size).toBe(320);
    expect(files.statSync('/store/checkpoint')?.size).toBe(4096);
    expect(files.existsSync('/store/abort')).toBe(true);
  });

  it('fills consume queue files and goes on in the next', async () => {
    for (let i = 0; i < 40; i += 1) await append(store, String(i));
    await clock.advance(1000);
    expect(files.listSync('/store/consumequeue/TopicTest/0')).toEqual([0, 320, 640].map((base) => String(base).padStart(20, '0')));
    expect(bodies(await read(store, 30))).toEqual(['30', '31', '32', '33', '34', '35', '36', '37', '38', '39']);
  });

  it('keeps queues apart', async () => {
    await Promise.all([append(store, 'a'), append(store, 'b', { queueId: 1 }), append(store, 'c', { topic: 'Other' }), append(store, 'd')]);
    expect(bodies(await read(store, 0))).toEqual(['a', 'd']);
    expect(bodies(await read(store, 0, { queueId: 1 }))).toEqual(['b']);
    expect(bodies(await read(store, 0, { topic: 'Other' }))).toEqual(['c']);
    expect([...store.topics()].sort()).toEqual(['Other', 'TopicTest']);
  });

  it('appends a batch as neighbours with one queue offset after the other', async () => {
    const messages = ['a', 'b', 'c'].map((body) => ({ body: Buffer.from(body), properties: '', flag: 1 }));
    const outcome = placed(await store.appendBatch({ ...messageDraft(), messages }));
    expect(outcome).toMatchObject({ kind: 'ok', queueOffset: 0, physicalOffset: 0 });
    expect(outcome.physicalOffsets).toHaveLength(3);
    expect(store.recordAt(outcome.physicalOffsets?.[2] ?? -1)).toBeDefined();
    expect(bodies(await read(store, 0))).toEqual(['a', 'b', 'c']);
  });

  it('puts a batch that does not fit the segment whole into the next', async () => {
    await append(store, 'x'.repeat(2000));
    const messages = Array.from({ length: 3 }, () => ({ body: Buffer.alloc(900), properties: '', flag: 0 }));
    expect(placed(await store.appendBatch({ ...messageDraft(), messages })).physicalOffset).toBe(4096);
  });

  it('keeps prepared and rolled-back transaction records out of the queue', async () => {
    const prepared = await append(store, 'half', { sysFlag: SysFlag.TRANSACTION_PREPARED });
    await append(store, 'rollback', { sysFlag: SysFlag.TRANSACTION_ROLLBACK });
    await append(store, 'commit', { sysFlag: SysFlag.TRANSACTION_COMMIT });
    expect(prepared.queueOffset).toBe(0);
    expect(bodies(await read(store, 0))).toEqual(['commit']);
  });

  it.each([
    ['a body beyond the limit', { body: Buffer.alloc(101) }],
    ['properties beyond 32767 bytes', { properties: 'a'.repeat(32768) }],
    ['a topic that leads out of the folder', { topic: '../x' }],
    ['an empty topic', { topic: '' }],
    ['a negative queue', { queueId: -1 }],
    ['a zero character in the properties', { properties: 'a\u0001\0\u0002' }],
  ])('refuses %s', async (_, changes) => {
    const small = makeStore(new MemoryFileSystem(), { maxMessageSize: 100 });
    await small.open();
    expect((await small.append(messageDraft(changes))).kind).toBe('message-illegal');
    expect(small.figures().maxPhysicalOffset).toBe(0);
    await small.close();
  });

  it('takes a copy of a stored message that is larger than messages may be now', async () => {
    const small = makeStore(new MemoryFileSystem(), { maxMessageSize: 100 });
    await small.open();
    expect((await small.append({ ...messageDraft({ body: Buffer.alloc(101) }), isCopy: true })).kind).toBe('ok');
    await small.close();
  });

  it('refuses a record that no segment can hold', async () => {
    expect((await store.append(messageDraft({ body: Buffer.alloc(4096) }))).kind).toBe('message-illegal');
  });

  it('refuses appends before it is open and after it is closed', async () => {
    expect((await makeStore(new MemoryFileSystem()).append(messageDraft())).kind).toBe('not-writable');
    await store.close();
    expect((await store.append(messageDraft())).kind).toBe('not-writable');
  });

  it('finds nothing after it is closed', async () => {
    await append(store, 'a');
    await store.close();
    expect(await read(store, 0)).toMatchObject({ status: 'no-matched-logic-queue' });
    expect(store.recordAt(0)).toBeUndefined();
    expect(store.maxQueueOffset('TopicTest', 0)).toBe(0);
  });

  it('tells arrivals after the message can be read', async () => {
    const seen: unknown[] = [];
    const other: MessageStore = makeStore(
      new MemoryFileSystem(),
      {},
      {
        arrivals: {
          arrived: ({ topic, queueId, queueOffset, tagsCode }) => {
            seen.push([topic, queueId, queueOffset, tagsCode, other.maxQueueOffset(topic, queueId)]);
          },
        },
      },
    );
    await other.open();
    await append(other, 'a', { properties: 'TAGS\u0001TagA\u0002' });
    expect(seen).toEqual([['TopicTest', 0, 0, 2598919, 1]]);
    await other.close();
  });

  it('puts the time of delivery into the queue of delayed messages', async () => {
    const tagsCodes: bigint[] = [];
    const matches = (tagsCode: bigint) => tagsCodes.push(tagsCode) > 0;
    const { storeTimestamp } = await append(store, 'a', { topic: 'SCHEDULE_TOPIC_XXXX', queueId: 2, properties: 'DELAY\u00013\u0002' });
    await store.get({ topic: 'SCHEDULE_TOPIC_XXXX', queueId: 2, queueOffset: 0, maxMessages: 1, matches });
    expect(tagsCodes).toEqual([BigInt(storeTimestamp + 10_000)]);
  });

  describe('get', () => {
    beforeEach(async () => {
      for (let i = 0; i < 40; i += 1) await append(store, String(i), { properties: `TAGS\u0001${i % 2 === 0 ? 'even' : 'odd'}\u0002` });
    });

    it.each([
      [{ queueId: 7 }, { status: 'no-matched-logic-queue', nextBeginOffset: 0 }],
      [{ queueOffset: 40 }, { status: 'offset-overflow-one', nextBeginOffset: 40 }],
      [{ queueOffset: 41 }, { status: 'offset-overflow-badly', nextBeginOffset: 40 }],
      [{ queueOffset: -1 }, { status: 'offset-too-small', nextBeginOffset: 0 }],
      [{ maxMessages: 5 }, { status: 'found', nextBeginOffset: 5, messageCount: 5 }],
      [{ maxMessages: 100 }, { status: 'found', nextBeginOffset: 32, messageCount: 32 }],
      [{ maxMessages: 0 }, { status: 'found', nextBeginOffset: 1, messageCount: 1 }],
      [{ maxBytes: 250 }, { status: 'found', nextBeginOffset: 2, messageCount: 2 }],
      [{ maxBytes: 1 }, { status: 'found', nextBeginOffset: 1, messageCount: 1 }],
    ])('answers %j with %j', async (request, expected) => {
      expect(await read(store, 0, request)).toMatchObject(expected);
    });

    it('filters by tagsCode and goes on behind the last entry looked at', async () => {
      const odd = await read(store, 0, { matches: (code: bigint) => code === 109871n });
      expect(bodies(odd)).toEqual([...Array(20).keys()].map((i) => String(2 * i + 1)));
      const none = await read(store, 0, { matches: () => false });
      expect(none).toMatchObject({ status: 'no-matched-message', nextBeginOffset: 40, messageCount: 0 });
    });

    it('looks at no more entries than maxFilterMessageSize allows', async () => {
      const small = makeStore(new MemoryFileSystem(), { maxFilterMessageSize: 200 });
      await small.open();
      for (let i = 0; i < 20; i += 1) await append(small, String(i));
      expect(await read(small, 0, { maxMessages: 2, matches: () => false })).toMatchObject({ nextBeginOffset: 10 });
      await small.close();
    });

    it('holds tighter limits for messages outside of the memory', async () => {
      const small = makeStore(new MemoryFileSystem(), {}, { memoryTotal: 0 });
      await small.open();
      for (let i = 0; i < 20; i += 1) await append(small, String(i));
      expect(await read(small, 0)).toMatchObject({ messageCount: 8, nextBeginOffset: 8 });
      await small.close();
    });
  });

  describe('times', () => {
    let clock: FakeClock;
    let timed: MessageStore;
    const base = Date.UTC(2024, 0, 1);

    beforeEach(async () => {
      clock = new FakeClock(base);
      timed = makeStore(new MemoryFileSystem(), {}, { clock });
      await timed.open();
      for (const delay of [0, 10, 0, 10]) {
        await clock.advance(delay);
        await append(timed, 'x');
      }
    });
    afterEach(() => timed.close());

    it.each([
      [-1, 0, 0],
      [0, 0, 0],
      [5, 1, 0],
      [10, 1, 2],
      [15, 3, 2],
      [20, 3, 3],
      [21, 4, 3],
    ])('finds offsets by time +%i', (time, lower, upper) => {
      expect(timed.queueOffsetByTime('TopicTest', 0, base + time, 'LOWER')).toBe(lower);
      expect(timed.queueOffsetByTime('TopicTest', 0, base + time, 'UPPER')).toBe(upper);
    });

    it('tells when messages were stored', () => {
      expect(timed.storeTimeAt('TopicTest', 0, 3)).toBe(base + 20);
      expect(timed.storeTimeAt('TopicTest', 0, 4)).toBe(-1);
      expect(timed.storeTimeAt('None', 0, 0)).toBe(-1);
      expect(timed.earliestStoreTime('TopicTest', 0)).toBe(base);
      expect(timed.figures().earliestStoreTimestamp).toBe(base);
    });
  });

  it('removes the queues of a topic and starts them again at 0', async () => {
    await append(store, 'a');
    expect(store.removeTopic('TopicTest')).toBe(true);
    expect(store.removeTopic('TopicTest')).toBe(false);
    expect(files.existsSync('/store/consumequeue/TopicTest')).toBe(false);
    expect(store.maxQueueOffset('TopicTest', 0)).toBe(0);
    expect((await append(store, 'b')).queueOffset).toBe(0);
    expect(bodies(await read(store, 0))).toEqual(['b']);
  });

  it('dispatches later, and in order, what a full disk refuses of a topic that was deleted during a sync', async () => {
    const clock = new FakeClock();
    const synced = makeStore(files, { flushDiskType: 'SYNC_FLUSH', storePathRootDir: '/synced' }, { clock });
    await synced.open();
    await append(synced, 'before');
    const release = files.holdSyncs();
    const appends = [append(synced, 'deleted'), append(synced, 'kept', { topic: 'Other' }), append(synced, 'deleted too')];
    await clock.settle();
    synced.removeTopic('TopicTest');
    files.fault = ({ path }) => (path.includes('consumequeue') ? 'ENOSPC' : undefined);
    release();
    expect((await Promise.all(appends)).map((outcome) => outcome.kind)).toEqual(['ok', 'ok', 'ok']);
    expect(synced.maxQueueOffset('Other', 0)).toBe(0);
    files.fault = undefined;
    await clock.advance(1000);
    expect(bodies(await read(synced, 0, { topic: 'Other' }))).toEqual(['kept']);
    expect(bodies(await read(synced, 1))).toEqual(['deleted', 'deleted too']);
    expect(synced.figures().dispatchBehindBytes).toBe(0);
    await synced.close();
  });

  it('loses no message of a topic that is deleted and used again while others of it are on their way to the disk', async () => {
    const synced = makeStore(files, { flushDiskType: 'SYNC_FLUSH', storePathRootDir: '/synced' }, { clock });
    await synced.open();
    await append(synced, 'before');
    const release = files.holdSyncs();
    const deleted = append(synced, 'deleted');
    await clock.settle();
    synced.removeTopic('TopicTest');
    const again = append(synced, 'again');
    release();
    const { queueOffset } = await deleted;
    expect((await again).queueOffset).toBe(queueOffset + 1);
    expect(bodies(await read(synced, queueOffset))).toEqual(['deleted', 'again']);
    await synced.close();
  });

  it('finds a record by its physical offset, and nothing in between', async () => {
    await append(store, 'a');
    const { physicalOffset } = await append(store, 'b');
    expect(decodeRecords(store.recordAt(physicalOffset) ?? Buffer.alloc(0))[0]?.body.toString()).toBe('b');
    expect(store.recordAt(physicalOffset + 1)).toBeUndefined();
    expect(store.recordAt(-1)).toBeUndefined();
    expect(store.recordAt(1e12)).toBeUndefined();
  });

  it('counts', async () => {
    await append(store, 'a');
    await read(store, 0);
    await read(store, 1);
    const figures = store.figures();
    expect(figures).toMatchObject({
      putTimes: 1,
      putFailedTimes: 0,
      getFoundTimes: 1,
      getMissTimes: 1,
      getMessageCount: 1,
      dispatchBehindBytes: 0,
    });
    expect(figures.putSize).toBe(figures.maxPhysicalOffset);
    expect(figures.putDistribution[0]).toEqual(['[<=0ms]', 1]);
  });
});

describe('MessageStore on the real disk', () => {
  let folder: string;
  let remove: () => void;
  const files = new NodeFileSystem();
  const config = () => ({ storePathRootDir: folder, mappedFileSizeCommitLog: 64 * 1024 });

  beforeEach(() => ({ folder, remove } = temporaryFolder('message-store')));
  afterEach(() => remove());

  it.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('finds everything again after a clean stop (%s)', async (flushDiskType) => {
    const store = makeStore(files, { ...config(), flushDiskType });
    await store.open();
    await Promise.all(Array.from({ length: 500 }, (_, i) => append(store, String(i).padEnd(300, '.'))));
    await store.close();
    expect(files.statSync(`${folder}/checkpoint`)?.size).toBe(4096);
    expect(files.existsSync(`${folder}/abort`)).toBe(false);

    const again = makeStore(files, { ...config(), flushDiskType });
    await again.open();
    expect(again.maxQueueOffset('TopicTest', 0)).toBe(500);
    let offset = 0;
    while (offset < 500) {
      const found = await read(again, offset);
      expect(bodies(found).map((body) => parseInt(body, 10))).toEqual(Array.from({ length: found.messageCount }, (_, i) => offset + i));
      offset = found.nextBeginOffset;
    }
    expect((await append(again, 'next')).queueOffset).toBe(500);
    await again.close();
  });

  it('is refused while another one has it open, and opens when that one has closed', async () => {
    const first = makeStore(files, config());
    await first.open();
    const second = makeStore(files, config());
    const error: unknown = await second.open().catch((cause: unknown) => cause);
    expect(isOperationFailed(error) && error.reason).toBe('refused');
    await first.close();
    const third = makeStore(files, config());
    await third.open();
    await third.close();
  });

  it('says which folder and size do not fit', async () => {
    const store = makeStore(files, config());
    await store.open();
    await store.close();
    const other = makeStore(files, { ...config(), mappedFileSizeCommitLog: 32 * 1024 });
    await expect(other.open()).rejects.toThrow(/commitlog\/0{20} at 65536: the file has 65536 bytes, 32768 are configured/);
    expect(smallStoreConfig().mappedFileSizeCommitLog).toBe(4096);
  });
});
