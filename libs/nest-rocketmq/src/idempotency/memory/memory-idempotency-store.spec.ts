import { FakeClock } from 'rocketmq-core/testing';
import { MemoryIdempotencyStore } from './memory-idempotency-store.js';

const entry = (key: string) => ({ group: 'g', key, ttlMs: 1000, leaseMs: 1 });

describe('MemoryIdempotencyStore', () => {
  let clock: FakeClock;
  let store: MemoryIdempotencyStore;
  let runs: number;
  const work = () => Promise.resolve(void (runs += 1));

  beforeEach(() => {
    clock = new FakeClock();
    store = new MemoryIdempotencyStore({ clock, entriesMax: 2 });
    runs = 0;
  });

  it('does a thing once, and again when it has been forgotten', async () => {
    expect(await store.run(entry('a'), work)).toBe('ran');
    await clock.advance(999);
    expect(await store.run(entry('a'), work)).toBe('done');
    expect(await store.run({ ...entry('a'), group: 'other' }, work)).toBe('ran');
    await clock.advance(1);
    expect(await store.run(entry('a'), work)).toBe('ran');
    expect(runs).toBe(3);
  });

  it('knows what is in progress', async () => {
    let finish = (): void => undefined;
    const first = store.run(entry('a'), () => new Promise((resolve) => (finish = resolve)));
    expect(await store.run(entry('a'), work)).toBe('in progress');
    finish();
    expect(await first).toBe('ran');
    expect(await store.run(entry('a'), work)).toBe('done');
    expect(runs).toBe(0);
  });

  it('does a thing again that failed', async () => {
    await expect(store.run(entry('a'), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await store.run(entry('a'), work)).toBe('ran');
  });

  it('forgets the oldest ones when there are too many', async () => {
    for (const key of ['a', 'b', 'c']) await store.run(entry(key), work);
    expect(store.size).toBe(2);
    expect(await store.run(entry('c'), work)).toBe('done');
    expect(await store.run(entry('a'), work)).toBe('ran');
  });
});
