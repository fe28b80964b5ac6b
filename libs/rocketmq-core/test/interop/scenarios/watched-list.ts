import type { Consuming } from './party.js';
import { patienceMs } from './short-settings.js';

/** A list that can be waited for. */
export class WatchedList<T> {
  readonly items: T[] = [];
  private readonly watchers = new Set<() => void>();

  constructor(private readonly title: string) {}

  add(item: T): void {
    this.items.push(item);
    for (const watcher of [...this.watchers]) watcher();
  }

  /** The condition is asked after each item. @throws Error after the time, with the last items. */
  until(what: string, holds: (items: readonly T[]) => boolean, timeoutMs = patienceMs): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.watchers.delete(check);
        settle();
      };
      const check = (): void => {
        if (holds(this.items)) finish(resolve);
      };
      const fail = (): void => reject(new Error(`${this.title}: not within ${timeoutMs} ms: ${what}; ${this.picture()}`));
      const timer = setTimeout(() => finish(fail), timeoutMs);
      // Of several that wait for one thing, only one is told.
      timer.unref();
      this.watchers.add(check);
      check();
    });
  }

  private picture(): string {
    return `${this.items.length} so far, the last ${JSON.stringify(this.items.slice(-20))}`;
  }
}

/** The distinct keys of what was seen. */
export const keysOf = (consuming: Pick<Consuming, 'seen'>): Set<string> => new Set(consuming.seen.map(({ key }) => key));

/** `prefix-first` and so on: the keys that a send gives. */
export const keysOfSend = (prefix: string, count: number, first = 0): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${first + at}`);

/** Waits for all of the keys; what else was seen does not matter. */
export function untilKeys(consuming: Consuming, keys: readonly string[]): Promise<void> {
  return consuming.until(`${keys.length} messages`, () => {
    const seen = keysOf(consuming);
    return keys.every((key) => seen.has(key));
  });
}
