import { FakeClock } from '../../../testing/fake-clock.js';
import { MemoryFileSystem, type DiskOperation } from '../../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { decodeRecords } from '../../protocol/index.js';
import type { StoreConfig } from '../config/store-config.js';
import type { MessageStore } from '../message-store.js';

const LOG = /commitlog/;
const isLog = ({ path }: DiskOperation) => LOG.test(path);

describe('group commit', () => {
  let files: MemoryFileSystem;
  let clock: FakeClock;
  let store: MessageStore;
  const open = async (changes: Partial<StoreConfig> = {}, disk = new MemoryFileSystem()) => {
    files = disk;
    clock = new FakeClock();
    store = makeStore(files, { flushDiskType: 'SYNC_FLUSH', mappedFileSizeCommitLog: 64 * 1024, ...changes }, { clock });
    await store.open();
  };
  /** Appends and notes the outcome's kind when it comes. */
  const send = (body: string, more = {}) => {
    const answer: { kind?: string; queueOffset?: number } = {};
    void store.append(messageDraft({ body: Buffer.from(body), ...more })).then((outcome) => Object.assign(answer, outcome));
    return answer;
  };
  const bodies = async () => {
    const found = await store.get({ topic: 'TopicTest', queueId: 0, queueOffset: 0, maxMessages: 32 });
    return decodeRecords(Buffer.concat([...found.records])).map((message) => message.body.toString());
  };
  const failing = (code: string, isDue: (operation: DiskOperation) => boolean) =>
    (files.fault = (operation) => (isDue(operation) ? code : undefined));

  afterEach(() => store.close());

  describe('with SYNC_FLUSH', () => {
    beforeEach(() => open());

    it('answers all that wait with one sync; who comes meanwhile waits for the next', async () => {
      const syncs: number[] = [];
      files.fault = (operation) => void (operation.kind === 'sync' && isLog(operation) && syncs.push(operation.index));
      const release = files.holdSyncs();
      const early = ['a', 'b', 'c'].map((body) => send(body));
      await clock.settle();
      const late = ['d', 'e'].map((body) => send(body));
      await clock.settle();
      expect([...early, ...late].map(({ kind }) => kind)).toEqual(Array(5).fill(undefined));
      release();
      while (late[1]?.kind === undefined) await clock.settle();
      expect([...early, ...late].map(({ kind }) => kind)).toEqual(Array(5).fill('ok'));
      expect(syncs).toHaveLength(2);
    });

    const writesOfLog = () => {
      const writes: number[] = [];
      files.fault = (operation) => void (operation.kind === 'write' && isLog(operation) && writes.push(operation.index));
      return writes;
    };

    it('writes together what comes while a sync runs, unless somebody does not wait for it', async () => {
      const release = files.holdSyncs();
      send('a');
      await clock.settle();
      const writes = writesOfLog();
      const late = [];
      for (const body of ['b', 'c', 'd']) {
        late.push(send(body));
        await clock.settle();
      }
      expect(writes).toHaveLength(0);
      const hasty = send('e', { waitForStore: false });
      await clock.settle();
      expect([hasty.kind, writes.length]).toEqual(['ok', 1]);
      late.push(send('f'), send('g'));
      await clock.settle();
      expect(writes).toHaveLength(1);
      release();
      while (late.at(-1)?.kind === undefined) await clock.settle();
      expect(late.map(({ kind }) => kind)).toEqual(Array(5).fill('ok'));
      expect(writes).toHaveLength(2);
      expect(await bodies()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    });

    it('refuses what came while the sync ran that failed', async () => {
      const release = files.holdSyncs();
      const first = send('a');
      await clock.settle();
      const second = send('b');
      await clock.settle();
      failing('EIO', (operation) => operation.kind === 'sync' && isLog(operation));
      release();
      while (second.kind === undefined) await clock.settle();
      expect([first.kind, second.kind]).toEqual(['not-writable', 'not-writable']);
    });

    it('shows a message to consumers only when it is durable', async () => {
      const release = files.holdSyncs();
      const answer = send('a');
      await clock.settle();
      expect(store.maxQueueOffset('TopicTest', 0)).toBe(0);
      expect(store.figures().dispatchBehindBytes).toBeGreaterThan(0);
      release();
      while (answer.kind === undefined) await clock.settle();
      expect(store.maxQueueOffset('TopicTest', 0)).toBe(1);
      expect(store.figures().dispatchBehindBytes).toBe(0);
    });

    it('does not let a message wait that does not want to', async () => {
      const release = files.holdSyncs();
      const [waits, doesNot] = [send('a'), send('b', { waitForStore: false })];
      await clock.settle();
      expect([waits.kind, doesNot.kind]).toEqual([undefined, 'ok']);
      release();
      while (waits.kind === undefined) await clock.settle();
    });

    it('says so when the disk takes longer than syncFlushTimeout, each message at its own time', async () => {
      const release = files.holdSyncs();
      const first = send('a');
      await clock.advance(3000);
      const second = send('b');
      await clock.advance(2000);
      expect([first.kind, second.kind]).toEqual(['flush-disk-timeout', undefined]);
      await clock.advance(3000);
      expect(second.kind).toBe('flush-disk-timeout');
      release();
      while (store.maxQueueOffset('TopicTest', 0) < 2) await clock.settle();
      expect(await bodies()).toEqual(['a', 'b']);
      expect(store.status.kind).toBe('running');
    });

    it('leaves no timer behind', async () => {
      const before = clock.timerCount;
      const answer = send('a');
      while (answer.kind === undefined) await clock.settle();
      expect(clock.timerCount).toBe(before);
    });

    it('refuses everything for good after a failed sync and acknowledges none of what waited', async () => {
      const reasons: string[] = [];
      store.onFailure((reason) => reasons.push(reason));
      failing('EIO', (operation) => operation.kind === 'sync' && isLog(operation));
      const waiting = [send('a'), send('b')];
      while (waiting[1]?.kind === undefined) await clock.settle();
      expect(waiting.map(({ kind }) => kind)).toEqual(['not-writable', 'not-writable']);
      expect(store.status).toMatchObject({ kind: 'failed' });
      files.fault = undefined;
      expect(await store.append(messageDraft())).toMatchObject({ kind: 'not-writable' });
      expect(store.maxQueueOffset('TopicTest', 0)).toBe(0);
      expect(reasons).toHaveLength(1);
      store.onFailure((reason) => reasons.push(reason));
      expect(reasons[1]).toBe(reasons[0]);
      await store.close();
      expect(files.existsSync('/store/abort')).toBe(true);
    });

    it('never syncs a file again whose sync has failed', async () => {
      let syncs = 0;
      failing('EIO', (operation) => operation.kind === 'sync' && isLog(operation) && ++syncs > 0);
      const answer = send('a');
      while (answer.kind === undefined) await clock.settle();
      await clock.advance(120_000);
      await store.close();
      expect(syncs).toBe(1);
    });
  });

  describe('with ASYNC_FLUSH', () => {
    beforeEach(() => open({ flushDiskType: 'ASYNC_FLUSH' }));

    it('answers without a sync, and flushes later', async () => {
      let syncs = 0;
      files.fault = (operation) => void (operation.kind === 'sync' && isLog(operation) && (syncs += 1));
      const answer = send('a');
      await clock.settle();
      expect([answer.kind, syncs]).toEqual(['ok', 0]);
      expect(store.figures().flushedPhysicalOffset).toBe(0);
      await clock.advance(11_000);
      for (let i = 0; i < 5; i += 1) await clock.settle();
      expect(syncs).toBe(1);
      expect(store.figures().flushedPhysicalOffset).toBe(store.figures().maxPhysicalOffset);
    });

    it('flushes soon when enough pages are dirty', async () => {
      for (let i = 0; i < 5; i += 1) send('x'.repeat(4000));
      await clock.advance(500);
      for (let i = 0; i < 5; i += 1) await clock.settle();
      expect(store.figures().flushedPhysicalOffset).toBe(store.figures().maxPhysicalOffset);
    });

    it('fails for good when the flush in the background fails', async () => {
      failing('EIO', (operation) => operation.kind === 'sync' && isLog(operation));
      send('a');
      await clock.advance(11_000);
      for (let i = 0; i < 5; i += 1) await clock.settle();
      expect(store.status.kind).toBe('failed');
    });

    it.each(['ENOSPC', 'EIO'])('gives queue offsets and log back when a write fails with %s, and works on afterwards', async (code) => {
      send('first');
      await clock.settle();
      const end = store.figures().maxPhysicalOffset;
      failing(code, (operation) => operation.kind === 'write' && isLog(operation));
      const failed = [send('a'), send('b', { queueId: 1 }), send('c')];
      await clock.settle();
      expect(failed.map(({ kind }) => kind)).toEqual(Array(3).fill('not-writable'));
      expect(store.figures()).toMatchObject({ maxPhysicalOffset: end, putFailedTimes: 3 });
      files.fault = undefined;
      const next = send('second');
      await clock.settle();
      expect(next).toMatchObject({ kind: 'ok', queueOffset: 1 });
      expect(await bodies()).toEqual(['first', 'second']);
    });

    it('erases what a half-written batch has left before it goes on', async () => {
      let writes = 0;
      failing('ENOSPC', (operation) => operation.kind === 'write' && isLog(operation) && ++writes > 1);
      // Two segments: the first part is written, the second is not, nor can the first be erased.
      const failed = [send('a'.repeat(40_000)), send('b'.repeat(40_000))];
      await clock.settle();
      expect(failed.map(({ kind }) => kind)).toEqual(['not-writable', 'not-writable']);
      files.fault = undefined;
      const answer = send('c');
      await clock.settle();
      expect(answer).toMatchObject({ kind: 'ok', queueOffset: 0, physicalOffset: 0 });
      const segment = files.readFileSync('/store/commitlog/00000000000000000000') ?? Buffer.alloc(0);
      expect(segment.subarray(store.figures().maxPhysicalOffset).every((byte) => byte === 0)).toBe(true);
    });

    it('shows messages whose queue entries the disk refuses as long as they fit into memory, and the others when it takes them', async () => {
      failing('ENOSPC', ({ path }) => path.includes('consumequeue'));
      const first = Array.from({ length: 100 }, (_, i) => send(`a${i}`));
      await clock.settle();
      expect(store.maxQueueOffset('TopicTest', 0)).toBe(100);
      const second = Array.from({ length: 100 }, (_, i) => send(`b${i}`));
      await clock.settle();
      expect([...first, ...second].every(({ kind }) => kind === 'ok')).toBe(true);
      expect(store.maxQueueOffset('TopicTest', 0)).toBe(100);
      expect(store.figures().dispatchBehindBytes).toBeGreaterThan(0);
      files.fault = undefined;
      await clock.advance(1000);
      expect(store.maxQueueOffset('TopicTest', 0)).toBe(200);
      expect(store.figures().dispatchBehindBytes).toBe(0);
    });

    it('is no clean end when the disk refuses the queue entries', async () => {
      failing('ENOSPC', ({ path }) => path.includes('consumequeue'));
      send('a');
      await store.close();
      files.fault = undefined;
      expect(files.existsSync('/store/abort')).toBe(true);
      await open({ flushDiskType: 'ASYNC_FLUSH' }, files);
      expect(await bodies()).toEqual(['a']);
    });
  });

  it('answers what was accepted before it closes', async () => {
    await open();
    const answers = ['a', 'b'].map((body) => send(body));
    await store.close();
    expect(answers.map(({ kind }) => kind)).toEqual(['ok', 'ok']);
  });

  it('waits for replicas where a gate says so', async () => {
    files = new MemoryFileSystem();
    const asked: number[] = [];
    const gate = {
      replicated: (end: number) => Promise.resolve(asked.push(end) === 1 ? ('flush-slave-timeout' as const) : ('ok' as const)),
    };
    store = makeStore(files, {}, { gate });
    await store.open();
    expect((await store.append(messageDraft())).kind).toBe('flush-slave-timeout');
    expect((await store.append(messageDraft())).kind).toBe('ok');
    expect((await store.append(messageDraft({ waitForStore: false }))).kind).toBe('ok');
    expect(asked).toHaveLength(2);
  });
});
