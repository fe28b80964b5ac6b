import { cleanStore, flipBit, markKilled, writeAt } from '../../../testing/disk-pictures.js';
import { FakeClock } from '../../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { isCorruption, writeInt64 } from '../../base/index.js';
import { decodeRecords } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import { segmentName } from '../paths.js';

const SEGMENT = 4096;
const logFile = (physicalOffset: number) => `/store/commitlog/${segmentName(Math.floor(physicalOffset / SEGMENT) * SEGMENT)}`;
const queueFile = (base = 0, topic = 'TopicTest') => `/store/consumequeue/${topic}/0/${segmentName(base)}`;
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe('recovery', () => {
  let files: MemoryFileSystem;
  const logged: string[] = [];
  const logger: Logger = { log: (level, message) => void logged.push(`${level} ${message}`) };
  const open = async () => {
    const store = makeStore(files, {}, { logger });
    await store.open();
    return store;
  };
  /** The numbers of all messages that can be consumed, then appends one and closes. */
  const consume = async (topic = 'TopicTest') => {
    const store = await open();
    const found: number[] = [];
    for (let next = store.minQueueOffset(topic, 0); next < store.maxQueueOffset(topic, 0);) {
      const outcome = await store.get({ topic, queueId: 0, queueOffset: next, maxMessages: 32 });
      found.push(...decodeRecords(Buffer.concat([...outcome.records])).map((message) => parseInt(message.body.toString(), 10)));
      next = outcome.nextBeginOffset;
    }
    const appended = await store.append(messageDraft({ topic }));
    expect(appended).toMatchObject({ kind: 'ok', queueOffset: store.maxQueueOffset(topic, 0) - 1 });
    await store.close();
    return found;
  };
  const refusal = async (): Promise<unknown> =>
    open().then(
      () => undefined,
      (error: unknown) => error,
    );
  const setCheckpoint = (logicsPhysicalOffset: number, timestamps = 0) => {
    const bytes = Buffer.alloc(48);
    writeInt64(bytes, timestamps, 0);
    writeInt64(bytes, timestamps, 8);
    writeInt64(bytes, logicsPhysicalOffset, 40);
    writeAt(files, '/store/checkpoint', 0, bytes);
  };

  beforeEach(() => {
    files = new MemoryFileSystem();
    logged.length = 0;
  });

  it.each([
    ['the last entry leads elsewhere', 19 * 20 + 8],
    ['an entry in front of it is none', 18 * 20 + 8],
    ['the last entry is gone', -1],
  ])('completes a queue of an old segment that was damaged after a clean stop: %s', async (_, at) => {
    await cleanStore({ files, count: 20, bodySize: 100 });
    // The log goes on without this queue.
    await cleanStore({ files, count: 60, bodySize: 100, topic: 'Other' });
    if (at < 0) writeAt(files, queueFile(320), 19 * 20 - 320, Buffer.alloc(20));
    else writeAt(files, queueFile(320), at - 320, Buffer.from([0xff]));
    const isFound = at >= 0;
    expect(await consume()).toEqual(isFound ? numbers(20) : numbers(19));
    if (isFound) expect(logged).toContain('warn a consume queue is damaged and is completed from the log');
    expect(await consume('Other')).toEqual(numbers(60));
  });

  it('starts from nothing', async () => {
    expect(await consume()).toEqual([]);
    expect(await consume()).toEqual([NaN]);
  });

  it.each([true, false])('finds the end of a log of several segments (killed: %s)', async (killed) => {
    await cleanStore({ files, count: 60 });
    if (killed) markKilled(files);
    expect(await consume()).toEqual(numbers(60));
  });

  it('cuts a torn tail off and erases it', async () => {
    const { physicalOffsets, end } = await cleanStore({ files, count: 10 });
    markKilled(files);
    setCheckpoint(physicalOffsets[5] ?? 0);
    const last = physicalOffsets[9] ?? 0;
    writeAt(files, logFile(last), last + 150, Buffer.alloc(end - last - 150));
    expect(await consume()).toEqual(numbers(9));
    const segment = files.readFileSync(logFile(last)) ?? Buffer.alloc(0);
    expect(segment.indexOf('9:...')).toBe(-1);
  });

  it('cuts valid records off that follow a hole which nobody vouches for', async () => {
    const { physicalOffsets } = await cleanStore({ files, count: 10 });
    markKilled(files);
    setCheckpoint(physicalOffsets[3] ?? 0);
    const hole = physicalOffsets[6] ?? 0;
    writeAt(files, logFile(hole), hole, Buffer.alloc(207));
    expect(await consume()).toEqual(numbers(6));
    expect(await consume()).toEqual([...numbers(6), NaN]);
  });

  it.each([
    ['a bit of a body', (at: number) => at + 120],
    ['a size', (at: number) => at + 3],
    ['a magic', (at: number) => at + 7],
    ['its own offset', (at: number) => at + 35],
  ])('refuses a log whose middle is damaged in %s, naming file and offset, and changes nothing', async (_, position) => {
    const { physicalOffsets } = await cleanStore({ files, count: 60 });
    const damaged = physicalOffsets[58] ?? 0;
    flipBit(files, logFile(damaged), position(damaged) % SEGMENT);
    for (const killed of [false, true]) {
      if (killed) markKilled(files);
      const before = files.readFileSync(logFile(damaged));
      const error = await refusal();
      expect(isCorruption(error) && [error.file, error.offset]).toEqual([logFile(damaged), damaged % SEGMENT]);
      expect(files.readFileSync(logFile(damaged))?.equals(before ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it('refuses a store that was closed cleanly and ends before its checkpoint', async () => {
    const { physicalOffsets } = await cleanStore({ files, count: 10 });
    const last = physicalOffsets[9] ?? 0;
    writeAt(files, logFile(last), last % SEGMENT, Buffer.alloc(50));
    expect(isCorruption(await refusal())).toBe(true);
    expect(isCorruption(await refusal())).toBe(true);
  });

  it('says what is lost when a killed store ends before its checkpoint, and opens', async () => {
    const { physicalOffsets, end } = await cleanStore({ files, count: 10 });
    markKilled(files);
    const lost = physicalOffsets[7] ?? 0;
    writeAt(files, logFile(lost), lost, Buffer.alloc(end - lost));
    expect(await consume()).toEqual(numbers(7));
    expect(logged).toContain('error the commit log ends before its checkpoint: messages are lost');
    expect(await consume()).toEqual([...numbers(7), NaN]);
  });

  it('refuses a missing segment in the middle', async () => {
    await cleanStore({ files, count: 60 });
    files.removeSync(logFile(SEGMENT));
    const error = await refusal();
    expect(isCorruption(error) && error.file).toBe(logFile(2 * SEGMENT));
  });

  it('refuses queues that lead into a log which is not there', async () => {
    await cleanStore({ files, count: 3 });
    files.removeSync(logFile(0));
    expect(String(await refusal())).toMatch(/no segment, but the consume queues lead up to/);
  });

  describe('of the consume queues', () => {
    it.each([
      ['all of them are gone', () => files.removeFolderSync('/store/consumequeue')],
      ['a file at the end is gone', () => files.removeSync(queueFile(960))],
      ['a file in the middle is gone', () => files.removeSync(queueFile(320))],
      ['entries are zero', () => writeAt(files, queueFile(640), 100, Buffer.alloc(100))],
      ['the last entries are zero', () => writeAt(files, queueFile(960), 100, Buffer.alloc(220))],
    ])('builds them again when the process was killed and %s', async (_, damage) => {
      const { physicalOffsets } = await cleanStore({ files, count: 60 });
      markKilled(files);
      // Entries before the checkpoint are trusted; the damage is behind it, or plain to see.
      setCheckpoint(physicalOffsets[33] ?? 0);
      damage();
      expect(await consume()).toEqual(numbers(60));
    });

    it('builds them again after a clean stop when somebody has removed them', async () => {
      await cleanStore({ files, count: 60 });
      files.removeFolderSync('/store/consumequeue');
      expect(await consume()).toEqual(numbers(60));
    });

    it('replaces entries that lead to other messages', async () => {
      const { physicalOffsets } = await cleanStore({ files, count: 20 });
      markKilled(files);
      setCheckpoint(physicalOffsets[3] ?? 0);
      const wrong = Buffer.alloc(20);
      writeInt64(wrong, (physicalOffsets[5] ?? 0) + 1, 0);
      wrong.writeInt32BE(99, 8);
      writeAt(files, queueFile(), 6 * 20, wrong);
      expect(await consume()).toEqual(numbers(20));
    });

    it('cuts entries off that lead beyond the log', async () => {
      const { physicalOffsets, end } = await cleanStore({ files, count: 10 });
      markKilled(files);
      setCheckpoint(physicalOffsets[3] ?? 0);
      const entries = Buffer.alloc(40);
      [end, end + 207].forEach((physicalOffset, i) => {
        writeInt64(entries, physicalOffset, i * 20);
        entries.writeInt32BE(207, i * 20 + 8);
      });
      writeAt(files, queueFile(), 10 * 20, entries);
      expect(await consume()).toEqual(numbers(10));
    });

    it('cuts leftovers off that lead to messages of an earlier time', async () => {
      const { physicalOffsets } = await cleanStore({ files, count: 10 });
      const entry = Buffer.alloc(20);
      writeInt64(entry, physicalOffsets[4] ?? 0, 0);
      entry.writeInt32BE(207, 8);
      writeAt(files, queueFile(), 10 * 20, entry);
      expect(await consume()).toEqual(numbers(10));
    });

    it('starts a queue whose first messages have expired with blank entries', async () => {
      await cleanStore({ files, count: 60 });
      files.removeSync(logFile(0));
      files.removeFolderSync('/store/consumequeue');
      markKilled(files);
      const store = await open();
      const first = store.minQueueOffset('TopicTest', 0);
      expect(first).toBe(19);
      expect(await store.get({ topic: 'TopicTest', queueId: 0, queueOffset: 0, maxMessages: 1 })).toMatchObject({
        status: 'offset-too-small',
        nextBeginOffset: first,
      });
      await store.close();
      const blank = Buffer.alloc(20);
      blank.writeInt32BE(0x7fffffff, 8);
      // Entry 19 is the fourth of its file.
      expect(files.readFileSync(queueFile(320))?.subarray(0, 60)).toEqual(Buffer.concat([blank, blank, blank]));
      expect(await consume()).toEqual(numbers(41, 19));
    });

    it('moves the minimum to the first message that is still in the log', async () => {
      await cleanStore({ files, count: 60 });
      files.removeSync(logFile(0));
      const store = await open();
      expect(store.minQueueOffset('TopicTest', 0)).toBe(19);
      expect(store.storeTimeAt('TopicTest', 0, 18)).toBe(-1);
      expect(store.earliestStoreTime('TopicTest', 0)).toBeGreaterThan(0);
      await store.close();
    });
  });

  it.each([
    ['5.3.3, which knows times only', () => setCheckpoint(0, Date.UTC(2024, 0, 1))],
    ['4.x, which is shorter', () => files.removeSync('/store/checkpoint')],
    ['garbage', () => writeAt(files, '/store/checkpoint', 0, Buffer.alloc(48, 0xff))],
    ['another store that was longer', () => setCheckpoint(1_000_000)],
  ])('reads a checkpoint of %s', async (_, change) => {
    await cleanStore({ files, count: 60 });
    markKilled(files);
    files.removeFolderSync('/store/consumequeue');
    change();
    expect(await consume()).toEqual(numbers(60));
    expect(files.statSync('/store/checkpoint')?.size).toBe(4096);
  });

  it('does not take the first message of a store for an unknown checkpoint', async () => {
    const clock = new FakeClock();
    const store = makeStore(files, {}, { clock });
    await store.open();
    await store.append(messageDraft({ body: Buffer.from('0:') }));
    await store.close();
    // The wall clock has gone back: times would lead recovery to the last segment.
    await cleanStore({ files, count: 40, startMs: clock.now() - 3_600_000 });
    markKilled(files);
    setCheckpoint(1, clock.now());
    files.removeFolderSync('/store/consumequeue/TopicTest/0');
    files.makeFolderSync('/store/consumequeue/TopicTest/0');
    expect((await consume()).length).toBe(41);
  });

  it('extends files that a power cut has left short', async () => {
    await cleanStore({ files, count: 5 });
    markKilled(files);
    for (const [path, size] of [
      [logFile(0), 1100],
      [queueFile(), 100],
    ] as const) {
      const handle = files.openSync(path, 'write');
      handle.truncateSync(size);
      handle.closeSync();
    }
    expect(await consume()).toEqual(numbers(5));
    expect([files.statSync(logFile(0))?.size, files.statSync(queueFile())?.size]).toEqual([SEGMENT, 320]);
  });

  it('does not take a record that is half zeros for a message', async () => {
    const { physicalOffsets, end } = await cleanStore({ files, count: 5 });
    markKilled(files);
    setCheckpoint(physicalOffsets[3] ?? 0);
    // Its body is whole, its properties are gone.
    writeAt(files, logFile(0), end - 6, Buffer.alloc(6));
    expect(await consume()).toEqual(numbers(4));
  });

  it('leaves a store alone that another process has open', async () => {
    await cleanStore({ files, count: 5 });
    const store = await open();
    const changes: string[] = [];
    files.fault = ({ kind, path }) => void (kind !== 'sync-folder' && changes.push(`${kind} ${path}`));
    expect(String(await refusal())).toMatch(/open in another process/);
    expect(changes).toEqual([]);
    await store.close();
  });

  it('tells the next start that this one was not closed', async () => {
    const store = await open();
    expect(files.readFileSync('/store/abort')?.toString()).toBe(String(process.pid));
    expect(files.readFileSync('/store/lock')?.toString()).toBe('lock');
    await store.close();
    expect(files.existsSync('/store/abort')).toBe(false);
  });
});
