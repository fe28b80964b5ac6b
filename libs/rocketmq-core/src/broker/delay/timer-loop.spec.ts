import { FakeClock } from '../../../testing/fake-clock.js';
import { crashPolicies, MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { SeededRandom } from '../../../testing/seeded-random.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { printProperties, PropertyName, TIMER_TOPIC, type MessageExt } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { TimerFiles, type AppendOutcome, type MessageDraft, type MessageStore } from '../../store/index.js';
import { MessageWriter } from '../writing/message-writer.js';
import { QueueReader } from '../writing/queue-reader.js';
import { congestion } from './congestion.js';
import { TopicCountTable } from '../saving/topic-count-table.js';
import { TimerLoop } from './timer-loop.js';
import { timerRedirect } from './timer-redirect.js';

const NOW = Date.UTC(2024, 0, 1);
const settings = { timerWheelEnable: true, timerPrecisionMs: 1000, timerMaxDelaySec: 3600, timerCongestNumEachSlot: 0x7fffffff };
type Refuse = ((draft: MessageDraft) => AppendOutcome | undefined) | undefined;

/** A broker's timer and what is around it. */
class TimerBed {
  readonly disk: MemoryFileSystem;
  readonly clock: FakeClock;
  readonly counts: TopicCountTable;
  store!: MessageStore;
  writer!: MessageWriter;
  loop!: TimerLoop;
  refuse: Refuse;

  constructor(
    from?: { disk: MemoryFileSystem; clock: FakeClock },
    private readonly more: { timerCongestNumEachSlot?: number; rollWindowSlots?: number; timerWheelEnable?: boolean } = {},
  ) {
    this.disk = from?.disk ?? new MemoryFileSystem();
    this.clock = from?.clock ?? new FakeClock(NOW);
    this.counts = new TopicCountTable(() => this.clock.now());
  }

  async open(): Promise<this> {
    const { disk, clock, counts } = this;
    disk.makeFolderSync('/store/config');
    for (const folder of ['/', '/store']) disk.syncFolderSync(folder);
    this.store = makeStore(disk, { mappedFileSizeCommitLog: 4 * 1024 * 1024, mappedFileSizeConsumeQueue: 20 * 10_000 }, { clock });
    await this.store.open();
    const { rollWindowSlots = 500 } = this.more;
    const files = new TimerFiles({
      ...{ files: disk, logger: silentLogger, root: '/store', precisionMs: 1000, logFileSize: 65_536, rollWindowSlots, slotsTotal: 4000 },
    });
    const own = { ...settings, ...this.more };
    const isCongested = congestion({ settings: own, random: new SeededRandom(1), countAt: (timeMs) => files.countAt(timeMs) });
    this.writer = new MessageWriter({
      store: this.store,
      redirects: [timerRedirect({ now: () => clock.now(), settings: own, isCongested })],
    });
    this.loop = new TimerLoop({
      ...{ files, store: this.store, reader: new QueueReader({ store: this.store, logger: silentLogger }), counts, clock },
      writer: { append: (draft) => Promise.resolve(this.refuse?.(draft) ?? this.writer.append(draft)) },
      stats: { countPut: () => undefined },
      ...{ logger: silentLogger, precisionMs: 1000, flushIntervalMs: 1000 },
    });
    this.loop.start();
    return this;
  }

  async close(): Promise<void> {
    await this.loop.stop();
    await this.store.close();
  }

  /** The process is gone; the disk stays. */
  async killed(): Promise<TimerBed> {
    const disk = this.disk.crash('everything', new SeededRandom(1));
    const { clock } = this;
    await this.close().catch(() => undefined);
    return new TimerBed({ disk, clock }, this.more).open();
  }

  async restarted(): Promise<TimerBed> {
    await this.close();
    return new TimerBed(this, this.more).open();
  }

  send(body: string, properties: Record<string, string>): Promise<AppendOutcome> {
    const text = printProperties(new Map(Object.entries({ UNIQ_KEY: body, ...properties })));
    return this.writer.write(messageDraft({ body: Buffer.from(body), properties: text }));
  }

  async messages(topic = 'TopicTest'): Promise<readonly MessageExt[]> {
    const reader = new QueueReader({ store: this.store, logger: silentLogger });
    return (await reader.read({ topic, queueId: 0, queueOffset: 0, maxMessages: 10_000 })).messages;
  }

  async delivered(): Promise<string[]> {
    return (await this.messages()).map((message) => message.body.toString());
  }
}

describe('the timer', () => {
  let bed: TimerBed;
  beforeEach(async () => {
    bed = await new TimerBed().open();
  });
  afterEach(() => bed.close());

  it.each([
    ['TIMER_DELAY_SEC', '3', 3000],
    ['TIMER_DELAY_MS', '2500', 2500],
    ['TIMER_DELAY_MS', '2999', 2999],
    ['TIMER_DELIVER_MS', String(NOW + 4000), 4000],
    ['TIMER_DELIVER_MS', String(NOW + 4001), 4001],
  ])('delivers %s=%s not before %d ms and at most a tick later', async (name, value, dueMs) => {
    await bed.send('a', { [name]: value });
    await bed.clock.advance(dueMs - 1);
    expect(await bed.delivered()).toEqual([]);
    await bed.clock.advance(1000 + 100);
    expect(await bed.delivered()).toEqual(['a']);
  });

  it('is on the tick for whole seconds', async () => {
    await bed.send('a', { TIMER_DELAY_SEC: '3' });
    await bed.clock.advance(3060);
    expect(await bed.delivered()).toEqual(['a']);
  });

  it('prefers seconds over milliseconds over a time', async () => {
    await bed.send('a', { TIMER_DELIVER_MS: String(NOW + 1000), TIMER_DELAY_MS: '5000', TIMER_DELAY_SEC: '3' });
    await bed.clock.advance(3060);
    expect(await bed.delivered()).toEqual(['a']);
  });

  it('leaves traces of the wait in the properties and keeps the rest', async () => {
    await bed.send('a', { TIMER_DELAY_SEC: '2', TAGS: 'x' });
    const [waiting] = await bed.messages(TIMER_TOPIC);
    expect(Object.fromEntries(waiting?.properties ?? [])).toEqual({
      ...{ UNIQ_KEY: 'a', TIMER_DELAY_SEC: '2', TAGS: 'x' },
      ...{ TIMER_OUT_MS: String(NOW + 1000), REAL_TOPIC: 'TopicTest', REAL_QID: '0' },
    });
    await bed.clock.advance(2100);
    const [message] = await bed.messages();
    expect(message?.properties.get(PropertyName.TIMER_ENQUEUE_MS)).toBe(String(NOW));
    expect(Number(message?.properties.get(PropertyName.TIMER_DEQUEUE_MS))).toBeGreaterThanOrEqual(NOW + 2000);
    expect(message?.properties.get(PropertyName.REAL_TOPIC)).toBe('TopicTest');
  });

  it('stores what is overdue as an ordinary message', async () => {
    await bed.send('a', { TIMER_DELIVER_MS: String(NOW) });
    expect(await bed.delivered()).toEqual(['a']);
    expect(await bed.messages(TIMER_TOPIC)).toEqual([]);
  });

  it.each([
    [{ TIMER_DELAY_SEC: '3601' }, /should not be bigger than the max delay 3600000ms/],
    [{ TIMER_DELAY_MS: 'soon' }, /timer message illegal/],
    [{ TIMER_DELIVER_MS: '99999999999999999999' }, /timer message illegal/],
    [{ TIMER_DELIVER_MS: String(NOW - 1), TIMER_DEL_UNIQKEY: 'x' }, /if set del msg/],
  ])('refuses %j', async (properties, reason) => {
    expect(await bed.send('a', properties)).toMatchObject({ kind: 'message-illegal', reason: expect.stringMatching(reason) as string });
  });

  it('takes a message back, whichever release named it', async () => {
    const time = String(NOW + 5000);
    for (const body of ['a', 'b', 'c']) await bed.send(body, { TIMER_DELIVER_MS: time });
    expect(bed.counts.countOf('TopicTest')).toBe(0);
    await bed.clock.advance(100);
    expect(bed.counts.countOf('TopicTest')).toBe(3);
    await bed.send('r1', { TIMER_DELIVER_MS: time, TIMER_DEL_UNIQKEY: 'a' });
    await bed.send('r2', { TIMER_DELIVER_MS: time, TIMER_DEL_UNIQKEY: 'TopicTest+c' });
    await bed.clock.advance(100);
    expect(bed.counts.countOf('TopicTest')).toBe(1);
    await bed.clock.advance(5000);
    expect(await bed.delivered()).toEqual(['b']);
    expect(bed.counts.countOf('TopicTest')).toBe(0);
  });

  it.each([
    ['a message that waits', 1100],
    ['a message that came in the same moment', 0],
  ])('takes back %s although the broker was away at its time', async (_, betweenMs) => {
    await bed.send('a', { TIMER_DELAY_SEC: '3' });
    await bed.send('b', { TIMER_DELAY_SEC: '3' });
    await bed.clock.advance(betweenMs);
    await bed.send('recall', { TIMER_DELIVER_MS: String(NOW + 2001), TIMER_DEL_UNIQKEY: 'a' });
    bed = await bed.killed();
    await bed.close();
    await bed.clock.advance(10_000);
    bed = await new TimerBed(bed).open();
    await bed.clock.advance(1100);
    expect(await bed.delivered()).toEqual(['b']);
  });

  it('gives an overdue pile out at once after a restart, each message once and in order', async () => {
    const bodies = Array.from({ length: 1500 }, (_, i) => String(i));
    await Promise.all(bodies.map((body) => bed.send(body, { TIMER_DELAY_SEC: '2' })));
    await bed.clock.advance(200);
    bed = await bed.restarted();
    await bed.clock.advance(500);
    expect(await bed.delivered()).toEqual([]);
    await bed.close();
    await bed.clock.advance(1_000_000);
    bed = await new TimerBed(bed).open();
    await bed.clock.advance(100);
    expect(await bed.delivered()).toEqual(bodies);
    bed = await bed.restarted();
    await bed.clock.advance(2000);
    expect(await bed.delivered()).toHaveLength(1500);
  });

  it('goes on in the middle of a tick after a clean stop, each message once, and what is taken back never', async () => {
    const bodies = Array.from({ length: 1500 }, (_, i) => String(i));
    const time = String(NOW + 3000);
    for (const body of bodies) await bed.send(body, { TIMER_DELIVER_MS: time });
    for (const body of ['1', '1400']) await bed.send(`not ${body}`, { TIMER_DELIVER_MS: time, TIMER_DEL_UNIQKEY: body });
    await bed.clock.advance(200);
    let stopped: Promise<void> | undefined;
    let deliveries = 0;
    bed.refuse = ({ topic }) => {
      deliveries += Number(topic === 'TopicTest');
      if (deliveries === 600) stopped = bed.close();
      return undefined;
    };
    await bed.clock.advance(3000);
    await stopped;
    expect(deliveries).toBeGreaterThanOrEqual(600);
    expect(deliveries).toBeLessThan(1400);
    bed = await new TimerBed(bed).open();
    await bed.clock.advance(100);
    expect(await bed.delivered()).toEqual(bodies.filter((body) => body !== '1' && body !== '1400'));
    bed = await bed.restarted();
    await bed.clock.advance(2000);
    expect(await bed.delivered()).toHaveLength(1498);
  });

  it('loses nothing when the machine stops during a clean stop in the middle of a tick', async () => {
    const bodies = Array.from({ length: 300 }, (_, i) => String(i));
    let operation = 0;
    for (let isCut = true; isCut; operation += 2) {
      const cut = await new TimerBed().open();
      await Promise.all(bodies.map((body) => cut.send(body, { TIMER_DELAY_SEC: '2' })));
      let stopped: Promise<void> | undefined;
      isCut = false;
      cut.refuse = ({ topic }) => {
        if (topic !== 'TopicTest' || stopped !== undefined) return undefined;
        const last = cut.disk.operationCount + operation;
        cut.disk.fault = ({ index }) => {
          isCut ||= index === last;
          if (index === last) cut.disk.halt();
          return undefined;
        };
        stopped = cut.loop.stop();
        return undefined;
      };
      await cut.clock.advance(2500);
      await stopped?.catch(() => undefined);
      cut.disk.fault = undefined;
      const disk = cut.disk.crash(crashPolicies[(operation / 2) % crashPolicies.length] ?? 'nothing', new SeededRandom(operation));
      await cut.store.close().catch(() => undefined);
      const next = await new TimerBed({ disk, clock: cut.clock }).open();
      await next.clock.advance(3000);
      expect(new Set(await next.delivered())).toEqual(new Set(bodies));
      await next.close();
    }
    expect(operation).toBeGreaterThan(8);
  });

  it('loses nothing when the process is killed, and delivers nothing before its time', async () => {
    await bed.send('a', { TIMER_DELAY_SEC: '2' });
    await bed.clock.advance(1100);
    await bed.send('b', { TIMER_DELAY_SEC: '2' });
    bed = await bed.killed();
    await bed.send('c', { TIMER_DELAY_SEC: '3' });
    await bed.clock.advance(1000);
    expect(await bed.delivered()).toEqual(['a']);
    bed = await bed.killed();
    await bed.clock.advance(3100);
    // What was delivered since the last flush may come again.
    expect(new Set(await bed.delivered())).toEqual(new Set(['a', 'b', 'c']));
  });

  it('waits for each once although the wheel reaches less far', async () => {
    await bed.close();
    bed = await new TimerBed(undefined, { rollWindowSlots: 10 }).open();
    await bed.send('a', { TIMER_DELAY_SEC: '35' });
    await bed.clock.advance(34_999);
    expect(await bed.delivered()).toEqual([]);
    await bed.clock.advance(1101);
    expect(await bed.delivered()).toEqual(['a']);
    const [message] = await bed.messages();
    expect(message?.properties.get(PropertyName.TIMER_ROLL_TIMES)).toBe('3');
    expect(bed.counts.countOf('TopicTest')).toBe(0);
  });

  it('tries again what the store refuses, and only that', async () => {
    let refusals = 5;
    bed.refuse = ({ body }) => (body.toString() === 'b' && refusals-- > 0 ? { kind: 'not-writable', reason: 'full' } : undefined);
    for (const body of ['a', 'b', 'c']) await bed.send(body, { TIMER_DELAY_SEC: '1' });
    await bed.clock.advance(1100);
    expect(await bed.delivered()).toEqual(['a', 'c']);
    await bed.clock.advance(1000);
    expect(await bed.delivered()).toEqual(['a', 'c', 'b']);
  });

  it('refuses more messages for a tick than it may hold', async () => {
    await bed.close();
    bed = await new TimerBed(undefined, { timerCongestNumEachSlot: 10 }).open();
    for (let i = 0; i < 11; i++) {
      expect(await bed.send(`m${i}`, { TIMER_DELIVER_MS: String(NOW + 9000) })).toMatchObject({ kind: 'ok' });
      await bed.clock.advance(100);
    }
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const { kind } = await bed.send(`n${i}`, { TIMER_DELIVER_MS: String(NOW + 9000) });
      if (kind === 'timer-refused') refused += 1;
      await bed.clock.advance(60);
    }
    expect(refused).toBeGreaterThanOrEqual(51);
    expect(await bed.send('o', { TIMER_DELIVER_MS: String(NOW + 20_000) })).toMatchObject({ kind: 'ok' });
  });

  it('refuses all when it is off', async () => {
    const off = await new TimerBed(undefined, { timerWheelEnable: false }).open();
    expect(await off.send('a', { TIMER_DELAY_SEC: '3' })).toEqual({
      kind: 'timer-refused',
      reason: 'accurate timer message is not enabled, timerWheelEnable is false',
    });
    await off.close();
  });

  it('is neither early nor stuck when the wall clock is put back, and delivers nothing twice', async () => {
    await bed.send('a', { TIMER_DELAY_SEC: '1' });
    await bed.clock.advance(2000);
    await bed.send('b', { TIMER_DELAY_SEC: '5' });
    await bed.clock.advance(1000);
    bed.clock.jump(-60_000);
    await bed.clock.advance(100);
    await bed.send('c', { TIMER_DELAY_SEC: '2' });
    await bed.clock.advance(1800);
    expect(await bed.delivered()).toEqual(['a']);
    await bed.clock.advance(1300);
    expect(await bed.delivered()).toEqual(['a', 'c']);
    await bed.clock.advance(62_000);
    expect(await bed.delivered()).toEqual(['a', 'c', 'b']);
  });

  it('goes on with what a damaged commit log has left', async () => {
    await bed.send('a', { TIMER_DELAY_SEC: '2' });
    await bed.clock.advance(1500);
    const [message] = await bed.messages(TIMER_TOPIC);
    await bed.close();
    const log = bed.disk.openSync('/store/commitlog/00000000000000000000', 'write');
    log.writeSync(Buffer.alloc(message?.storeSize ?? 0), message?.physicalOffset ?? 0);
    bed.disk.openSync('/store/abort', 'create');
    bed = await new TimerBed(bed).open();
    await bed.send('b', { TIMER_DELAY_SEC: '2' });
    await bed.clock.advance(3100);
    expect(await bed.delivered()).toEqual(['b']);
  });
});
