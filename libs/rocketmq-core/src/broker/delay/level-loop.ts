import { SCHEDULE_TOPIC } from '../../protocol/index.js';
import { Loop } from '../../runtime/index.js';
import { LevelDelivery, type LevelDeliveryParts } from './level-delivery.js';
import { queueOfLevel } from './level-redirect.js';

export interface LevelLoopOptions extends LevelDeliveryParts {
  /** Delay of level 1, 2, …, ms. */
  readonly delaysMs: readonly number[];
}

/** A message leaves at most this much, and the time to write it, after it is due. */
const PERIOD_MS = 50;
/** Levels that deliver at once. */
const LANES = 4;

/** Delivers what has waited for as long as its delay level says. As Java: ScheduleMessageService. */
export class LevelLoop {
  private readonly loop: Loop;
  private readonly deliveries: readonly LevelDelivery[];

  constructor(private readonly options: LevelLoopOptions) {
    const { clock, logger, delaysMs } = options;
    this.deliveries = delaysMs.map((delayMs, i) => new LevelDelivery({ ...options, level: i + 1, delayMs }));
    this.loop = new Loop({ name: 'delivery of delay levels', clock, logger, periodMs: PERIOD_MS, run: () => this.run() });
  }

  start(): void {
    this.correctOffsets();
    this.loop.start();
  }

  stop(): Promise<void> {
    for (const delivery of this.deliveries) delivery.stop();
    return this.loop.stop();
  }

  // In turn, a batch of each at a time: an overdue pile of one level must not hold up the others. What one waits for does not hold them up either.
  private async run(): Promise<void> {
    const pending = [...this.deliveries];
    const work = async (): Promise<void> => {
      for (let delivery = pending.shift(); delivery !== undefined; delivery = pending.shift()) {
        if (await delivery.deliverSome()) pending.push(delivery);
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: LANES }, work));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** An offset outside its queue would stop the level for good. As Java: ScheduleMessageService.correctDelayOffset. */
  private correctOffsets(): void {
    const { levels, delaysMs, store, logger } = this.options;
    for (let level = 1; level <= delaysMs.length; level++) {
      const queueOffset = levels.offsetOf(level);
      const min = store.minQueueOffset(SCHEDULE_TOPIC, queueOfLevel(level));
      const max = store.maxQueueOffset(SCHEDULE_TOPIC, queueOfLevel(level));
      if (queueOffset === undefined || (queueOffset >= min && queueOffset <= max)) continue;
      const corrected = Math.min(Math.max(queueOffset, min), max);
      logger.log('error', `delay level ${level}: offset ${queueOffset} is outside its queue, going on at ${corrected}`, { min, max });
      levels.moveTo(level, corrected);
    }
  }
}
