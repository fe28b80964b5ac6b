import fc from 'fast-check';
import { offsetMessageId } from '../../protocol/index.js';
import { offsetIdsOf } from './offset-ids.js';

describe('offsetIdsOf', () => {
  it.each([4, 16])('makes the ids of a host with an address of %d bytes', (size) => {
    const host = { ip: Buffer.alloc(size, 0xa1), port: 10911 };
    const idOf = offsetIdsOf(host);
    fc.assert(
      fc.property(fc.oneof(fc.nat(), fc.maxSafeNat()), (physicalOffset) => {
        expect(idOf(physicalOffset)).toBe(offsetMessageId(host, physicalOffset));
      }),
      { numRuns: 1000 },
    );
  });
});
