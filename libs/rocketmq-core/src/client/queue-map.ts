import type { MessageQueue } from '../protocol/index.js';
import { queueKey } from './message-queues.js';

/** A map keyed by message queue: objects that name the same queue are one key. */
export class QueueMap<V> {
  private readonly rows = new Map<string, V>();
  // A consumer asks for its queues again and again, message by message: to make the text of the key each time would cost more than all else here.
  private readonly keys = new WeakMap<MessageQueue, string>();

  get size(): number {
    return this.rows.size;
  }

  get(queue: MessageQueue): V | undefined {
    return this.rows.get(this.keyOf(queue));
  }

  has(queue: MessageQueue): boolean {
    return this.rows.has(this.keyOf(queue));
  }

  set(queue: MessageQueue, value: V): void {
    this.rows.set(this.keyOf(queue), value);
  }

  /** @returns whether it was there */
  delete(queue: MessageQueue): boolean {
    return this.rows.delete(this.keyOf(queue));
  }

  clear(): void {
    this.rows.clear();
  }

  /** In the order in which the queues came. */
  values(): V[] {
    return [...this.rows.values()];
  }

  private keyOf(queue: MessageQueue): string {
    let key = this.keys.get(queue);
    if (key === undefined) this.keys.set(queue, (key = queueKey(queue)));
    return key;
  }
}
