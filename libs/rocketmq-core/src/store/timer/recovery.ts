import type { Logger } from '../../runtime/index.js';
import { outMsOf, UnitMagic, type TimerUnit } from './log-layout.js';
import type { TimerCheckpoint } from './timer-checkpoint-file.js';
import type { TimerLog } from './timer-log.js';
import type { TimerWheel } from './timer-wheel.js';

export interface TimerRecoveryOptions {
  readonly log: TimerLog;
  readonly wheel: TimerWheel;
  readonly checkpoint: TimerCheckpoint;
  readonly hadWheel: boolean;
  readonly hadCheckpoint: boolean;
  readonly logger: Logger;
  readonly queueOffsetOf: (unit: TimerUnit) => number | undefined;
}

/** Where the timer goes on. */
export interface TimerStart {
  /** Ticks before this time are delivered; 0 when unknown. */
  readonly readTimeMs: number;
  /** The first tick in which something may wait, ms; Infinity when nothing does. */
  readonly oldestMs: number;
  /** Messages of the timer's queue from here on are to be looked at. */
  readonly queueOffset: number;
  /** Whether the message waits already, although its offset is not below `queueOffset`. */
  readonly isWaiting: (physicalOffset: number) => boolean;
  /** Messages below this queue offset that were due before `readTimeMs` are delivered: not every one from `queueOffset` on is new. */
  readonly deliveredBelow: number;
}

/** Units at the end of the log that may lead to nothing because the commit log has lost its own end. */
const LAST_UNITS = 1024;

/**
 * Brings the wheel up to the log, which may be ahead of it by what a crash has kept from being written. As Java: TimerMessageStore.recover, which
 * goes on behind the last unit; here it is where the checkpoint says, because messages that were overdue leave no unit.
 */
export function recoverTimer(options: TimerRecoveryOptions): TimerStart {
  const { log, wheel, checkpoint, hadWheel, hadCheckpoint, logger } = options;
  const first = log.segments.first?.baseOffset ?? 0;
  const from = hadWheel ? log.fileBefore(checkpoint.logFlushedPosition) : first;
  const end = log.scan(from, () => undefined);
  log.startAt(end);
  const { readTimeMs } = checkpoint;
  const replay = new Replay(wheel, readTimeMs, checkpoint.logFlushedPosition);
  log.scan(Math.min(from, Math.max(first, cutDangling(log, wheel, end))), (unit, position) => replay.take(unit, position));

  const isDamaged = end < checkpoint.logFlushedPosition;
  if (isDamaged) logger.log('error', 'the timer log has lost its end; it is built again', { end, expected: checkpoint.logFlushedPosition });
  const queueOffset = hadCheckpoint && !isDamaged ? checkpoint.queueOffset : replay.nextQueueOffset(options.queueOffsetOf);
  return {
    readTimeMs,
    // A crash before the first checkpoint: nothing tells what is delivered, so everything that waits counts.
    oldestMs: readTimeMs > 0 ? readTimeMs : oldestOf(wheel),
    queueOffset,
    isWaiting: (physicalOffset) => replay.recent.has(physicalOffset),
    deliveredBelow: checkpoint.queueOffset,
  };
}

/** The time of the first tick in which something is due; Infinity when nothing is. */
function oldestOf(wheel: TimerWheel): number {
  let oldest = Infinity;
  for (const { tick } of wheel.slots()) oldest = Math.min(oldest, tick);
  return oldest * wheel.precisionMs;
}

/** Slots that lead behind the end of the log are emptied. @returns the start of the file from which on their units are to be taken again */
function cutDangling(log: TimerLog, wheel: TimerWheel, end: number): number {
  let from = end;
  for (const { tick, firstPosition, lastPosition } of wheel.slots()) {
    if (lastPosition < end) continue;
    wheel.clear(tick * wheel.precisionMs);
    from = Math.min(from, firstPosition);
  }
  return from - (from % log.segments.segmentSize);
}

class Replay {
  /** Messages whose units came after the last checkpoint. */
  readonly recent = new Set<number>();
  private readonly last: TimerUnit[] = [];

  constructor(
    private readonly wheel: TimerWheel,
    private readonly readTimeMs: number,
    private readonly checkpointPosition: number,
  ) {}

  take(unit: TimerUnit, position: number): void {
    this.last.push(unit);
    if (this.last.length >= LAST_UNITS * 2) this.last.splice(0, LAST_UNITS);
    if (position >= this.checkpointPosition) this.recent.add(unit.physicalOffset);
    const outMs = outMsOf(unit);
    if (this.wheel.tickOf(outMs) >= this.wheel.tickOf(this.readTimeMs)) this.revise(unit, position, outMs);
  }

  private revise(unit: TimerUnit, position: number, outMs: number): void {
    const slot = this.wheel.slotAt(outMs);
    if (slot !== undefined && slot.lastPosition >= position) return;
    this.wheel.chain(outMs, position, (unit.magic & UnitMagic.DELETE) === 0 ? 1 : -1);
  }

  /** The offset behind the last message that waits. */
  nextQueueOffset(queueOffsetOf: (unit: TimerUnit) => number | undefined): number {
    for (const unit of this.last.reverse()) {
      const queueOffset = queueOffsetOf(unit);
      if (queueOffset !== undefined) return queueOffset + 1;
    }
    return 0;
  }
}
