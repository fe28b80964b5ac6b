import type { HeldMessage, ProcessQueue } from './process-queue.js';

/** What waits of one queue. */
class Lane {
  private waiting: HeldMessage[] = [];
  private head = 0;

  constructor(readonly processQueue: ProcessQueue) {}

  get isEmpty(): boolean {
    return this.head === this.waiting.length;
  }

  add(held: readonly HeldMessage[]): void {
    for (const one of held) this.waiting.push(one);
  }

  take(countMax: number): HeldMessage[] {
    const taken = this.waiting.slice(this.head, this.head + countMax);
    this.head += taken.length;
    if (this.head < COMPACT_FROM && !this.isEmpty) return taken;
    // What is taken is forgotten now and then: shifting the array for each message would move the whole backlog.
    this.waiting = this.waiting.slice(this.head);
    this.head = 0;
    return taken;
  }
}

const COMPACT_FROM = 256;

/** Messages of one queue that go to the listener in one call. */
export interface Batch {
  readonly processQueue: ProcessQueue;
  readonly held: readonly HeldMessage[];
}

/**
 * What waits for a free place, queue by queue. The queues take turns, so that one with a long backlog does not hold up the others; within a
 * queue the order is that of arrival.
 */
export class DeliveryLanes {
  /** Of every queue that something has waited of, so that no message needs to change the map. */
  private readonly byQueue = new Map<ProcessQueue, Lane>();
  /** Those of which something waits. */
  private readonly turns: Lane[] = [];
  /** Place of the lane whose turn is next. */
  private turn = 0;

  add(processQueue: ProcessQueue, held: readonly HeldMessage[]): void {
    if (held.length === 0) return;
    let lane = this.byQueue.get(processQueue);
    if (lane === undefined) this.byQueue.set(processQueue, (lane = new Lane(processQueue)));
    if (lane.isEmpty) this.turns.push(lane);
    lane.add(held);
  }

  /** Up to `countMax` messages of the next queue. */
  next(countMax: number): Batch | undefined {
    const lane = this.turns[this.turn];
    if (lane === undefined) return undefined;
    const { processQueue } = lane;
    const held = lane.take(countMax);
    if (lane.isEmpty) this.rest(lane);
    else this.goTo(this.turn + 1);
    return { processQueue, held };
  }

  /** Forgets what waits of one queue. */
  drop(processQueue: ProcessQueue): void {
    const lane = this.byQueue.get(processQueue);
    if (lane === undefined) return;
    this.byQueue.delete(processQueue);
    this.rest(lane);
  }

  private rest(lane: Lane): void {
    const at = this.turns.indexOf(lane);
    if (at < 0) return;
    this.turns.splice(at, 1);
    this.goTo(at < this.turn ? this.turn - 1 : this.turn);
  }

  clear(): void {
    this.byQueue.clear();
    this.turns.length = 0;
    this.turn = 0;
  }

  private goTo(turn: number): void {
    this.turn = turn < this.turns.length ? turn : 0;
  }
}
