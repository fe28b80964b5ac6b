import { isOperationFailed, messageOf } from '../../base/index.js';
import { Loop, sleep, type Clock, type FileSystem, type Logger } from '../../runtime/index.js';
import type { Checkpoint } from '../checkpoint/checkpoint-file.js';
import type { CommitLog } from '../commit-log/commit-log.js';
import type { StoreConfig } from '../config/store-config.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { QueueTable } from '../consume-queue/queue-table.js';
import type { MessageIndex } from '../index-file/message-index.js';
import type { DiskWatchLoop } from './disk-watch-loop.js';

export interface RetentionOptions {
  readonly config: StoreConfig;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: CommitLog;
  readonly queues: QueueTable;
  readonly index: MessageIndex | undefined;
  readonly disk: DiskWatchLoop;
  /** What recovery would start from. */
  readonly checkpoint: () => Checkpoint;
}

const FIRST_DELAY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Rounds that delete after they were asked for. As Java: MAX_MANUAL_DELETE_FILE_TIMES. */
const MANUAL_ROUNDS = 20;
/** Queues looked at in one turn of the event loop. */
const QUEUES_PER_TURN = 64;

/**
 * Deletes the oldest files of the log when their messages have expired, and what of queues and index belonged to them. A file leaves its row first,
 * so that nobody finds it any more, and the disk after; who is reading it still has it open. Nothing of this needs to be durable: a file that a power
 * cut brings back fits in front of the others, because they go in the order of the log. As Java: DefaultMessageStore.CleanCommitLogService and
 * ConsumeQueueStore.CleanConsumeQueueService.
 */
export class RetentionLoop {
  private readonly loop: Loop;
  private readonly ending = new AbortController();
  private manualRounds = 0;
  /** Minimum of the log that queues and index have followed. */
  private followed = -1;
  /** A file that the disk refuses to delete. While it is there none after it may go: the row would have a gap. */
  private hung: { readonly path: string; triedMs: number } | undefined;

  constructor(private readonly options: RetentionOptions) {
    const { clock, logger, config } = options;
    this.loop = new Loop({
      ...{ name: 'retention', clock, logger, run: () => this.run() },
      ...{ periodMs: config.cleanResourceInterval, initialDelayMs: FIRST_DELAY_MS },
    });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.loop.stop();
  }

  /** Deletes what has expired although it is not the hour for it. As Java: executeDeleteFilesManually. */
  expireNow(): void {
    this.manualRounds = MANUAL_ROUNDS;
    this.loop.kick();
  }

  /** Looks through queues and index for files that lead to nothing any more. */
  followNow(): void {
    this.followed = -1;
    this.loop.kick();
  }

  private async run(): Promise<void> {
    try {
      if (!(await this.retryHung())) return;
      await this.expireSegments();
      if (this.hung === undefined) await this.followLog();
    } catch (error) {
      if (!this.ending.signal.aborted || !isOperationFailed(error)) throw error;
    }
  }

  private async expireSegments(): Promise<void> {
    const { config, logger, disk } = this.options;
    const pressure = disk.check();
    const isManual = this.manualRounds > 0;
    if (isManual) this.manualRounds -= 1;
    if (pressure === 'none' && !isManual && !this.isTheHour()) return;
    const count = await this.dropSegments(config.cleanFileForciblyEnable && (pressure === 'force' || pressure === 'full'));
    if (count > 0) disk.check();
    else if (pressure !== 'none') logger.log('warn', 'the disk fills up, and no message has expired', { ...disk.used });
  }

  private async dropSegments(isForced: boolean): Promise<number> {
    const { config, log, logger } = this.options;
    let count = 0;
    while (count < config.deleteFileBatchMax && this.hung === undefined && this.mayDropFirst(isForced)) {
      if (count > 0) await this.pause(config.deleteCommitLogFilesInterval);
      const segment = log.segments.takeFirst();
      if (segment === undefined) break;
      logger.log('info', 'a commit log file is deleted', { file: segment.path, isForced, minOffset: log.minOffset });
      await this.remove(segment.path);
      count += 1;
    }
    return count;
  }

  private isTheHour(): boolean {
    const hour = new Date(this.options.clock.now()).getHours();
    return this.options.config.deleteWhen.split(';').some((text) => text.trim() !== '' && Number(text) === hour);
  }

  // The newest message of a file is not younger than the first one of the next file, whose time is known without a search.
  private mayDropFirst(isForced: boolean): boolean {
    const { log, checkpoint, clock, config } = this.options;
    const next = log.segments.segments[1]?.baseOffset;
    if (next === undefined || next > log.flushed || next > checkpoint().logicsPhysicalOffset) return false;
    if (isForced) return true;
    const storeTimestamp = log.storeTimeAt(next);
    return storeTimestamp > 0 && clock.now() - storeTimestamp > config.fileReservedTime * HOUR_MS;
  }

  private async followLog(): Promise<void> {
    const { log, queues, index, config } = this.options;
    const { minOffset } = log;
    if (minOffset === this.followed) return;
    let seen = 0;
    for (const queue of queues.queues()) {
      const count = await this.trimQueue(queue, minOffset);
      if (this.hung !== undefined) return;
      if (count > 0) await this.pause(config.deleteConsumeQueueFilesInterval);
      seen += 1;
      if (seen % QUEUES_PER_TURN === 0) await new Promise<void>((resolve) => this.options.clock.nextTurn(resolve));
    }
    for (let path = index?.takeExpired(minOffset); path !== undefined; path = index?.takeExpired(minOffset)) {
      await this.remove(path);
      if (this.hung !== undefined) return;
    }
    this.followed = minOffset;
  }

  private async trimQueue(queue: ConsumeQueue, minOffset: number): Promise<number> {
    queue.correctMin(minOffset);
    let count = 0;
    for (let segment = queue.takeExpired(); segment !== undefined && this.hung === undefined; segment = queue.takeExpired()) {
      await this.remove(segment.path);
      count += 1;
    }
    return count;
  }

  private async remove(path: string): Promise<void> {
    try {
      await this.options.files.remove(path);
    } catch (error) {
      this.hung = { path, triedMs: this.options.clock.monotonic() };
      this.options.logger.log('error', 'an expired file cannot be deleted', { file: path, error: messageOf(error) });
    }
  }

  /** @returns whether none is left. As Java: reDeleteHangedFile */
  private async retryHung(): Promise<boolean> {
    const { hung } = this;
    const { clock, config } = this.options;
    if (hung === undefined) return true;
    if (clock.monotonic() - hung.triedMs < config.redeleteHangedFileInterval) return false;
    this.hung = undefined;
    if (!this.isInUse(hung.path)) await this.remove(hung.path);
    // Assigned by `remove`.
    return (this.hung as RetentionLoop['hung']) === undefined;
  }

  /** Whether another file has its name now: that of a queue whose topic was deleted and is used again. */
  private isInUse(path: string): boolean {
    for (const { segments } of this.options.queues.queues()) if (segments.segments.some((one) => one.path === path)) return true;
    return false;
  }

  private pause(delayMs: number): Promise<void> {
    return sleep(this.options.clock, delayMs, this.ending.signal);
  }
}
