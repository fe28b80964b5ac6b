import { deferred } from '../base/index.js';
import { SerialQueue } from './serial-queue.js';

describe('SerialQueue', () => {
  it('runs one task at a time, first in first out, past failures', async () => {
    const queue = new SerialQueue();
    const gate = deferred<void>();
    const seen: string[] = [];
    const first = queue.run(async () => {
      await gate.promise;
      seen.push('first');
    });
    const second = queue.run(() => {
      seen.push('second');
      throw new Error('second failed');
    });
    const third = queue.run(() => seen.push('third'));
    expect(seen).toEqual([]);
    gate.resolve();
    await first;
    await expect(second).rejects.toThrow('second failed');
    await third;
    await queue.drained();
    expect(seen).toEqual(['first', 'second', 'third']);
  });
});
