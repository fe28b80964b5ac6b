import { assert } from './assert.js';

/** A bounded first-in first-out queue without shifting; `push` on a full ring is refused. */
export class Ring<T> {
  private readonly slots: (T | undefined)[];
  private head = 0;
  private count = 0;

  constructor(readonly capacity: number) {
    assert(capacity > 0, 'a ring holds at least one element');
    this.slots = new Array<T | undefined>(capacity);
  }

  get size(): number {
    return this.count;
  }

  /** @returns false when the ring is full */
  push(value: T): boolean {
    if (this.count === this.capacity) return false;
    this.slots[(this.head + this.count) % this.capacity] = value;
    this.count += 1;
    return true;
  }

  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const value = this.slots[this.head];
    this.slots[this.head] = undefined;
    this.head = (this.head + 1) % this.capacity;
    this.count -= 1;
    return value;
  }

  peek(): T | undefined {
    return this.count === 0 ? undefined : this.slots[this.head];
  }
}
