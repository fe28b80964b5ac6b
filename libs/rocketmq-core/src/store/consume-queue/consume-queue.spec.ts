import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { HandleCache } from '../segments/handle-cache.js';
import { SegmentList } from '../segments/segment-list.js';
import { ConsumeQueue } from './consume-queue.js';
import { ENTRY_SIZE, entryPhysicalOffset, entryTagsCode } from './entry-layout.js';

const PER_FILE = 8;

describe('ConsumeQueue', () => {
  let files: MemoryFileSystem;
  const make = () => {
    const segments = new SegmentList({ files, handles: new HandleCache(files, 4), folder: '/cq/T/0', segmentSize: PER_FILE * ENTRY_SIZE });
    return new ConsumeQueue('T', 0, segments);
  };
  const entry = (queueOffset: number, physicalOffset = queueOffset * 100) => ({
    queueOffset,
    physicalOffset,
    size: 100,
    tagsCode: -queueOffset,
  });
  const filled = (count: number) => {
    const queue = make();
    for (let i = 0; i < count; i += 1) queue.add(entry(i));
    queue.commit();
    queue.drain();
    return queue;
  };
  const reopened = (trusted: number) => {
    const queue = make();
    queue.segments.load(trusted !== Infinity);
    queue.recover(trusted);
    return queue;
  };

  beforeEach(() => {
    files = new MemoryFileSystem();
  });

  const writesInto = (writes: string[]) => {
    files.fault = ({ kind, path }) => void (kind === 'write' && writes.push(path));
  };
  const offsetsIn = (bytes: Buffer) =>
    Array.from({ length: bytes.length / ENTRY_SIZE }, (_, index) => entryPhysicalOffset(bytes, index * ENTRY_SIZE));

  it('shows entries when they are committed, and writes them in one write for each file', () => {
    const queue = make();
    const writes: string[] = [];
    writesInto(writes);
    for (let i = 0; i < 20; i += 1) queue.add(entry(i));
    expect([queue.maxOffset, queue.nextOffset]).toEqual([0, 20]);
    queue.commit();
    queue.commit();
    expect([queue.maxOffset, queue.physicalEnd, writes.length]).toEqual([20, 2000, 0]);
    queue.drain();
    queue.drain();
    expect([queue.maxOffset, writes.length]).toEqual([20, 3]);
    const bytes = queue.readSync(7, 2);
    expect([entryPhysicalOffset(bytes, ENTRY_SIZE), entryTagsCode(bytes, ENTRY_SIZE)]).toEqual([800, -8n]);
  });

  it('writes by itself when many entries wait', () => {
    const queue = make();
    const writes: string[] = [];
    writesInto(writes);
    for (let i = 0; i < 130 && writes.length === 0; i += 1) {
      queue.add(entry(i));
      queue.commit();
    }
    expect(queue.maxOffset).toBe(128);
    expect(writes).toHaveLength(128 / PER_FILE);
  });

  it.each([0, 5, 10])('reads the same whether entries are in its files or not, from offset %i', async (from) => {
    const queue = filled(10);
    for (let i = 10; i < 15; i += 1) queue.add(entry(i));
    queue.commit();
    const wanted = Array.from({ length: 15 - from }, (_, index) => (from + index) * 100);
    const reading = queue.read(from, 100);
    queue.drain();
    for (const bytes of [await reading, queue.readSync(from, 100)]) expect(offsetsIn(bytes)).toEqual(wanted);
    for (let i = 15; i < 18; i += 1) queue.add(entry(i));
    queue.commit();
    for (const bytes of [await queue.read(from, 100), queue.readSync(from, 100)]) {
      expect(offsetsIn(bytes)).toEqual([...wanted, 1500, 1600, 1700]);
    }
    expect([queue.at(9), queue.at(16)]).toEqual([900, 1600].map((physicalOffset) => ({ physicalOffset, size: 100 })));
    expect([900, 901, 1450, 1650, 5000].map((physical) => queue.firstFrom(physical))).toEqual([9, 10, 15, 17, 18]);
  });

  it('reads no further than its end', async () => {
    const queue = filled(10);
    expect(queue.readSync(8, 100)).toHaveLength(2 * ENTRY_SIZE);
    expect(await queue.read(8, 100)).toHaveLength(2 * ENTRY_SIZE);
    expect(queue.readSync(10, 1)).toHaveLength(0);
    expect([queue.at(-1), queue.at(10)]).toEqual([undefined, undefined]);
    expect(queue.at(9)).toEqual({ physicalOffset: 900, size: 100 });
  });

  it('keeps what could not be written', () => {
    const queue = filled(3);
    files.fault = ({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined);
    queue.add(entry(3));
    queue.commit();
    expect(() => queue.drain()).toThrow(/ENOSPC/);
    expect([queue.maxOffset, queue.at(3)]).toEqual([4, { physicalOffset: 300, size: 100 }]);
    files.fault = undefined;
    queue.add(entry(4));
    queue.commit();
    queue.drain();
    expect(reopened(Infinity).at(3)).toEqual({ physicalOffset: 300, size: 100 });
    expect(reopened(Infinity).maxOffset).toBe(5);
  });

  it('shows no more than it may keep in memory while the disk refuses', () => {
    const queue = make();
    files.fault = ({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined);
    for (let i = 0; i < 128; i += 1) queue.add(entry(i));
    expect(() => queue.commit()).toThrow(/ENOSPC/);
    expect(queue.maxOffset).toBe(0);
    files.fault = undefined;
    queue.commit();
    expect(queue.maxOffset).toBe(128);
    expect(reopened(Infinity).maxOffset).toBe(128);
  });

  it.each([0, 1, 7, 8, 9, 16, 20])('finds its end again with %i entries', (count) => {
    filled(count);
    for (const trusted of [Infinity, -1, 500]) {
      const queue = reopened(trusted);
      expect([queue.minOffset, queue.maxOffset, queue.nextOffset, queue.physicalEnd]).toEqual([
        0,
        count,
        count,
        count === 0 ? -1 : count * 100,
      ]);
    }
  });

  it('ends at the first hole behind what is trusted', () => {
    const queue = filled(20);
    queue.segments.writeSync(Buffer.alloc(ENTRY_SIZE), 10 * ENTRY_SIZE);
    expect(reopened(500).maxOffset).toBe(10);
    expect(reopened(-1).maxOffset).toBe(10);
  });

  it('ends where entries do not follow each other', () => {
    const queue = filled(6);
    queue.cutAt(4);
    expect([queue.maxOffset, queue.nextOffset, queue.physicalEnd]).toEqual([4, 4, 400]);
    expect(reopened(-1).maxOffset).toBe(4);
    queue.add(entry(4, 200));
    queue.commit();
    queue.drain();
    expect(reopened(-1).maxOffset).toBe(4);
  });

  it.each([
    ['its offset', 0, 8],
    ['a part of its offset', 4, 8],
    ['its tags code', 12, 20],
    ['a part of its tags code', 16, 20],
  ])('is not led astray by an entry of which a power cut has taken %s', (_, from, to) => {
    filled(8);
    const handle = files.openSync('/cq/T/0/00000000000000000000', 'write');
    handle.writeSync(Buffer.alloc(to - from), 5 * ENTRY_SIZE + from);
    handle.closeSync();
    const queue = reopened(450);
    for (let i = 5; i < 8; i += 1) queue.add(entry(i));
    queue.commit();
    expect(queue.entries(0, 8)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => ({ physicalOffset: i * 100, size: 100, tagsCode: BigInt(-i) })),
    );
  });

  it('ends before an entry that only looks old', () => {
    filled(7);
    const handle = files.openSync('/cq/T/0/00000000000000000000', 'write');
    handle.writeSync(Buffer.alloc(8), 6 * ENTRY_SIZE);
    handle.closeSync();
    expect(reopened(350).maxOffset).toBe(6);
  });

  it('ends before an entry that only looks old, right behind what is trusted', () => {
    filled(6);
    const handle = files.openSync('/cq/T/0/00000000000000000000', 'write');
    handle.writeSync(Buffer.alloc(8), 5 * ENTRY_SIZE);
    handle.closeSync();
    expect(reopened(450).maxOffset).toBe(5);
  });

  it('takes entries of recovered records in any state', () => {
    filled(6);
    const queue = reopened(-1);
    queue.add(entry(5));
    queue.commit();
    expect(queue.maxOffset).toBe(6);
    queue.add(entry(4, 450));
    queue.commit();
    expect([queue.maxOffset, queue.at(4)]).toEqual([5, { physicalOffset: 450, size: 100 }]);
  });

  it('starts with blank entries in a file above offset 0, and skips them', () => {
    const queue = make();
    queue.add(entry(PER_FILE + 3));
    queue.add(entry(PER_FILE + 4));
    queue.commit();
    queue.drain();
    for (const one of [queue, reopened(Infinity), reopened(-1)]) {
      expect([one.minOffset, one.maxOffset]).toEqual([PER_FILE + 3, PER_FILE + 5]);
      expect(one.at(PER_FILE + 2)).toBeUndefined();
    }
  });

  it.each(['create', 'truncate', 'write'] as const)('begins in the middle although the first %s failed', (kind) => {
    const queue = make();
    files.fault = (operation) => (operation.kind === kind ? 'ENOSPC' : undefined);
    expect(() => queue.add(entry(PER_FILE + 3))).toThrow(/ENOSPC/);
    files.fault = undefined;
    for (const one of [entry(PER_FILE + 3), entry(PER_FILE + 4)]) queue.add(one);
    queue.commit();
    queue.drain();
    for (const one of [queue, reopened(Infinity)]) {
      expect([one.minOffset, one.maxOffset]).toEqual([PER_FILE + 3, PER_FILE + 5]);
      expect(one.at(PER_FILE + 4)).toEqual({ physicalOffset: (PER_FILE + 4) * 100, size: 100 });
    }
  });

  it('refuses a record that claims to be millions further', () => {
    const queue = filled(2);
    expect(() => queue.add(entry(50_000_000))).toThrow(/claims queue offset 50000000/);
  });

  it('moves its minimum with the log', () => {
    const queue = filled(20);
    queue.correctMin(0);
    expect(queue.minOffset).toBe(0);
    queue.correctMin(750);
    expect(queue.minOffset).toBe(8);
    queue.correctMin(1e6);
    expect([queue.minOffset, queue.maxOffset]).toEqual([20, 20]);
  });

  it('tells which files changed since it was asked', () => {
    const queue = filled(10);
    expect(queue.takeDirty().map((segment) => segment.baseOffset)).toEqual([0, PER_FILE * ENTRY_SIZE]);
    expect(queue.isDirty).toBe(false);
    queue.add(entry(10));
    queue.commit();
    queue.drain();
    expect([queue.isDirty, queue.dirtyBytes]).toEqual([true, ENTRY_SIZE]);
    expect(queue.takeDirty()).toHaveLength(1);
  });
});
