import { ENTRY_SIZE } from '../consume-queue/entry-layout.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { ReadGate } from './read-gate.js';

type ReadableQueue = Pick<ConsumeQueue, 'read' | 'maxOffset'>;

interface Window {
  readonly queue: ReadableQueue;
  readonly from: number;
  readonly bytes: Buffer;
}

/** Entries of one window: 40 KiB. */
const WINDOW_ENTRIES = 2048;
const WINDOWS_MAX = 32;

/** Entries of queues that may have to come from the disk, read in the background, more than are asked for: a consumer that is behind reads on. */
export class OldEntries {
  /** The one that was used longest ago is the first. */
  private windows: Window[] = [];

  constructor(private readonly gate: ReadGate) {}

  /** @returns the entries from `queueOffset` on, fewer than `count` at the end of the queue; at once when they are in memory. @throws OperationFailed `io` */
  read(queue: ReadableQueue, queueOffset: number, count: number): Buffer | Promise<Buffer> {
    const end = Math.min(queueOffset + count, queue.maxOffset);
    const at = this.windows.findIndex((one) => one.queue === queue && one.from <= queueOffset && endOf(one) >= end);
    const [window] = at < 0 ? [] : this.windows.splice(at, 1);
    if (window === undefined) return this.load(queue, queueOffset, count);
    this.windows.push(window);
    return entriesOf(window, queueOffset, end);
  }

  private async load(queue: ReadableQueue, from: number, count: number): Promise<Buffer> {
    const bytes = await this.gate.run(() => queue.read(from, Math.max(count, WINDOW_ENTRIES)));
    const window = { queue, from, bytes };
    this.windows = [...this.windows.filter((one) => one.queue !== queue || one.from !== from).slice(1 - WINDOWS_MAX), window];
    return entriesOf(window, from, from + count);
  }
}

const endOf = ({ from, bytes }: Window) => from + Math.floor(bytes.length / ENTRY_SIZE);

function entriesOf({ from, bytes }: Window, queueOffset: number, end: number): Buffer {
  return bytes.subarray((queueOffset - from) * ENTRY_SIZE, (end - from) * ENTRY_SIZE);
}
