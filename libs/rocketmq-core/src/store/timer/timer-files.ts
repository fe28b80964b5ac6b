import type { FileSystem, Logger } from '../../runtime/index.js';
import { nextDataVersion } from '../../protocol/index.js';
import { HandleCache } from '../segments/handle-cache.js';
import { SegmentList } from '../segments/segment-list.js';
import { isDelete, outMsOf, UnitMagic, type TimerUnit } from './log-layout.js';
import { recoverTimer, type TimerStart } from './recovery.js';
import { TimerCheckpointFile, type TimerCheckpoint } from './timer-checkpoint-file.js';
import { TimerLog } from './timer-log.js';
import { TimerWheel, WHEEL_SLOTS } from './timer-wheel.js';

export interface TimerFilesOptions {
  readonly files: FileSystem;
  readonly logger: Logger;
  /** Folder of the store. */
  readonly root: string;
  /** Bytes of a timer log file. */
  readonly logFileSize: number;
  readonly precisionMs: number;
  /** Ticks after which a waiting message is written anew. */
  readonly rollWindowSlots: number;
  /** Slots of half a turn; default a week of seconds. */
  readonly slotsTotal?: number;
}

/** A message that is to wait. */
export interface TimerEntry {
  /** The tick in which it is due, milliseconds. */
  readonly outMs: number;
  /** The present tick, milliseconds. */
  readonly writeTimeMs: number;
  /** Whether it takes another message back. */
  readonly isDelete: boolean;
  readonly physicalOffset: number;
  readonly size: number;
  readonly topicHash: number;
}

export interface TimerProgress {
  /** Everything due in ticks before this time is delivered. */
  readonly readTimeMs: number;
  /** Messages of the timer's queue below this offset wait here, or are delivered. */
  readonly queueOffset: number;
}

export interface UnitChain {
  readonly units: readonly { readonly position: number; readonly magic: number }[];
  /** Negative at the end of the chain. */
  readonly next: number;
}

/** Slots that stay free between the oldest and the newest tick. As Java: TimerMessageStore.TIMER_BLANK_SLOTS. */
const BLANK_SLOTS = 60;
const LOG_HANDLES_MAX = 16;
/** Units that are written with one call. */
const KEEP_UNITS = 4096;

/**
 * Wheel, log and checkpoint of the timer as one: which message is due when. Made at the first use, so that a broker nobody asks for delays has none
 * of the files. As Java: TimerMessageStore.
 */
export class TimerFiles {
  private readonly log: TimerLog;
  private readonly wheel: TimerWheel;
  private readonly checkpoint: TimerCheckpointFile;
  private readonly rollSlots: number;
  /** What became due longer ago may have the place of what is to come. */
  readonly halfTurnMs: number;
  private isOpen = false;
  private flushed: TimerProgress | undefined;
  /** Taken out of the log, and still to be removed, in their order. */
  private readonly expired: string[] = [];

  constructor(private readonly options: TimerFilesOptions) {
    const { files, root, logFileSize, precisionMs, rollWindowSlots, slotsTotal = WHEEL_SLOTS } = options;
    const handles = new HandleCache(files, LOG_HANDLES_MAX);
    this.log = new TimerLog(new SegmentList({ files, handles, folder: `${root}/timerlog`, segmentSize: logFileSize }));
    this.wheel = new TimerWheel({ files, path: `${root}/timerwheel`, precisionMs, slotsTotal });
    this.checkpoint = new TimerCheckpointFile(files, `${root}/config/timercheck`);
    this.halfTurnMs = slotsTotal * precisionMs;
    const rollMax = slotsTotal - BLANK_SLOTS;
    this.rollSlots = rollWindowSlots > rollMax || rollWindowSlots < 2 ? rollMax : rollWindowSlots;
  }

  /**
   * Takes in what is there.
   * @param queueOffsetOf where the message of a unit stands in the timer's queue; undefined when the unit leads to no such message
   * @returns where to go on; undefined when the timer was never used
   * @throws Corruption for files of other lengths than the configured ones
   */
  open(queueOffsetOf: (unit: TimerUnit) => number | undefined): TimerStart | undefined {
    const { log, wheel, checkpoint } = this;
    if (!checkpoint.exists && !wheel.exists) return undefined;
    log.segments.load(true);
    const hadWheel = wheel.isWhole;
    const hadCheckpoint = checkpoint.exists;
    this.make();
    const start = recoverTimer({
      ...{ log, wheel, checkpoint: checkpoint.values, hadWheel, hadCheckpoint },
      ...{ logger: this.options.logger, queueOffsetOf },
    });
    wheel.recount();
    return start;
  }

  // Names before anything is in the files: a unit in a folder whose name a power cut takes away would be gone with it.
  private make(): void {
    const { files, root } = this.options;
    files.makeFolderSync(this.log.segments.folder);
    this.wheel.open();
    this.checkpoint.open();
    files.syncFolderSync(root);
    files.syncFolderSync(`${root}/config`);
    this.isOpen = true;
  }

  /** The message waits once `commit` has returned. As Java: TimerMessageStore.doEnqueue. */
  add(entry: TimerEntry): void {
    if (!this.isOpen) this.make();
    const { writeTimeMs, physicalOffset, size, topicHash, isDelete } = entry;
    const rolledOutMs = this.rolledOutMs(entry);
    const outMs = rolledOutMs ?? entry.outMs;
    const magic = UnitMagic.DEFAULT | (rolledOutMs === undefined ? 0 : UnitMagic.ROLL) | (isDelete ? UnitMagic.DELETE : 0);
    const prevPosition = this.wheel.slotAt(outMs)?.lastPosition ?? -1;
    const unit = { prevPosition, magic, writeTimeMs, delayMs: outMs - writeTimeMs, physicalOffset, size, topicHash };
    this.wheel.chain(outMs, this.log.append(unit), isDelete ? -1 : 1);
  }

