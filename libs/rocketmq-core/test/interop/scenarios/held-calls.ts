import type { ReceivedMessage } from '../../../src/client/index.js';
import { seenOf } from './our-shapes.js';
import type { Seen } from './party.js';
import { WatchedList } from './watched-list.js';

/** Calls of a listener that end when they are told to, the oldest first. */
export class HeldCalls {
  readonly list = new WatchedList<Seen>('the consumer whose calls are held');
  private readonly ends: (() => void)[] = [];
  private open = false;

  take(message: ReceivedMessage): Promise<void> {
    this.list.add(seenOf(message));
    return this.open ? Promise.resolve() : new Promise((resolve) => this.ends.push(resolve));
  }

  release(count: number): void {
    for (const end of this.ends.splice(0, count)) end();
  }

  /** Later calls end at once, too. */
  releaseAll(): void {
    this.open = true;
    this.release(this.ends.length);
  }
}
