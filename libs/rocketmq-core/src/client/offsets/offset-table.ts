import type { MessageQueue } from '../../protocol/index.js';
import { QueueMap } from '../queue-map.js';

interface Row {
  readonly queue: MessageQueue;
  offset: number;
}

/** Where the group stands in the queues of this consumer, as far as this process knows. */
export class OffsetTable {
  private readonly rows = new QueueMap<Row>();

  read(queue: MessageQueue): number | undefined {
    return this.rows.get(queue)?.offset;
  }

  /** Sets the offset, also to a smaller one. */
  set(queue: MessageQueue, offset: number): void {
    this.rows.set(queue, { queue, offset });
  }

  /** Never goes back. As Java: updateOffset with increaseOnly. */
  advance(queue: MessageQueue, offset: number): void {
    const row = this.rows.get(queue);
    if (row === undefined) this.set(queue, offset);
    else if (offset > row.offset) row.offset = offset;
  }

  remove(queue: MessageQueue): void {
    this.rows.delete(queue);
  }

  get all(): readonly { readonly queue: MessageQueue; readonly offset: number }[] {
    return this.rows.values();
  }
}
