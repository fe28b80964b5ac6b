import { silentLogger } from '../../src/runtime/index.js';
import { TimerFiles, type MessageStore, type StoreConfig } from '../../src/store/index.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { storeFindings } from '../../testing/store-findings.js';
import { makeStore, messageDraft } from '../../testing/store-fixtures.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const TOPIC = 'TopicTest';
const SEGMENT = 4096;
const indexSizes = { slotCount: 16, entryCount: 32 };
/** An hour before the default `deleteWhen`, wherever this runs. */
const startMs = new Date(2024, 0, 1, 3, 0, 0).getTime();

interface Opened {
  readonly files: MemoryFileSystem;
  readonly clock: FakeClock;
  readonly store: MessageStore;
}

async function open(config: Partial<StoreConfig> = {}, files = new MemoryFileSystem(), clock = new FakeClock(startMs)): Promise<Opened> {
  const store = makeStore(files, { mappedFileSizeConsumeQueue: 20 * 4, flushConsumeQueueThoroughInterval: 1000, ...config }, { clock });
  await store.open();
  return { files, clock, store };
}

/** Messages of half a kilobyte to queue 0, seven to a segment; one to queue 1 at the start. */
async function fill(opened: Opened, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const draft = messageDraft({ body: Buffer.alloc(400, 'x'), properties: `KEYS\u0001k${i} all\u0002` });
    expect(await opened.store.append(draft)).toMatchObject({ kind: 'ok' });
  }
  // Until the checkpoint has moved.
  await pass(opened, 2500);
}

/** The loops run for a while. What they wait for besides the time takes turns of the event loop. */
async function pass({ clock }: Opened, ms: number): Promise<void> {
  for (let done = 0; done < ms; done += 100) {
    await clock.advance(100);
    await clock.settle();
  }
}

const log = ({ files }: Opened) => files.listSync('/store/commitlog').map(Number);
const queue = ({ files }: Opened) => files.listSync(`/store/consumequeue/${TOPIC}/0`).map((name) => Number(name) / 20);
const full = (files: MemoryFileSystem, usedShare: number) => (files.space = { total: 1000, free: 1000 * (1 - usedShare) });

