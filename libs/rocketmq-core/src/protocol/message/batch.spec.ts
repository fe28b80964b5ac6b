import fc from 'fast-check';

import { isProtocolViolation } from '../../base/index.js';
import { batchItemSize, decodeBatchBody, encodeBatchBody } from './batch.js';

const items = fc.array(
  fc.record({
    flag: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    body: fc.uint8Array({ maxLength: 50 }).map((body) => Buffer.from(body)),
    properties: fc.string({ unit: 'grapheme', maxLength: 20 }),
  }),
  { maxLength: 5 },
);

const outcome = (bytes: Buffer, itemsMax?: number) => {
  try {
    return decodeBatchBody(bytes, itemsMax);
  } catch (error) {
    if (isProtocolViolation(error)) return 'violation';
    throw error;
  }
};

describe('batch body', () => {
  it('has the byte layout of Apache', () => {
    const body = encodeBatchBody([{ flag: 5, body: Buffer.from('hi'), properties: 'a\u0001b\u0002' }]);
    expect(body.toString('hex')).toBe('0000001c00000000000000000000000500000002686900046101620' + '2');
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(items, (value) => {
        const body = encodeBatchBody(value);
        expect(body.length).toBe(value.reduce((size, item) => size + batchItemSize(item), 0));
        expect(decodeBatchBody(body)).toEqual(value);
      }),
    );
  });

  it('refuses wrong lengths and nothing else happens', () => {
    const body = encodeBatchBody([{ flag: 0, body: Buffer.from('hello'), properties: 'a\u0001b\u0002' }]);
    for (let size = 1; size < body.length; size++) expect(outcome(body.subarray(0, size))).toBe('violation');
    for (const [at, value] of [
      [0, 0],
      [0, -5],
      [0, 1000],
      [16, -1],
      [16, 0x7fffffff],
      [16, 6],
    ] as const) {
      const changed = Buffer.from(body);
      changed.writeInt32BE(value, at);
      expect(outcome(changed)).toBe('violation');
    }
    const negative = Buffer.from(body);
    negative.writeInt16BE(-1, 25);
    expect(outcome(negative)).toBe('violation');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void outcome(Buffer.from(bytes))));
  });

  it('counts the items', () => {
    const body = encodeBatchBody([1, 2, 3].map((flag) => ({ flag, body: Buffer.alloc(0), properties: '' })));
    expect(outcome(body, 3)).toHaveLength(3);
    expect(outcome(body, 2)).toBe('violation');
  });

  it('refuses to write properties whose length would turn negative', () => {
    expect(() => encodeBatchBody([{ flag: 0, body: Buffer.alloc(0), properties: 'x'.repeat(32768) }])).toThrow();
  });
});
