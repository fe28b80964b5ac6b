import fc from 'fast-check';
import { LogTail } from './log-tail.js';

const MIB = 1024 * 1024;
/** Any byte of the log says where it stands. */
const logBytes = (from: number, to: number) => Buffer.from(Array.from({ length: to - from }, (_, i) => (from + i) % 251));
const read = (tail: LogTail, from: number, to: number) => tail.read(from, to, Buffer.alloc(to - from));

describe('LogTail', () => {
  it('gives back the last mebibyte, and nothing of what it does not have', () => {
    const tail = new LogTail();
    expect(read(tail, 0, 1)).toBeUndefined();
    const sizes = [100, MIB - 200, 300, 5000, MIB + 77, 1, MIB, 3];
    let end = 5 * MIB - 50;
    for (const size of sizes) {
      tail.append(logBytes(end, end + size), end);
      end += size;
      for (const [from, to] of [
        [end - size, end],
        [end - 1, end],
        [end - Math.min(size, MIB), end - Math.min(size, MIB) + 1],
      ] as const) {
        if (end - from <= MIB) expect(read(tail, from, to)?.equals(logBytes(from, to))).toBe(true);
        else expect(read(tail, from, to)).toBeUndefined();
      }
      expect(read(tail, end - 1, end + 1)).toBeUndefined();
      expect(read(tail, end, end)).toBeUndefined();
      expect(read(tail, end - MIB - 1, end)).toBeUndefined();
    }
  });

  it('forgets what lies before a gap', () => {
    const tail = new LogTail();
    tail.append(logBytes(0, 100), 0);
    tail.append(logBytes(200, 300), 200);
    expect(read(tail, 50, 100)).toBeUndefined();
    expect(read(tail, 90, 210)).toBeUndefined();
    expect(read(tail, 200, 300)).toEqual(logBytes(200, 300));
  });

  it('has nothing after it was cleared', () => {
    const tail = new LogTail();
    tail.append(logBytes(10, 20), 10);
    tail.clear();
    expect(read(tail, 10, 20)).toBeUndefined();
    tail.append(logBytes(20, 30), 20);
    expect(read(tail, 10, 20)).toBeUndefined();
    expect(read(tail, 20, 30)).toEqual(logBytes(20, 30));
  });

  it('is the end of any log', () => {
    const appends = fc.array(fc.record({ size: fc.integer({ min: 1, max: 350_000 }), gap: fc.constantFrom(0, 0, 0, 7) }), { minLength: 1 });
    fc.assert(
      fc.property(appends, fc.nat(MIB), fc.nat(3000), (all, back, size) => {
        const tail = new LogTail();
        let [start, end] = [0, 0];
        for (const one of all) {
          const from = end + one.gap;
          if (from !== end) start = from;
          end = from + one.size;
          tail.append(logBytes(from, end), from);
        }
        start = Math.max(start, end - MIB);
        const from = end - back;
        const to = from + size;
        const isThere = from >= start && to <= end && size > 0;
        const found = read(tail, from, to);
        return isThere ? found?.equals(logBytes(from, to)) === true : found === undefined;
      }),
      { numRuns: 30 },
    );
  });
});