describe('expired files', () => {
  it('go in the hour for it, with what of queues and index belongs to them', async () => {
    const opened = await open();
    await opened.store.append(messageDraft({ queueId: 1 }));
    await fill(opened, 40);
    const indexFiles = opened.files.listSync('/store/index').length;
    opened.clock.jump(71 * HOUR);
    await fill(opened, 1);
    opened.clock.jump(2 * HOUR);
    await pass(opened, 70_000);
    // The last file has a message that has not expired, and no other; the next one is empty.
    expect(log(opened)).toEqual([5 * SEGMENT, 6 * SEGMENT]);
    const min = opened.store.minQueueOffset(TOPIC, 0);
    expect(opened.store.minPhysicalOffset).toBe(log(opened)[0]);
    expect(min).toBeGreaterThan(30);
    expect(queue(opened)[0]).toBeLessThanOrEqual(min);
    expect(queue(opened)[0]).toBeGreaterThan(min - 4);
    expect(opened.files.listSync('/store/index').length).toBeLessThan(indexFiles);
    expect(await opened.store.get({ topic: TOPIC, queueId: 0, queueOffset: min, maxMessages: 1 })).toMatchObject({
      status: 'found',
      minOffset: min,
    });
    expect(await opened.store.get({ topic: TOPIC, queueId: 0, queueOffset: 0, maxMessages: 1 })).toMatchObject({
      status: 'offset-too-small',
      nextBeginOffset: min,
    });
    // All of queue 1 is gone; its offsets go on.
    expect([opened.store.minQueueOffset(TOPIC, 1), opened.store.maxQueueOffset(TOPIC, 1)]).toEqual([1, 1]);
    expect(await opened.store.append(messageDraft({ queueId: 1 }))).toMatchObject({ kind: 'ok', queueOffset: 1 });
    await opened.store.close();
    expect(storeFindings('/store', opened.files, indexSizes)).toEqual([]);
  });

  it('stay while one of their messages has not expired, and outside the hour', async () => {
    const opened = await open();
    await fill(opened, 40);
    const before = log(opened);
    opened.clock.jump(49 * HOUR);
    await pass(opened, 70_000);
    expect(log(opened)).toEqual(before);
    opened.clock.jump(26 * HOUR);
    await pass(opened, 20_000);
    expect(log(opened)).toEqual(before);
    await opened.store.close();
  });

  it('go at any hour when the disk fills up, ten at a time', async () => {
    const opened = await open({ fileReservedTime: 1, deleteWhen: '' });
    await fill(opened, 110);
    const before = log(opened);
    opened.clock.jump(2 * HOUR);
    await pass(opened, 70_000);
    expect(log(opened)).toEqual(before);
    full(opened.files, 0.76);
    for (let i = 0; i < 200 && log(opened).length > before.length - 10; i += 1) await pass(opened, 100);
    await pass(opened, 5000);
    expect(log(opened)).toEqual(before.slice(10));
    await pass(opened, 20_000);
    expect(log(opened)).toHaveLength(1);
    await opened.store.close();
  });

  it('go when somebody asks for it', async () => {
    const opened = await open({ fileReservedTime: 1, deleteWhen: '' });
    await fill(opened, 40);
    opened.clock.jump(2 * HOUR);
    opened.store.expireNow();
    await pass(opened, 2000);
    expect(log(opened)).toHaveLength(1);
    await opened.store.close();
  });

  it('are followed by queues before anybody has looked for their files', async () => {
    const opened = await open({ fileReservedTime: 1, deleteWhen: '' });
    await fill(opened, 40);
    opened.clock.jump(2 * HOUR);
    opened.store.expireNow();
    for (let i = 0; i < 1000 && opened.store.minPhysicalOffset === 0; i += 1) await Promise.resolve();
    expect(opened.store.minPhysicalOffset).toBe(SEGMENT);
    const min = opened.store.minQueueOffset(TOPIC, 0);
    expect(min).toBeGreaterThan(0);
    expect(queue(opened)[0]).toBe(0);
    expect(opened.store.storeTimeAt(TOPIC, 0, min)).toBe(startMs);
    expect(opened.store.queueOffsetByTime(TOPIC, 0, 0, 'LOWER')).toBe(min);
    await opened.store.close();
  });

  it('are not missed by a reader that had begun', async () => {
    const first = await open({ fileReservedTime: 1, deleteWhen: '' });
    await fill(first, 40);
    await first.store.close();
    // What was there before is read in the background.
    const opened = await open({ fileReservedTime: 1, deleteWhen: '' }, first.files, first.clock);
    opened.clock.jump(2 * HOUR);
    const reads = Array.from({ length: 40 }, async (_, queueOffset) =>
      opened.store.get({ topic: TOPIC, queueId: 0, queueOffset, maxMessages: 4 }),
    );
    const query = opened.store.queryByKey({ topic: TOPIC, key: 'all', type: 'key', maxNum: 100, beginMs: 0, endMs: Infinity });
    opened.store.expireNow();
    await pass(opened, 2000);
    const outcomes = await Promise.all(reads);
    expect(log(opened).length).toBe(1);
    const missed = outcomes.filter(({ status }) => status !== 'found' && status !== 'message-was-removing');
    // The file with the entry was gone too: then the reader is told where the queue begins.
    const minOffset = opened.store.minQueueOffset(TOPIC, 0);
    for (const outcome of missed) expect(outcome).toMatchObject({ status: 'offset-too-small', nextBeginOffset: minOffset });
    expect(outcomes.filter(({ status }) => status === 'found').length).toBeGreaterThan(0);
    expect((await query).records.length).toBeGreaterThan(0);
    await opened.store.close();
  });

  it('that cannot be deleted hold up the ones after them, and are tried again', async () => {
    const opened = await open({ fileReservedTime: 1, deleteWhen: '' });
    await fill(opened, 40);
    const before = log(opened);
    opened.clock.jump(2 * HOUR);
    opened.files.fault = ({ kind, path }) => (kind === 'remove' && path.endsWith('/00000000000000004096') ? 'EBUSY' : undefined);
    opened.store.expireNow();
    await pass(opened, MINUTE);
    expect(log(opened)).toEqual(before.slice(1));
    opened.files.fault = undefined;
    await pass(opened, MINUTE);
    expect(log(opened)).toEqual(before.slice(1));
    await pass(opened, MINUTE);
    expect(log(opened).length).toBe(1);
    await opened.store.close();
  });

  it('that cannot be deleted leave the queue alone that takes their place after its topic was deleted', async () => {
    const opened = await open({ fileReservedTime: 1, deleteWhen: '' });
    await fill(opened, 40);
    opened.clock.jump(2 * HOUR);
    const path = `/store/consumequeue/${TOPIC}/0/00000000000000000000`;
    opened.files.fault = (operation) => (operation.kind === 'remove' && operation.path === path ? 'EBUSY' : undefined);
    opened.store.expireNow();
    await pass(opened, MINUTE);
    expect(queue(opened)[0]).toBe(0);
    opened.files.fault = undefined;
    opened.store.removeTopic(TOPIC);
    await fill(opened, 1);
    await pass(opened, 3 * MINUTE);
    expect(opened.files.existsSync(path)).toBe(true);
    await opened.store.close();
  });

  it('leave a store that opens again, whatever a power cut leaves of their going', async () => {
    for (const policy of ['nothing', 'scattered', 'everything'] as const) {
      for (let operation = 0; operation < 8; operation += 1) {
        const opened = await open({ fileReservedTime: 1, deleteWhen: '', flushDiskType: 'SYNC_FLUSH' });
        await fill(opened, 40);
        opened.clock.jump(2 * HOUR);
        const start = opened.files.operationCount;
        opened.files.fault = ({ index }) => void (index === start + operation && opened.files.halt());
        opened.store.expireNow();
        await pass(opened, 2000);
        const after = await open(
          { flushDiskType: 'SYNC_FLUSH' },
          opened.files.crash(policy, new SeededRandom(operation + 1)),
          opened.clock,
        );
        const min = after.store.minQueueOffset(TOPIC, 0);
        expect(after.store.maxQueueOffset(TOPIC, 0)).toBe(40);
        expect(await after.store.get({ topic: TOPIC, queueId: 0, queueOffset: min, maxMessages: 1 })).toMatchObject({ status: 'found' });
        expect(await after.store.append(messageDraft())).toMatchObject({ kind: 'ok', queueOffset: 40 });
        await after.store.close();
        expect(storeFindings('/store', after.files, indexSizes)).toEqual([]);
      }
    }
  });
});

