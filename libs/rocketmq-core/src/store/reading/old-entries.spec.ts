import { ENTRY_SIZE, entryPhysicalOffset, writeEntry } from '../consume-queue/entry-layout.js';
import { OldEntries } from './old-entries.js';
import { ReadGate } from './read-gate.js';

/** A queue whose entry at offset n leads to 10 n, and where it was read. */
function queueOf(maxOffset: number) {
  const reads: [from: number, count: number][] = [];
  const queue = {
    maxOffset,
    read: (from: number, wanted: number) => {
      const count = Math.min(wanted, queue.maxOffset - from);
      reads.push([from, count]);
      const bytes = Buffer.alloc(count * ENTRY_SIZE);
      for (let i = 0; i < count; i += 1) writeEntry(bytes, i * ENTRY_SIZE, { physicalOffset: 10 * (from + i), size: 10, tagsCode: 0 });
      return Promise.resolve(bytes);
    },
  };
  return { queue, reads };
}
const placesIn = (bytes: Buffer) => Array.from({ length: bytes.length / ENTRY_SIZE }, (_, i) => entryPhysicalOffset(bytes, i * ENTRY_SIZE));

describe('OldEntries', () => {
  const entriesOf = () => new OldEntries(new ReadGate(1));

  it('answers the next reads out of what it has read ahead', async () => {
    const entries = entriesOf();
    const { queue, reads } = queueOf(10_000);
    expect(placesIn(await entries.read(queue, 5, 3))).toEqual([50, 60, 70]);
    const next = entries.read(queue, 8, 2);
    expect(Buffer.isBuffer(next) && placesIn(next)).toEqual([80, 90]);
    expect(placesIn(await entries.read(queue, 2052, 2))).toEqual([20_520, 20_530]);
    expect(reads).toEqual([
      [5, 2048],
      [2052, 2048],
    ]);
  });

  it('reads again when the queue has grown behind what it has', async () => {
    const entries = entriesOf();
    const { queue, reads } = queueOf(10);
    expect(placesIn(await entries.read(queue, 8, 4))).toEqual([80, 90]);
    queue.maxOffset = 11;
    expect(placesIn(await entries.read(queue, 8, 4))).toEqual([80, 90, 100]);
    expect(reads).toHaveLength(2);
  });

  it('keeps no more than its share', async () => {
    const entries = entriesOf();
    const queues = Array.from({ length: 33 }, () => queueOf(10));
    for (const { queue } of queues) await entries.read(queue, 0, 10);
    for (const { queue } of queues.slice(1)) expect(Buffer.isBuffer(entries.read(queue, 0, 10))).toBe(true);
    const { queue, reads } = queues[0] ?? queueOf(0);
    await entries.read(queue, 0, 10);
    expect(reads).toHaveLength(2);
  });
});
