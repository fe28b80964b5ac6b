import fc from 'fast-check';
import { readInt64, writeInt32, writeInt64 } from './int64.js';

describe('big-endian numbers', () => {
  it('are written as Buffer writes them', () => {
    const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.maxSafeInteger(), int32, fc.nat(8), (long, int, at) => {
        const [own, theirs] = [Buffer.alloc(24, 0xaa), Buffer.alloc(24, 0xaa)];
        writeInt64(own, long, at);
        expect(writeInt32(own, int, at + 8)).toBe(at + 12);
        theirs.writeBigInt64BE(BigInt(long), at);
        theirs.writeInt32BE(int, at + 8);
        expect(own.equals(theirs)).toBe(true);
        expect(readInt64(own, at)).toBe(long);
      }),
    );
  });

  it.each([-1, 1, NaN])('are not written beyond the bytes, at %d', (at) => {
    const bytes = Buffer.alloc(4);
    expect(() => writeInt32(bytes, 1, at)).toThrow(RangeError);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });
});