describe('a full disk', () => {
  it('takes no messages, serves the ones it has, deletes none that has not expired, and takes messages again by itself', async () => {
    const opened = await open();
    await fill(opened, 40);
    const before = log(opened);
    full(opened.files, 0.91);
    await pass(opened, 10_000);
    expect(await opened.store.append(messageDraft())).toMatchObject({
      kind: 'not-writable',
      reason: expect.stringContaining('91.0 % used') as string,
    });
    expect(await opened.store.get({ topic: TOPIC, queueId: 0, queueOffset: 39, maxMessages: 1 })).toMatchObject({ status: 'found' });
    opened.clock.jump(49 * HOUR);
    await pass(opened, 20_000);
    expect(log(opened)).toEqual(before);
    full(opened.files, 0.89);
    await pass(opened, 10_000);
    expect(await opened.store.append(messageDraft())).toMatchObject({ kind: 'ok', queueOffset: 40 });
    await opened.store.close();
  });

  it('loses the oldest messages where that is allowed', async () => {
    const opened = await open({ cleanFileForciblyEnable: true });
    await fill(opened, 40);
    full(opened.files, 0.86);
    await pass(opened, 70_000);
    expect(log(opened).length).toBe(1);
    await opened.store.close();
  });

  it('refuses what does not fit, and goes on with zeros ahead when it does again', async () => {
    const opened = await open({ mappedFileSizeCommitLog: 1024 * 1024, flushDiskType: 'SYNC_FLUSH' });
    await fill(opened, 1);
    opened.files.fault = ({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined);
    expect(await opened.store.append(messageDraft())).toMatchObject({ kind: 'not-writable' });
    await pass(opened, 1000);
    opened.files.fault = undefined;
    await pass(opened, 5000);
    let writes = 0;
    opened.files.fault = ({ kind, path }) => void (kind === 'write' && path.includes('commitlog') && (writes += 1));
    expect(await opened.store.append(messageDraft())).toMatchObject({ kind: 'ok', queueOffset: 1 });
    await pass(opened, 100);
    expect(writes).toBeGreaterThan(1);
    await opened.store.close();
  });
});

describe('the log of the timer', () => {
  it('loses its files when all of their messages have expired', async () => {
    const files = new MemoryFileSystem();
    const makeTimer = () =>
      new TimerFiles({
        files,
        logger: silentLogger,
        root: '/store',
        precisionMs: 1000,
        logFileSize: 52 * 3,
        rollWindowSlots: 3600,
        slotsTotal: 3600,
      });
    const timer = makeTimer();
    timer.open(() => undefined);
    for (let i = 0; i < 6; i += 1) {
      timer.add({
        outMs: startMs + 5000 + i * 1000,
        writeTimeMs: startMs,
        isDelete: false,
        physicalOffset: i * 100,
        size: 100,
        topicHash: 1,
      });
    }
    await timer.flush({ readTimeMs: startMs, queueOffset: 6 }, () => Promise.resolve(), startMs);
    const names = () => files.listSync('/store/timerlog').map(Number);
    expect(names()).toEqual([0, 156, 312]);
    await timer.removeExpired(100);
    expect(names()).toEqual([0, 156, 312]);
    await timer.removeExpired(200);
    expect(names()).toEqual([156, 312]);
    await timer.removeExpired(600);
    expect(names()).toEqual([312]);
    expect(timer.chain(startMs + 5000, timer.lastPositionAt(startMs + 5000), 10)).toEqual({ units: [], next: -1 });
    timer.close();
    const again = makeTimer();
    again.open(() => undefined);
    expect(again.chain(startMs + 10_000, again.lastPositionAt(startMs + 10_000), 10).units).toHaveLength(1);
    again.close();
  });
});
