import type { MessageExt, MessageQueue } from '../../protocol/index.js';
import type { QueueBounds } from './process-queue.js';

/** A message that was pulled and not handed out yet. */
export interface WaitingMessage {
  readonly message: MessageExt;
  readonly bounds: QueueBounds;
}

const COMPACT_FROM = 256;

/**
 * One queue of a lite pull consumer: what was pulled and not handed out, and three places in the queue. As Java: AssignedMessageQueue and
 * ProcessQueue.
 *
 * Invariant: consumedTo <= deliveredTo <= pullFrom, unless the caller committed an offset of its own, or the broker or a seek moved them. Filtered messages count as passed as soon as
 * all before them are.
 */
export class LitePullQueue {
  private window: WaitingMessage[] = [];
  private head = 0;
  private heldBytes = 0;
  private pullFrom: number | undefined;
  private deliveredTo: number | undefined;
  private consumedTo: number | undefined;
  private isPaused = false;
  private isDropped = false;
  private moves = 0;

  constructor(readonly queue: MessageQueue) {}

  /** Where the next pull begins; undefined until it is known. */
  get pullOffset(): number | undefined {
    return this.pullFrom;
  }

  /** The offset behind what was handed out. */
  get deliveredOffset(): number | undefined {
    return this.deliveredTo;
  }

  /** The offset behind what is known to be consumed. */
  get consumedOffset(): number | undefined {
    return this.consumedTo;
  }

  get count(): number {
    return this.window.length - this.head;
  }

  /** Bytes of the bodies that are held. */
  get bytes(): number {
    return this.heldBytes;
  }

  get firstHeld(): number | undefined {
    return this.window[this.head]?.message.queueOffset;
  }

  get lastHeld(): number | undefined {
    return this.count === 0 ? undefined : this.window.at(-1)?.message.queueOffset;
  }

  /** Distance between the two. */
  get span(): number {
    const { firstHeld, lastHeld } = this;
    return firstHeld === undefined || lastHeld === undefined ? 0 : lastHeld - firstHeld;
  }

  get paused(): boolean {
    return this.isPaused;
  }

  /** Whether the queue belongs to this consumer no more. */
  get dropped(): boolean {
    return this.isDropped;
  }

  /** Changes with every seek: what was pulled for an earlier one is discarded. */
  get course(): number {
    return this.moves;
  }

  pause(paused: boolean): void {
    this.isPaused = paused;
  }

  drop(): void {
    this.isDropped = true;
    this.clear();
  }

  /** Goes on from `offset`; what is held is forgotten. */
  seek(offset: number): void {
    this.moves += 1;
    this.clear();
    this.pullFrom = offset;
    this.deliveredTo = offset;
    this.consumedTo = offset;
  }

  /** A pull brought these, possibly none, and the broker said where to go on. */
  put(messages: readonly MessageExt[], bounds: QueueBounds, nextOffset: number): void {
    for (const message of messages) {
      this.window.push({ message, bounds });
      this.heldBytes += message.bodySize;
    }
    this.passTo(nextOffset);
  }

  /** Everything up to `nextOffset` was pulled or is not for this consumer. */
  passTo(nextOffset: number): void {
    const idle = this.count === 0;
    const settled = idle && this.consumedTo === this.deliveredTo;
    this.pullFrom = nextOffset;
    if (idle) this.deliveredTo = nextOffset;
    if (settled) this.consumedTo = nextOffset;
  }

  /** Hands out up to `countMax` messages. */
  take(countMax: number): WaitingMessage[] {
    const taken = this.window.slice(this.head, this.head + countMax);
    this.head += taken.length;
    for (const { message } of taken) this.heldBytes -= message.bodySize;
    if (this.head === this.window.length || this.head >= COMPACT_FROM) this.compact();
    this.deliveredTo = this.firstHeld ?? this.pullFrom;
    return taken;
  }

  /** What was handed out so far is consumed. */
  settle(): void {
    this.consumedTo = this.deliveredTo;
  }

  /** The caller says that everything below `offset` is consumed: a commit by itself must not fall behind that. */
  settleTo(offset: number): void {
    if (this.consumedTo !== undefined && offset > this.consumedTo) this.consumedTo = offset;
  }

  private clear(): void {
    this.window = [];
    this.head = 0;
    this.heldBytes = 0;
  }

  private compact(): void {
    this.window = this.window.slice(this.head);
    this.head = 0;
  }
}
