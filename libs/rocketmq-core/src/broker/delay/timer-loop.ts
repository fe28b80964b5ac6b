import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { MessageStore, TimerFiles, TimerStart } from '../../store/index.js';
import type { StatsTable } from '../stats/stats-table.js';
import type { MessageWriter } from '../writing/message-writer.js';
import type { QueueReader } from '../writing/queue-reader.js';
import { Delivery } from './delivery.js';
import type { TopicCountTable } from '../saving/topic-count-table.js';
import { messageOfUnit, TimerDequeue } from './timer-dequeue.js';
import { TimerEnqueue } from './timer-enqueue.js';

export interface TimerLoopOptions {
  readonly files: TimerFiles;
  readonly store: Pick<MessageStore, 'minPhysicalOffset' | 'minQueueOffset' | 'maxQueueOffset' | 'recordAt' | 'flush'>;
  readonly reader: Pick<QueueReader, 'read'>;
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly stats: Pick<StatsTable, 'countPut'>;
  readonly counts: TopicCountTable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly precisionMs: number;
  readonly flushIntervalMs: number;
}

/** A message leaves at most this much, and the time to write it, after its tick is over. */
const PERIOD_MS = 50;

/** Runs the timer: messages into the wheel, out of it when their tick is over, and the files to the disk. */
export class TimerLoop {
  readonly enqueue: TimerEnqueue;
  readonly dequeue: TimerDequeue;
  private readonly loop: Loop;
  private readonly flushing: Loop;
  /** The present tick; nothing may come into one before it. */
  private writeTimeMs = 0;
  private stopped = false;
  private startedMs = 0;

  constructor(private readonly options: TimerLoopOptions) {
    const { clock, logger } = options;
    const now = () => clock.now();
    const nextTurn = () => new Promise<void>((resolve) => clock.nextTurn(resolve));
    // One for each side: it remembers what is delivered behind a message that the store has refused.
    this.enqueue = new TimerEnqueue({ ...options, delivery: new Delivery(options), now, nextTurn });
    this.dequeue = new TimerDequeue({ ...options, delivery: new Delivery(options), now, nextTurn });
    this.loop = new Loop({ name: 'timer', clock, logger, periodMs: PERIOD_MS, run: () => this.run() });
    this.flushing = new Loop({ name: 'saving of the timer', clock, logger, periodMs: options.flushIntervalMs, run: () => this.flush() });
  }

  /** @throws Corruption for files of other lengths than the configured ones */
  start(): void {
    const { files, store } = this.options;
    const start = files.open((unit) => messageOfUnit(store, unit)?.queueOffset);
    this.enqueue.startAt(start);
    this.startedMs = this.options.clock.monotonic();
    this.writeTimeMs = this.presentTick();
    this.dequeue.readTimeMs = this.readFromMs(start);
    this.loop.start();
    this.flushing.start();
  }

  private readFromMs(
    { readTimeMs, oldestMs }: Pick<TimerStart, 'readTimeMs' | 'oldestMs'> = { readTimeMs: 0, oldestMs: Infinity },
  ): number {
    if (readTimeMs > 0) return readTimeMs;
    // Nothing tells what is delivered: whatever has come may be due in ticks that are over.
    const backMs = this.enqueue.behind > 0 ? this.options.files.halfTurnMs : 0;
    return Math.min(oldestMs, this.writeTimeMs - backMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop.stop();
    await this.flushing.stop();
    try {
      await this.dequeue.keepRest(() => this.options.store.flush());
      await this.flush();
    } finally {
      this.options.files.close();
    }
  }

  /** How long ago the last tick that is delivered was over, ms. */
  get readBehindMs(): number {
    return Math.max(0, this.options.clock.now() - this.dequeue.readTimeMs);
  }

  /** Since the start, as both of these. */
  enqueuePerSecond(): number {
    return this.perSecond(this.enqueue.total);
  }

  dequeuePerSecond(): number {
    return this.perSecond(this.dequeue.total);
  }

  private perSecond(total: number): number {
    return total / Math.max(1, (this.options.clock.monotonic() - this.startedMs) / 1000);
  }

  private presentTick(): number {
    const nowMs = this.options.clock.now();
    return nowMs - (nowMs % this.options.precisionMs);
  }

  private async run(): Promise<void> {
    this.followClock();
    const isStopped = () => this.stopped;
    // Units that an earlier run could not write come first.
    this.options.files.commit();
    const ticks = { writeTimeMs: this.writeTimeMs, openFromMs: this.dequeue.openFromMs };
    if (await this.enqueue.run(ticks, isStopped)) await this.dequeue.run(this.writeTimeMs, isStopped);
  }

  // After the wall clock was put back its ticks come once more. They are empty: a delivered one is cleared.
  private followClock(): void {
    const tick = this.presentTick();
    if (tick < this.writeTimeMs) {
      this.options.logger.log('warn', 'the wall clock was put back', { byMs: this.writeTimeMs - tick });
      this.dequeue.readTimeMs = Math.min(this.dequeue.readTimeMs, tick);
    }
    this.writeTimeMs = tick;
  }

  private async flush(): Promise<void> {
    const { files, store, clock } = this.options;
    const progress = { readTimeMs: this.dequeue.readTimeMs, queueOffset: this.enqueue.queueOffset };
    await files.flush(progress, () => store.flush(), clock.now());
    await files.removeExpired(store.minPhysicalOffset);
  }
}
