import type { FakeClock } from '../../testing/fake-clock.js';
import type { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { makeStore, messageDraft, smallStoreConfig } from '../../testing/store-fixtures.js';
import { brokerConfigOf } from '../../src/broker/config/broker-config.js';
import { DelayedDelivery } from '../../src/broker/delay/delayed-delivery.js';
import { StatsTable } from '../../src/broker/stats/stats-table.js';
import { MessageWriter } from '../../src/broker/writing/message-writer.js';
import { QueueReader } from '../../src/broker/writing/queue-reader.js';
import { printProperties, type MessageExt } from '../../src/protocol/index.js';
import { silentLogger } from '../../src/runtime/index.js';
import type { MessageDraft } from '../../src/store/index.js';

/** A message that was sent, when it may be delivered, and whether a broker has confirmed it. */
export interface Delayed {
  readonly body: string;
  readonly dueMs: number;
  acknowledged: boolean;
}

const TOPIC = 'Delayed';
const store = { mappedFileSizeCommitLog: 16_384, mappedFileSizeConsumeQueue: 20 * 8, flushDiskType: 'SYNC_FLUSH' } as const;

/** What of a broker makes messages wait, on a disk that may stop at any operation. */
export class DelayBed {
  private readonly store;
  private readonly delays: DelayedDelivery;
  private readonly writer: MessageWriter;
  private readonly reader: QueueReader;

  constructor(
    private readonly files: MemoryFileSystem,
    private readonly clock: FakeClock,
    private readonly sent: Delayed[],
  ) {
    const config = brokerConfigOf({
      ...smallStoreConfig(store),
      ...{ messageDelayLevel: '1s 3s', flushDelayOffsetInterval: 1000, mappedFileSizeTimerLog: 1024, timerRollWindowSlot: 4 },
    });
    this.store = makeStore(files, store, { clock });
    this.reader = new QueueReader({ store: this.store, logger: silentLogger });
    const append = (draft: MessageDraft) => this.writer.append(draft);
    this.delays = new DelayedDelivery({
      ...{ config, root: '/store', files, clock, logger: silentLogger, random: new SeededRandom(1), store: this.store },
      ...{ reader: this.reader, writer: { append }, stats: new StatsTable('C', () => clock.monotonic()) },
    });
    this.writer = new MessageWriter({ store: this.store, redirects: this.delays.redirects() });
  }

  /** @returns false when the disk has stopped before the end @throws what goes wrong without that */
  async run(script: (bed: this) => Promise<void>): Promise<boolean> {
    if (!(await this.survives(this.open()))) return false;
    if (!(await this.survives(script(this)))) return false;
    return this.survives(this.close());
  }

  private async open(): Promise<void> {
    await this.store.open();
    this.delays.start();
  }

  private async close(): Promise<void> {
    await this.delays.stop();
    await this.store.close();
  }

  async send(body: string, properties: Record<string, string>, delayMs: number): Promise<void> {
    const one: Delayed = { body, dueMs: this.clock.now() + delayMs, acknowledged: false };
    this.sent.push(one);
    const text = printProperties(new Map(Object.entries({ UNIQ_KEY: body, ...properties })));
    const outcome = await this.writer.write(messageDraft({ topic: TOPIC, body: Buffer.from(body), properties: text }));
    one.acknowledged = outcome.kind === 'ok';
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async delivered(): Promise<readonly MessageExt[]> {
    return (await this.reader.read({ topic: TOPIC, queueId: 0, queueOffset: 0, maxMessages: 1000 })).messages;
  }

  private async survives(work: Promise<unknown>): Promise<boolean> {
    const state = { ended: false };
    const end = () => void (state.ended = true);
    work.then(end, end);
    while (!state.ended && !this.files.isHalted) await this.clock.settle();
    if (this.files.isHalted) return false;
    await work;
    return true;
  }
}

/** Levels and times that come due before, around and after each other, one of them beyond the reach of the wheel. */
export async function delayScript(bed: DelayBed): Promise<void> {
  await Promise.all([
    bed.send('level 1', { DELAY: '1' }, 1000),
    bed.send('level 2', { DELAY: '2' }, 3000),
    bed.send('timer 1', { TIMER_DELAY_SEC: '1' }, 1000),
    bed.send('timer 7', { TIMER_DELAY_SEC: '7' }, 7000),
  ]);
  await bed.pass(1300);
  await Promise.all([bed.send('late level', { DELAY: '1' }, 1000), bed.send('late timer', { TIMER_DELAY_MS: '1200' }, 1200)]);
  await bed.pass(2200);
  await bed.send('last', { TIMER_DELAY_SEC: '2' }, 2000);
  await bed.pass(600);
}
