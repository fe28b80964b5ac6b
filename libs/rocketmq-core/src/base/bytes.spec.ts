import { ByteReader, ByteWriter, OutOfBytes } from './bytes.js';
import { SAFE_MAX, SAFE_MIN } from './int64.js';

describe('ByteWriter and ByteReader', () => {
  it('go round, across growth of the buffer', () => {
    const written = new ByteWriter(4)
      .int8(-1)
      .int16(-2)
      .int32(-3)
      .int64(SAFE_MIN)
      .int64(SAFE_MAX)
      .int64(-1)
      .text('中文')
      .append(Buffer.from([9]))
      .finish();
    const reader = new ByteReader(written);
    expect([reader.int8(), reader.int16(), reader.int32()]).toEqual([-1, -2, -3]);
    expect([reader.int64(), reader.int64(), reader.int64()]).toEqual([SAFE_MIN, SAFE_MAX, -1]);
    expect(reader.text(6)).toBe('中文');
    expect(reader.uint8()).toBe(9);
    expect(reader.remaining).toBe(0);
  });

  it('saturates what a double cannot hold and keeps it as bigint', () => {
    const bytes = Buffer.from('7fffffffffffffff', 'hex');
    expect(new ByteReader(bytes).int64()).toBe(SAFE_MAX);
    expect(new ByteReader(bytes).bigint64()).toBe(2n ** 63n - 1n);
  });

  it('never reads outside its slice', () => {
    const reader = new ByteReader(Buffer.alloc(16), 4, 8);
    reader.int32();
    expect(() => reader.uint8()).toThrow(OutOfBytes);
    expect(() => new ByteReader(Buffer.alloc(4)).slice(-1)).toThrow(OutOfBytes);
  });
});