  /** When a message that is due beyond the wheel is written anew; undefined for one within. */
  private rolledOutMs({ outMs, writeTimeMs }: TimerEntry): number | undefined {
    const { precisionMs } = this.options;
    const windowMs = this.rollSlots * precisionMs;
    const beyondMs = outMs - writeTimeMs - windowMs;
    if (beyondMs < 0) return undefined;
    // As Java: what is due soon after the window leaves half of it, so that the second round is not too short.
    return (
      writeTimeMs + (beyondMs < Math.floor(this.rollSlots / 3) * precisionMs ? Math.floor(this.rollSlots / 2) * precisionMs : windowMs)
    );
  }

  /** @throws OperationFailed `io`; a later commit writes it again */
  commit(): void {
    this.log.commit();
  }

  /** The first tick from one time on, and before another, in which something is due. */
  nextAt(fromMs: number, untilMs: number): number | undefined {
    return this.isOpen ? this.wheel.nextAt(fromMs, untilMs) : undefined;
  }

  /** Messages that wait, less those that are taken back. */
  get waitingCount(): number {
    return this.wheel.messageCount;
  }

  countAt(timeMs: number): number {
    return this.isOpen ? (this.wheel.slotAt(timeMs)?.count ?? 0) : 0;
  }

  /** Position of the unit that came last into a tick; -1 when it is empty. */
  lastPositionAt(timeMs: number): number {
    return this.wheel.slotAt(timeMs)?.lastPosition ?? -1;
  }

  /** Units of a tick, the newest first, from a position on; at most `countMax`, and where the next ones begin. */
  chain(timeMs: number, from: number, countMax: number): UnitChain {
    const units: { position: number; magic: number }[] = [];
    let position = from;
    while (position >= 0 && units.length < countMax) {
      const unit = this.log.read(position);
      // A chain leads back; whatever does not is damage, and the end of file mark is none of its units.
      if (unit === undefined || this.wheel.tickOf(outMsOf(unit)) !== this.wheel.tickOf(timeMs)) return { units, next: -1 };
      units.push({ position, magic: unit.magic });
      position = unit.prevPosition < position ? unit.prevPosition : -1;
    }
    return { units, next: position };
  }

  unit(position: number): TimerUnit | undefined {
    return this.log.read(position);
  }

  /** Nothing waits for that tick any more. */
  clear(timeMs: number): void {
    this.wheel.clear(timeMs);
  }

  /**
   * Of a tick only these units are left, in this order. They are written anew, since a chain cannot lose its oldest units. What the others led to
   * must be durable already: after a crash the log may be ahead of the wheel.
   * @throws OperationFailed `io`
   */
  keepOnly(timeMs: number, positions: readonly number[]): void {
    this.clear(timeMs);
    for (let from = 0; from < positions.length; from += KEEP_UNITS) {
      for (const position of positions.slice(from, from + KEEP_UNITS)) this.chainAnew(timeMs, position);
      this.log.commit();
    }
  }

  private chainAnew(timeMs: number, position: number): void {
    const unit = this.log.read(position);
    if (unit === undefined) return;
    const prevPosition = this.lastPositionAt(timeMs);
    this.wheel.chain(timeMs, this.log.append({ ...unit, prevPosition }), isDelete(unit) ? -1 : 1);
  }

  /**
   * Makes everything up to now durable: messages that were delivered, then log, wheel and checkpoint. Each may lag behind the one before it.
   * @param flushMessages resolves when delivered messages are durable
   * @throws OperationFailed `io`
   */
  async flush(progress: TimerProgress, flushMessages: () => Promise<void>, nowMs: number): Promise<void> {
    if (!this.isOpen || (!this.wheel.hasChanges && this.flushed?.queueOffset === progress.queueOffset && this.isRecent(progress))) return;
    this.log.commit();
    const next = this.checkpointOf(progress, nowMs);
    this.wheel.takeChanges();
    await flushMessages();
    await this.log.sync();
    await this.wheel.write();
    await this.checkpoint.store(next);
    this.flushed = progress;
  }

  /**
   * Removes files of the log whose messages have expired: nobody could deliver them.
   * @param physicalMin where the commit log begins
   * @throws OperationFailed `io`; a later call removes the rest
   */
  async removeExpired(physicalMin: number): Promise<void> {
    if (!this.isOpen) return;
    const { log, expired } = this;
    for (let path = await log.takeExpired(physicalMin); path !== undefined; path = await log.takeExpired(physicalMin)) expired.push(path);
    for (const path of [...expired]) {
      await this.options.files.remove(path);
      expired.shift();
    }
  }

  // While nothing waits only the time goes on; to look at some empty slots after a restart costs less than a sync every second.
  private isRecent({ readTimeMs }: TimerProgress): boolean {
    return readTimeMs - (this.flushed?.readTimeMs ?? 0) < this.options.precisionMs * BLANK_SLOTS;
  }

  checkpointOf({ readTimeMs, queueOffset }: TimerProgress, nowMs: number): TimerCheckpoint {
    const { dataVersion } = this.checkpoint.values;
    return {
      ...{ readTimeMs, queueOffset, masterQueueOffset: queueOffset, logFlushedPosition: this.log.end },
      dataVersion: nextDataVersion(dataVersion, nowMs),
    };
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.log.close();
    this.wheel.close();
    this.checkpoint.close();
  }
}
