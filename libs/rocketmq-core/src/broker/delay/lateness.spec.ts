import { FakeClock } from '../../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { SeededRandom } from '../../../testing/seeded-random.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { printProperties } from '../../protocol/index.js';
import { silentLogger, sleep } from '../../runtime/index.js';
import type { AppendOutcome, MessageDraft, MessageStore } from '../../store/index.js';
import { brokerConfigOf } from '../config/broker-config.js';
import { StatsTable } from '../stats/stats-table.js';
import { MessageWriter } from '../writing/message-writer.js';
import { QueueReader } from '../writing/queue-reader.js';
import { DelayedDelivery } from './delayed-delivery.js';

const LEVELS = 18;
const PRECISION_MS = 1000;
/** So long takes what is written in one turn on a slow disk or a busy machine, and on another one. */
const SLOW_MS = 20;
const FAST_MS = 5;
/** Turns of the event loop that a read of the disk in memory takes at most. */
const READ_TURNS = 4;
const TOPIC = 'TopicTest';
const DUE_MS = 'dueMs';

/** Levels and timer of a broker, joined as in it. */
class DelayBed {
  readonly files = new MemoryFileSystem();
  readonly clock = new FakeClock();
  readonly random = new SeededRandom(1);
  private readonly config = brokerConfigOf({ messageDelayLevel: Array.from({ length: LEVELS }, (_, i) => `${i + 1}s`).join(' ') });
  private store!: MessageStore;
  private writer!: MessageWriter;
  private delays!: DelayedDelivery;
  writeMs = SLOW_MS;

  async open(): Promise<void> {
    const { files, clock, random, config } = this;
    files.makeFolderSync('/store/config');
    this.store = makeStore(files, { mappedFileSizeCommitLog: 64 * 1024 * 1024, mappedFileSizeConsumeQueue: 20 * 100_000 }, { clock });
    await this.store.open();
    this.delays = new DelayedDelivery({
      ...{ config, root: '/store', files, clock, logger: silentLogger, random, store: this.store },
      reader: new QueueReader({ store: this.store, logger: silentLogger }),
      writer: { append: (draft) => this.append(draft) },
      stats: new StatsTable('cluster', () => clock.monotonic()),
    });
    this.writer = new MessageWriter({ store: this.store, redirects: this.delays.redirects() });
    this.delays.start();
  }

  async close(): Promise<void> {
    const closed = this.delays.stop().then(() => this.store.close());
    await this.clock.advance(10 * SLOW_MS);
    await closed;
  }

  /** Moves the clock, and lets what is read from the disk in the background be there within a millisecond. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1) {
      await this.clock.advance(1);
      for (let turn = 0; turn < READ_TURNS; turn += 1) await new Promise<void>((resolve) => this.clock.nextTurn(resolve));
    }
  }

  private async append(draft: MessageDraft): Promise<AppendOutcome> {
    const outcome = await this.store.append(draft);
    await sleep(this.clock, this.writeMs);
    return outcome;
  }

  async send(properties: Record<string, string>, delayMs: number): Promise<void> {
    const text = printProperties(new Map(Object.entries({ ...properties, [DUE_MS]: String(this.clock.now() + delayMs) })));
    expect(await this.writer.write(messageDraft({ topic: TOPIC, properties: text }))).toMatchObject({ kind: 'ok' });
  }

  async delivered(): Promise<readonly { readonly dueMs: number; readonly storedMs: number }[]> {
    const reader = new QueueReader({ store: this.store, logger: silentLogger });
    const { messages } = await reader.read({ topic: TOPIC, queueId: 0, queueOffset: 0, maxMessages: 100_000, maxBytes: 2 ** 30 });
    return messages.map(({ storeTimestamp: storedMs, properties }) => ({ storedMs, dueMs: Number(properties.get(DUE_MS)) }));
  }
}

const byLevel = (bed: DelayBed) => {
  const level = 1 + bed.random.below(LEVELS);
  return bed.send({ DELAY: String(level) }, level * 1000);
};
const byTimer = (bed: DelayBed) => {
  const delayMs = 1000 + bed.random.below(17_000);
  return bed.send({ TIMER_DELAY_MS: String(delayMs) }, delayMs);
};

describe.each([
  ['delay levels', byLevel, 200],
  ['the timer', byTimer, PRECISION_MS + 200],
])('the time of delivery by %s', (_, send, lateMaxMs) => {
  let bed: DelayBed;
  beforeEach(async () => {
    bed = new DelayBed();
    await bed.open();
  });
  afterEach(() => bed.close());

  it(`is never early and at p99 at most ${lateMaxMs} ms late, at 1000 messages a second`, async () => {
    const count = 1500;
    for (let sent = 0; sent < count; sent += 1) {
      await send(bed);
      if (sent % 20 === 19) await bed.clock.advance(20);
    }
    await bed.clock.advance(20_000);
    const late = (await bed.delivered()).map(({ dueMs, storedMs }) => storedMs - dueMs).sort((a, b) => a - b);
    expect(late).toHaveLength(count);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    expect(late[Math.floor(count * 0.99)]).toBeLessThanOrEqual(lateMaxMs);
  });

  it('is within a quarter of a second of the start for 2500 messages that came due while the broker was away', async () => {
    const count = 2500;
    bed.writeMs = FAST_MS;
    for (let sent = 0; sent < count; sent += 1) await send(bed);
    // They are in the wheel.
    await bed.clock.advance(900);
    await bed.close();
    await bed.clock.advance(60_000);
    const startedMs = bed.clock.now();
    await bed.open();
    await bed.pass(2000);
    const storedMs = (await bed.delivered()).map((message) => message.storedMs);
    expect(storedMs).toHaveLength(count);
    expect(Math.max(...storedMs) - startedMs).toBeLessThanOrEqual(250);
  });
});
