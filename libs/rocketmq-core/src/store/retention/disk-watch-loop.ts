import { Loop, type Clock, type FileSystem, type Logger } from '../../runtime/index.js';
import type { CommitLog } from '../commit-log/commit-log.js';
import type { StoreConfig } from '../config/store-config.js';
import type { StoreHealth } from '../store-health.js';

export interface DiskWatchOptions {
  readonly config: StoreConfig;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: StoreHealth;
  readonly log: CommitLog;
  /** Folders of the commit log and of the consume queues. */
  readonly folders: { readonly commitLog: string; readonly consumeQueue: string };
}

/** Used share of the file systems of the log and of the queues, 0 to 1. */
export interface DiskUse {
  readonly commitLog: number;
  readonly consumeQueue: number;
}

/** How much is left: `expire` what is old, by `force` what is not (where that is allowed), refuse appends when it is `full`. */
export type DiskPressure = 'none' | 'expire' | 'force' | 'full';

const PERIOD_MS = 5000;
const clamped = (percent: number, min: number, max: number): number => Math.min(Math.max(percent, min), max) / 100;

/**
 * Looks how full the disk is, refuses appends while it is fuller than `diskSpaceWarningLevelRatio`, and takes them again when it is not. Reads go on.
 * As Java: DefaultMessageStore.CleanCommitLogService.isSpaceFull, which looks every 10 s.
 */
export class DiskWatchLoop {
  private readonly loop: Loop;

  constructor(private readonly options: DiskWatchOptions) {
    const { clock, logger } = options;
    this.loop = new Loop({ name: 'disk watch', clock, logger, periodMs: PERIOD_MS, initialDelayMs: 0, run: () => void this.check() });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  get used(): DiskUse {
    const { commitLog, consumeQueue } = this.options.folders;
    return { commitLog: this.usedShare(commitLog), consumeQueue: this.usedShare(consumeQueue) };
  }

  // As Java: UtilAll.getDiskPartitionSpaceUsedPercent.
  private usedShare(folder: string): number {
    const { total, free } = this.options.files.spaceSync(folder);
    return total === 0 ? 0 : (total - free) / total;
  }

  check(): DiskPressure {
    const { health, log, folders } = this.options;
    const used = this.used;
    const pressure = this.pressureOf(Math.max(used.commitLog, used.consumeQueue));
    if (pressure === 'full') {
      const [share, folder] =
        used.commitLog >= used.consumeQueue ? [used.commitLog, folders.commitLog] : [used.consumeQueue, folders.consumeQueue];
      health.diskFull(`the disk of ${folder} is full: ${(share * 100).toFixed(1)} % used`);
    } else {
      health.diskHasRoom();
      // It stops at the first portion for which there is no room.
      log.filler.resume();
    }
    return pressure;
  }

  private pressureOf(share: number): DiskPressure {
    const { diskSpaceWarningLevelRatio, diskSpaceCleanForciblyRatio, diskMaxUsedSpaceRatio } = this.options.config;
    if (share > clamped(diskSpaceWarningLevelRatio, 35, 90)) return 'full';
    if (share > clamped(diskSpaceCleanForciblyRatio, 30, 85)) return 'force';
    return share > clamped(diskMaxUsedSpaceRatio, 10, 95) ? 'expire' : 'none';
  }
}
