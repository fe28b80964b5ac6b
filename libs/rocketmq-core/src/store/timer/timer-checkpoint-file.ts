// config/timercheck: how far the timer has come. docs/formats/timer.md
//
//     0              8                16                24                 32             40          48        56    4096
//     | readTime     | logFlushed     | queueOffset     | masterQueueOffset| stateVersion | timestamp | counter | zeros |
//
// Big-endian. As Java: TimerCheckpoint. 4.x and the first 5.0 write four fields.
import { readInt64, SAFE_MAX, writeInt64 } from '../../base/index.js';
import { initialDataVersion, type DataVersion } from '../../protocol/index.js';
import type { FileHandle, FileSystem } from '../../runtime/index.js';

export interface TimerCheckpoint {
  /** Everything due in ticks before this time is delivered, ms; 0 when unknown. */
  readonly readTimeMs: number;
  /** Position up to which the timer log was durable. */
  readonly logFlushedPosition: number;
  /** Messages below this offset of the timer's queue are in the timer log, or were overdue and delivered. */
  readonly queueOffset: number;
  readonly masterQueueOffset: number;
  readonly dataVersion: DataVersion;
}

const FILE_SIZE = 4096;
const FIELDS_SIZE = 56;

/** The 56 bytes that a slave asks for too. */
export function encodeTimerCheckpoint(checkpoint: TimerCheckpoint): Buffer {
  const { readTimeMs, logFlushedPosition, queueOffset, masterQueueOffset, dataVersion } = checkpoint;
  const bytes = Buffer.alloc(FIELDS_SIZE);
  const { stateVersion, timestamp, counter } = dataVersion;
  [readTimeMs, logFlushedPosition, queueOffset, masterQueueOffset, stateVersion, timestamp, counter].forEach((value, i) =>
    writeInt64(bytes, value, i * 8),
  );
  return bytes;
}

/** Values that cannot be right count as 0. */
export function decodeTimerCheckpoint(bytes: Buffer): TimerCheckpoint {
  const at = (index: number) => {
    const value = bytes.length < index * 8 + 8 ? 0 : readInt64(bytes, index * 8);
    return value >= 0 && value <= SAFE_MAX ? value : 0;
  };
  return {
    readTimeMs: at(0),
    logFlushedPosition: at(1),
    queueOffset: at(2),
    masterQueueOffset: at(3),
    dataVersion: { stateVersion: at(4), timestamp: at(5), counter: at(6) },
  };
}

export class TimerCheckpointFile {
  private current: TimerCheckpoint = {
    ...{ readTimeMs: 0, logFlushedPosition: 0, queueOffset: 0, masterQueueOffset: 0 },
    dataVersion: initialDataVersion,
  };
  private handle: FileHandle | undefined;

  constructor(
    private readonly files: FileSystem,
    private readonly path: string,
  ) {}

  get values(): TimerCheckpoint {
    return this.current;
  }

  get exists(): boolean {
    return this.files.existsSync(this.path);
  }

  open(): void {
    this.files.makeFolderSync(this.files.folderOf(this.path));
    this.handle = this.files.openSync(this.path, 'create');
    const bytes = Buffer.alloc(FIELDS_SIZE);
    const read = this.handle.readSync(bytes, 0, FIELDS_SIZE, 0);
    this.current = decodeTimerCheckpoint(bytes.subarray(0, read));
    if (this.handle.sizeSync() < FILE_SIZE) this.handle.truncateSync(FILE_SIZE);
  }

  /** @throws OperationFailed `io` */
  async store(next: TimerCheckpoint): Promise<void> {
    this.handle?.writeSync(encodeTimerCheckpoint(next), 0);
    await this.handle?.datasync();
    this.current = next;
  }

  close(): void {
    this.handle?.closeSync();
    this.handle = undefined;
  }
}
