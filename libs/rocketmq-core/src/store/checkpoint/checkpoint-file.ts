// checkpoint: what is known to be on the disk. docs/formats/checkpoint.md
//
//     0                8                 16               24                   32                40                     48    4096
//     | physicMsgTime  | logicsMsgTime   | indexMsgTime   | masterFlushed      | confirmPhyOffset| logicsPhysicalOffset | zeros |
//
// Big-endian. 4.x writes the first three, 5.3.3 the first five.
import { readInt64, SAFE_MAX, writeInt64 } from '../../base/index.js';
import type { FileHandle, FileSystem } from '../../runtime/index.js';

export interface Checkpoint {
  /** Store time of the last record that is durable, ms; 0 when unknown, as for all of them. */
  readonly physicMsgTimestamp: number;
  /** Store time of the last record whose queue entry is durable; 0 while queues are built again. */
  readonly logicsMsgTimestamp: number;
  readonly indexMsgTimestamp: number;
  readonly masterFlushedOffset: number;
  readonly confirmPhyOffset: number;
  /** Physical offset of the last record whose queue entry is durable, and with it all before. */
  readonly logicsPhysicalOffset: number;
}

export const CHECKPOINT_SIZE = 4096;
const NAMES = [
  'physicMsgTimestamp',
  'logicsMsgTimestamp',
  'indexMsgTimestamp',
  'masterFlushedOffset',
  'confirmPhyOffset',
  'logicsPhysicalOffset',
] as const satisfies readonly (keyof Checkpoint)[];

const UNKNOWN: Checkpoint = {
  physicMsgTimestamp: 0,
  logicsMsgTimestamp: 0,
  indexMsgTimestamp: 0,
  masterFlushedOffset: 0,
  confirmPhyOffset: 0,
  logicsPhysicalOffset: 0,
};

/** Whether a start had begun to build queues again and nothing says that it came to an end. */
export const areQueuesInDoubt = ({ physicMsgTimestamp, logicsMsgTimestamp }: Checkpoint): boolean =>
  physicMsgTimestamp > 0 && logicsMsgTimestamp === 0;

/** Values that cannot be right, or are not there, count as unknown. */
export function decodeCheckpoint(bytes: Buffer): Checkpoint {
  const values = NAMES.map((name, i) => {
    const value = bytes.length < i * 8 + 8 ? 0 : readInt64(bytes, i * 8);
    return [name, value > 0 && value <= SAFE_MAX ? value : 0] as const;
  });
  return Object.fromEntries(values) as unknown as Checkpoint;
}

/**
 * The small file from which recovery knows where to start. Invariant: what it says is on the disk before it says so; it may lag, never lead.
 * As Java: StoreCheckpoint, which holds the whole page mapped.
 */
export class CheckpointFile {
  private current = UNKNOWN;
  private handle: FileHandle | undefined;

  constructor(
    private readonly files: FileSystem,
    private readonly path: string,
  ) {}

  get values(): Checkpoint {
    return this.current;
  }

  /** Makes the file when it is missing; the folder is to be synced afterwards. */
  load(): void {
    const handle = this.files.openSync(this.path, 'create');
    this.handle = handle;
    const bytes = Buffer.alloc(NAMES.length * 8);
    handle.readSync(bytes, 0, bytes.length, 0);
    this.current = decodeCheckpoint(bytes);
    if (handle.sizeSync() < CHECKPOINT_SIZE) handle.truncateSync(CHECKPOINT_SIZE);
  }

  /** @throws OperationFailed `io` */
  async store(changes: Partial<Checkpoint>): Promise<void> {
    await this.write(changes)();
  }

  /**
   * Writes what is known to be durable. A refused write, on a full disk, leaves the file as true as it was.
   * @returns makes it durable; when that fails nobody knows what the disk has
   * @throws OperationFailed `io`, as does what it returns
   */
  write(changes: Partial<Checkpoint>): () => Promise<void> {
    const next = { ...this.current, ...changes };
    const bytes = Buffer.alloc(NAMES.length * 8);
    NAMES.forEach((name, i) => writeInt64(bytes, next[name], i * 8));
    this.handle?.writeSync(bytes, 0);
    return async () => {
      await this.handle?.datasync();
      this.current = next;
    };
  }

  close(): void {
    this.handle?.closeSync();
    this.handle = undefined;
  }
}
