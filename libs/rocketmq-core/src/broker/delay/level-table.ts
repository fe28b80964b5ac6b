import { nextDataVersion, type DataVersion } from '../../protocol/index.js';

/** The version moves after this many steps. As Java: BrokerConfig.delayOffsetUpdateVersionStep. */
const STEPS_PER_VERSION = 200;

/** What delayOffset.json holds. */
export interface LevelSnapshot {
  readonly dataVersion: DataVersion;
  /** Level -> next queue offset of its queue. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** How far each delay level has delivered. As Java: ScheduleMessageService.offsetTable. */
export class LevelTable {
  private readonly offsets = new Map<number, number>();
  private version: DataVersion;
  private steps = 0;

  constructor(private readonly now: () => number) {
    this.version = { stateVersion: 0, timestamp: now(), counter: 0 };
  }

  /** Grows with every step, so that a saver knows whether there is something to save. */
  get changes(): number {
    return this.steps;
  }

  /** The queue offset of the next message to deliver; undefined for a level that never delivered. */
  offsetOf(level: number): number | undefined {
    return this.offsets.get(level);
  }

  moveTo(level: number, queueOffset: number): void {
    if (this.offsets.get(level) === queueOffset) return;
    this.offsets.set(level, queueOffset);
    this.steps += 1;
    if (this.steps % STEPS_PER_VERSION === 0) this.version = nextDataVersion(this.version, this.now());
  }

  restore(snapshot: LevelSnapshot): void {
    this.version = snapshot.dataVersion;
    this.offsets.clear();
    for (const [level, queueOffset] of snapshot.offsets) this.offsets.set(level, queueOffset);
  }

  snapshot(): LevelSnapshot {
    return { dataVersion: this.version, offsets: this.offsets };
  }
}
