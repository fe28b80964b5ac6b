import type { MessageExt, MessageQueue } from '../../protocol/index.js';

/** First offset and end of a queue, as the broker said with a pull. */
export interface QueueBounds {
  readonly minOffset: number;
  readonly maxOffset: number;
}

/** One message that was pulled and is not yet consumed. */
export interface HeldMessage {
  readonly message: MessageExt;
  readonly bounds: QueueBounds;
  /** Deliveries of this process that failed and could not be handed back to the broker. */
  localFailures: number;
  done: boolean;
}

const COMPACT_FROM = 1024;

/**
 * The window of one queue: messages in the order of their offsets, from the first that is not consumed on. Offsets may have gaps (filtered
 * messages). As Java: ProcessQueue.
 *
 * Invariant: every message below `commitOffset` is consumed or was handed back to the broker.
 */
export class ProcessQueue {
  private window: HeldMessage[] = [];
  // Entries before it are done: shifting the array for each message would move the whole window.
  private head = 0;
  // So are entries from it on.
  private tail = 0;
  private lastOffset: number | undefined;
  private heldCount = 0;
  private heldBytes = 0;
  private isDropped = false;

  constructor(readonly queue: MessageQueue) {}

  /** Messages that are held. */
  get count(): number {
    return this.heldCount;
  }

  /** Bytes of the bodies that are held. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** The first offset that is not consumed. */
  get firstHeld(): number | undefined {
    return this.window[this.head]?.message.queueOffset;
  }

  /** The last offset that is not consumed. */
  get lastHeld(): number | undefined {
    return this.tail > this.head ? this.window[this.tail - 1]?.message.queueOffset : undefined;
  }

  /** Distance between the two. */
  get span(): number {
    const { firstHeld, lastHeld } = this;
    return firstHeld === undefined || lastHeld === undefined ? 0 : lastHeld - firstHeld;
  }

  /** Whether the queue belongs to this consumer no more: its messages are discarded and its offset is not moved. */
  get dropped(): boolean {
    return this.isDropped;
  }

  drop(): void {
    this.isDropped = true;
  }

  /** @returns the new ones; a message at or below an offset that was put before is a repetition and left out */
  put(messages: readonly MessageExt[], bounds: QueueBounds): HeldMessage[] {
    const added: HeldMessage[] = [];
    for (const message of messages) {
      if (this.lastOffset !== undefined && message.queueOffset <= this.lastOffset) continue;
      const held = { message, bounds, localFailures: 0, done: false };
      this.window.push(held);
      added.push(held);
      this.lastOffset = message.queueOffset;
      this.heldCount += 1;
      this.heldBytes += message.bodySize;
    }
    if (added.length > 0) this.tail = this.window.length;
    return added;
  }

  /** Takes messages out that are consumed or handed back. */
  complete(held: readonly HeldMessage[]): void {
    for (const one of held) {
      if (one.done) continue;
      one.done = true;
      this.heldCount -= 1;
      this.heldBytes -= one.message.bodySize;
    }
    while (this.window[this.head]?.done === true) this.head += 1;
    while (this.tail > this.head && this.window[this.tail - 1]?.done === true) this.tail -= 1;
    if (this.head === this.window.length) this.compact();
    else if (this.head >= COMPACT_FROM && this.head * 2 >= this.window.length) this.compact();
  }

  /** Where the group goes on: the first offset that is not consumed. Undefined before the first message. */
  get commitOffset(): number | undefined {
    if (this.firstHeld !== undefined) return this.firstHeld;
    return this.lastOffset === undefined ? undefined : this.lastOffset + 1;
  }

  private compact(): void {
    this.window = this.window.slice(this.head);
    this.tail = Math.max(0, this.tail - this.head);
    this.head = 0;
  }
}
