import { FakeClock } from '../../../testing/fake-clock.js';
import { SlowReadFileSystem } from '../../../testing/slow-read-file-system.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { decodeRecords } from '../../protocol/index.js';
import type { MessageStore } from '../message-store.js';
import type { GetOutcome } from '../outcomes.js';

/** Time that a test can let pass within a call. */
class PassingClock extends FakeClock {
  passedMs = 0;
  override monotonic(): number {
    return super.monotonic() + this.passedMs;
  }
}

const sizes = { mappedFileSizeCommitLog: 64 * 1024, mappedFileSizeConsumeQueue: 20 * 1000 };
const bodies = ({ records }: GetOutcome) => decodeRecords(Buffer.concat([...records])).map(({ body }) => Number(body.toString()));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('MessageReader', () => {
  let files: SlowReadFileSystem;
  let clock: PassingClock;
  let store: MessageStore;

  beforeEach(() => {
    files = new SlowReadFileSystem();
    clock = new PassingClock();
  });
  afterEach(() => store.close());

  const open = async (memoryTotal?: number, config = sizes) => {
    store = makeStore(files, config, { clock, ...(memoryTotal === undefined ? {} : { memoryTotal }) });
    await store.open();
  };
  const append = async (from: number, to: number, size = 100) => {
    for (const i of range(from, to)) {
      expect(await store.append(messageDraft({ body: Buffer.from(String(i).padStart(size, '0')) }))).toMatchObject({ kind: 'ok' });
    }
  };
  const get = (queueOffset: number, more = {}) => store.get({ topic: 'TopicTest', queueId: 0, queueOffset, maxMessages: 8, ...more });
  const refuseSynchronousReads = (folder = '') => {
    files.onReadSync = (path) => {
      if (path.includes(folder)) throw new Error(`${path} was read synchronously`);
    };
  };

  it('reads what was there before in the background, and appends go on while the disk takes its time', async () => {
    await open();
    await append(0, 100);
    await store.close();
    await open();
    // Where the queue begins in the log is looked up once.
    await get(99);
    refuseSynchronousReads();
    const letGo = files.holdReads();
    const behind = get(0);
    expect(behind).toBeInstanceOf(Promise);
    await append(100, 120);
    expect(files.running).toBe(1);
    letGo();
    expect(bodies(await behind)).toEqual(range(0, 8));
  });

  it.each([{}, { isInternal: true }, { matchesProperties: () => true }])(
    'passes over no message that comes while a read waits for its turn, %j',
    async (more) => {
      await open();
      await append(0, 10);
      await store.close();
      await open();
      const letGo = files.holdReads();
      const before = Promise.all([Promise.resolve(get(0)), Promise.resolve(get(1))]);
      const behind = get(5, { ...more, maxMessages: 32 });
      await append(10, 20);
      letGo();
      const outcome = await behind;
      await before;
      expect(bodies(outcome)).toEqual(range(5, outcome.nextBeginOffset));
      expect(outcome.nextBeginOffset).toBe(20);
    },
  );

  it('opens no file for reads that wait for their turn when the store is closed', async () => {
    await open();
    for (const queueId of [0, 1, 2, 3]) await store.append(messageDraft({ queueId }));
    await store.close();
    await open();
    const letGo = files.holdReads();
    const reads = [0, 1, 2, 3].map(async (queueId) => get(0, { queueId }));
    await store.close();
    const begun = files.begun.length;
    letGo();
    const outcomes = await Promise.all(reads);
    expect(outcomes.slice(2)).toMatchObject([{ nextBeginOffset: 0 }, { nextBeginOffset: 0 }]);
    expect(files.begun).toHaveLength(begun);
  });

  it('says where the queue begins when its entries expire before they are read', async () => {
    const config = { mappedFileSizeCommitLog: 4096, mappedFileSizeConsumeQueue: 20 * 10 };
    await open(undefined, config);
    await append(0, 60);
    for (const queueId of [1, 2]) await store.append(messageDraft({ queueId }));
    await store.close();
    await open(undefined, config);
    const letGo = files.holdReads();
    const before = [1, 2].map(async (queueId) => get(0, { queueId }));
    const read = get(0);
    clock.jump(100 * 3_600_000);
    store.expireNow();
    await clock.advance(60_000);
    letGo();
    await Promise.all(before);
    const minOffset = store.minQueueOffset('TopicTest', 0);
    expect(minOffset).toBeGreaterThan(10);
    expect(await read).toMatchObject({ status: 'offset-too-small', nextBeginOffset: minOffset, minOffset });
  });

  describe('of a file that expires while it is read from', () => {
    /** The first message of the second file. */
    let border: number;

    beforeEach(async () => {
      await open();
      await append(0, 400);
      for (const queueId of [1, 2]) await store.append(messageDraft({ queueId }));
      await store.close();
      await open();
      const entries = store.entriesOf('TopicTest', 0, { from: 0, countMax: 400 });
      border = entries.findIndex(({ physicalOffset }) => physicalOffset >= sizes.mappedFileSizeCommitLog);
    });
    const expire = async () => {
      clock.jump(100 * 3_600_000);
      store.expireNow();
      await clock.settle();
      expect(store.minPhysicalOffset).toBe(sizes.mappedFileSizeCommitLog);
    };

    it('passes over no message of the next one', async () => {
      await get(border - 4);
      const letGo = files.holdReads();
      const before = [1, 2].map(async (queueId) => get(0, { queueId }));
      const read = get(border - 4);
      await expire();
      letGo();
      await Promise.all(before);
      const outcome = await read;
      expect(bodies(outcome)).toEqual(range(border, outcome.nextBeginOffset));
      expect(outcome.nextBeginOffset).toBe(border + 4);
    });

    it('passes over no message of the next one that its properties choose', async () => {
      await get(border - 12);
      const letGo = files.holdReads();
      let seen = 0;
      const read = get(border - 12, { matchesProperties: () => (seen += 1) > 8 });
      await expire();
      letGo();
      const outcome = await read;
      expect(bodies(outcome)).toEqual(range(border, outcome.nextBeginOffset));
      expect(outcome.nextBeginOffset).toBeGreaterThan(border);
    });
  });

  it('reads everything in order, whatever of it is old', async () => {
    await open();
    await append(0, 300);
    await store.close();
    await open(2.5 * 20_000);
    await append(300, 600);
    const read: number[] = [];
    const internal: number[] = [];
    const matching: number[] = [];
    for (let offset = 0; offset < 600; offset += 6) {
      read.push(...bodies(await get(offset, { maxMessages: 6 })));
      internal.push(...bodies(await get(offset, { maxMessages: 6, isInternal: true })));
      matching.push(...bodies(await get(offset, { maxMessages: 6, matchesProperties: () => true })));
    }
    for (const each of [read, internal, matching]) expect(each).toEqual(range(0, 600));
  });

  it('reads in the background what lies further back than the memory reaches', async () => {
    await open(2.5 * 10_000);
    await append(0, 200);
    expect(get(0)).toBeInstanceOf(Promise);
    // The first look at a queue tells where its recent part is.
    expect(bodies(await get(190))).toEqual(range(190, 198));
    expect(get(192)).not.toBeInstanceOf(Promise);
    expect(get(0, { matchesProperties: () => true })).toBeInstanceOf(Promise);
    refuseSynchronousReads();
    expect(bodies(await get(3))).toEqual(range(3, 11));
  });

  it('reads in the background what lies before a place that a synchronous read had to wait for', async () => {
    await open();
    // More than the tail of the log that is in memory anyway.
    await append(0, 200, 12_000);
    expect(get(0)).not.toBeInstanceOf(Promise);
    files.onReadSync = (path) => {
      if (path.includes('commitlog')) clock.passedMs += 50;
    };
    expect(get(50)).not.toBeInstanceOf(Promise);
    files.onReadSync = undefined;
    const before = get(40);
    expect(before).toBeInstanceOf(Promise);
    expect(bodies(await before)).toEqual(range(40, 48));
    expect(bodies(await get(60))).toEqual(range(60, 68));
    expect(get(61)).not.toBeInstanceOf(Promise);
  });

  it('finds old records by place and by key in the background, however large they are', async () => {
    await open();
    const outcomes = [];
    for (const size of [10, 10_000]) {
      const properties = `KEYS\u0001size-${size}\u0002`;
      outcomes.push(await store.append(messageDraft({ body: Buffer.alloc(size, 1), properties })));
    }
    await store.close();
    await open();
    refuseSynchronousReads('commitlog');
    const places = outcomes.map((outcome) => ('physicalOffset' in outcome ? outcome.physicalOffset : -1));
    const sizeOf = (record: Buffer | undefined) => record && decodeRecords(record).map(({ body }) => body.length);
    expect(sizeOf(await store.findRecord(places[0] ?? -1))).toEqual([10]);
    expect(sizeOf(await store.findRecord(places[1] ?? -1))).toEqual([10_000]);
    for (const nowhere of [-1, 1, (places[1] ?? 0) + 1, 1e9]) expect(await store.findRecord(nowhere)).toBeUndefined();
    const query = { topic: 'TopicTest', key: 'size-10000', type: 'key', maxNum: 10, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER } as const;
    const { records } = await store.queryByKey(query);
    expect(records.map(sizeOf)).toEqual([[10_000]]);
  });
});
