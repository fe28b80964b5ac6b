import { PropertyName } from '../../protocol/index.js';
import { opBody, opOffsets, opSize } from './op-message.js';

const read = (text: string, tag = 'd') => opOffsets({ body: Buffer.from(text), properties: new Map([[PropertyName.TAGS, tag]]) });

describe('the body of an op message', () => {
  it('is read as it was written', () => {
    expect(opBody([17, 18, 21]).toString()).toBe('17,18,21,');
    expect(read('17,18,21,')).toEqual([17, 18, 21]);
    expect([opSize(7), opSize(1000)]).toEqual([2, 5]);
  });

  it('may be that of a release that wrote one offset', () => {
    expect(read('42')).toEqual([42]);
  });

  it.each([
    ['texts that are no offsets', '1,x,,-3,4.5,1e3,99999999999999999999,2', [1, 2]],
    ['an offset that no queue reaches', '9007199254740993,5', [5]],
    ['nothing', '', []],
  ])('skips %s', (_, text, offsets) => expect(read(text)).toEqual(offsets));

  it('says nothing under another tag', () => {
    expect(read('1,2,', 'x')).toEqual([]);
  });
});
